"""What publishing would come to: totals and margin before and after. For the seller's templates alone.

Nothing that renders for buyers may import this.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from portal.access import Deal
from portal.domain.change import ended_offers, standing_offer
from portal.domain.change.ended_offers import Decision
from portal.domain.offer import money
from portal.domain.offer.revision import Line, Offer, PrivateFigures, StandingOffer, Totals
from portal.domain.offer.totals import totals
from portal.domain.policy import concession, gate, margin
from portal.domain.policy.authority import Reason
from portal.domain.policy.concession import Trade
from portal.domain.policy.concession_ideas import Idea, ideas
from portal.errors import Problem
from portal.reading.deal_page import comments, lines
from portal.reading.deal_page.comments import OpenQuestion
from portal.storage import signatures
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
    signer = signatures.read_rep_signer(transaction, publisher or deal.actor, deal.owner_id)
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
