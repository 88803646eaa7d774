"""What publishing would come to: totals and margin before and after. For the seller's templates alone.

Nothing that renders for buyers may import this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from portal.access import Deal
from portal.domain.change import answers as answer_rules
from portal.domain.change import ended_offers, standing_offer
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer, Counteroffer
from portal.domain.change.ended_offers import Decision
from portal.domain.change.rebase import rebase
from portal.domain.change.resolve import resolve, unkept_grants
from portal.domain.offer import money
from portal.domain.offer.revision import Line, Offer, PrivateFigures, StandingOffer, Totals
from portal.domain.offer.totals import totals
from portal.domain.policy import concession, gate, margin
from portal.domain.policy.authority import Reason
from portal.domain.policy.concession import Trade
from portal.domain.policy.concession_ideas import Idea, ideas
from portal.domain.policy.gate import Signer
from portal.errors import Invalid, Problem
from portal.reading.deal_page import asks, comments, lines
from portal.reading.deal_page.comments import OpenQuestion
from portal.storage import documents, guard_rails, private_documents, signatures
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class Earned:
    """What the seller earns over the contract. `partly`: only of the lines whose cost is known; None where no line's is."""

    amount: Decimal | None
    percent: Decimal | None
    partly: bool


@dataclass(frozen=True, kw_only=True)
class BelowFloor:
    """A line under its floor; both prices are net per `price_base_quantity`."""

    name: str
    price: Decimal
    floor: Decimal
    line: Line | None


@dataclass(frozen=True, kw_only=True)
class Beyond:
    """Over the rep's own limit, in percent: a line's discount against its list price, or (name "") the whole concession."""

    name: str
    figure: Decimal
    limit: Decimal


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What publishing would come to. `below` tells the lines under their floor, `beyond` what else exceeds the limits of
    whoever publishes; `alone` says whether they may without a manager."""

    currency: str
    before: Totals
    after: Totals
    earned_before: Earned
    earned_after: Earned
    below: tuple[BelowFloor, ...]
    beyond: tuple[Beyond, ...]
    alone: bool
    problems: tuple[Problem, ...]
    # What is given and what comes back, and what could be asked for while nothing does.
    trade: Trade
    ideas: tuple[Idea, ...]
    # Comments that wait for a reply; they hinder nothing.
    questions: tuple[OpenQuestion, ...]
    # Used if-you-then offers whose condition it ends, and what is decided about each: "" for nothing yet.
    ended: tuple[tuple[StandingOffer, Decision | Literal[""]], ...] = ()


def weigh(
    transaction: Transaction,
    deal: Deal,
    answers: Sequence[Answer],
    edits: Sequence[Change],
    *,
    publisher: str = "",
    decisions: Mapping[str, Decision] | None = None,
) -> Outcome:
    """What publishing these answers with these edits of the seller's would come to. What has no answer yet counts as
    declined; what can't be answered like that is left out, and told in `problems`. `publisher`: whose
    limits hold (an actor), when it is not whoever looks. `decisions`: about used if-you-then offers that it ends, by key;
    what is not decided counts as kept.
    """
    offer = documents.read_revision(transaction, deal.id, deal.revision).offer
    problems: list[Problem] = []
    made: list[Change] = []
    open_asks = [each.counteroffer for each in asks.load(transaction, deal.id).open]
    problems += answer_rules.problems(open_asks, answers)
    completed = answer_rules.completed(offer, open_asks, answers)
    for each in open_asks:
        made += _granted(each, completed, offer, problems)
    made = answer_rules.granted(offer, made)
    after = _applied(offer, [*made, *edits], problems)
    problems += unkept_grants(after, made)
    private = private_documents.read_private_figures(transaction, deal.id, deal.revision)
    return weigh_offer(
        transaction,
        deal,
        offer,
        after,
        private,
        publisher=publisher,
        problems=problems,
        asked=[change.subject for change in made],
        decisions=decisions,
    )


def weigh_offer(
    transaction: Transaction,
    deal: Deal,
    offer: Offer,
    after: Offer,
    private: PrivateFigures,
    *,
    publisher: str = "",
    problems: Sequence[Problem] = (),
    asked: Sequence[str] = (),
    decisions: Mapping[str, Decision] | None = None,
) -> Outcome:
    """What publishing `after` in place of `offer` would come to; `asked`: the subjects of what was asked for."""
    decided = decisions or {}
    ended = standing_offer.broken(offer, after)
    kept = ended_offers.kept_keys(offer, after, decided)
    after = ended_offers.taken_back(
        offer, after, [each for each in ended if decided.get(each.key) == "take_back"]
    )
    signer = Signer(
        by="rep",
        limits=guard_rails.read_authority(transaction, publisher or deal.actor),
        day_percent=guard_rails.read_caps(transaction).day_percent,
    )
    before = signatures.read_before(transaction, deal.id, deal.revision, without=kept)
    found = gate.reasons(before, after, private, signer)
    traded = concession.trade(offer, after, asked)
    return Outcome(
        currency=offer.currency,
        before=totals(offer),
        after=totals(after),
        earned_before=earned(offer, private),
        earned_after=earned(after, private),
        below=tuple(_below(after, each) for each in found if each.kind == "floor"),
        beyond=tuple(_beyond(after, each) for each in found if each.kind != "floor"),
        alone=not found or deal.role in ("manager", "admin"),
        problems=tuple(problems),
        trade=traded,
        ideas=ideas(after) if traded.one_sided else (),
        questions=comments.open_questions(transaction, deal.id, "seller", lines.names(offer)),
        ended=tuple((each, decided.get(each.key, "")) for each in ended),
    )


def earned(offer: Offer, private: PrivateFigures) -> Earned:
    """The margin of the whole; where a line's cost is not known, that of the others without the deal's adjustments."""
    whole = margin.margin(offer, private)
    if whole.amount is not None:
        return Earned(amount=whole.amount, percent=whole.percent, partly=False)
    periods = {line.key: Decimal(1 if line.billing == "once" else line.periods) for line in offer.lines}
    known = [(each, each.amount) for each in whole.lines if each.amount is not None]
    if not known:
        return Earned(amount=None, percent=None, partly=True)
    amount = money.add(money.times(each, periods[line.key]) for line, each in known)
    net = money.add(money.times(line.net, periods[line.key]) for line, _ in known)
    percent = money.divide(money.times(amount, Decimal(100)), net) if net else None
    return Earned(amount=money.amount(amount, offer.currency), percent=percent, partly=True)


def _below(after: Offer, reason: Reason) -> BelowFloor:
    return BelowFloor(
        name=_name(after, reason.line),
        price=reason.figure,
        floor=reason.limit,
        line=after.line(reason.line),
    )


def _beyond(after: Offer, reason: Reason) -> Beyond:
    return Beyond(name=_name(after, reason.line), figure=reason.figure, limit=reason.limit)


def _name(offer: Offer, key: str) -> str:
    line = offer.line(key)
    return line.name if line else key


def _granted(
    counter: Counteroffer, answers: Sequence[Answer], offer: Offer, problems: list[Problem]
) -> list[Change]:
    """What the answers to one counteroffer change. A bad one is told and left out, and the others still count."""
    by_change = {answer.change_id: answer for answer in answers}
    made: list[Change] = []
    given = {
        change.id: answer_rules.meant_by(
            offer, change, by_change.get(change.id) or Answer(change_id=change.id, verdict="decline")
        )
        for change in counter.changes
    }
    for change in counter.changes:
        single = Counteroffer(id=counter.id, base_revision=counter.base_revision, changes=(change,))
        try:
            made += resolve(single, [given[change.id]], offer)
        except Invalid as error:
            problems += error.problems
    # What the offer says already by now is no part of the package any more, unless it is answered.
    settled = {each.id for each in rebase(counter.changes, offer, offer).settled}
    asked = {each: answer for each, answer in given.items() if each in by_change or each not in settled}
    problems += answer_rules.package_problems(counter, asked)
    return made


def _applied(offer: Offer, changes: Sequence[Change], problems: list[Problem]) -> Offer:
    try:
        return apply(offer, changes, concession=True)
    except Invalid as error:
        problems += error.problems
        return offer
