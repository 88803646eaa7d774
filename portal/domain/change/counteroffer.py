"""A buyer's ask: whether it may be asked, what it comes to, how it meets a newer revision, and how answers resolve it.

Only published limits are consulted here: nothing in this file knows of a private figure, so no reply can betray one.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec

from portal.domain.change import change as changing
from portal.domain.change import limits
from portal.domain.change.change import Change
from portal.domain.change.items import TOTAL, item
from portal.domain.offer import money
from portal.domain.offer.revision import Line, Offer, Totals
from portal.domain.offer.totals import line_net, totals
from portal.errors import Amount, Invalid, Problem, Sentence

Verdict = Literal["accept", "decline", "counter"]


class Counteroffer(msgspec.Struct, frozen=True, kw_only=True):
    """Changes asked of revision `base_revision`; a package is accepted whole or not at all."""

    id: str
    base_revision: int
    changes: tuple[Change, ...]
    package: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The seller's word on one change; `value` is the seller's own proposal when countering."""

    change_id: str
    verdict: Verdict
    value: str | None = None


class LineEffect(msgspec.Struct, frozen=True, kw_only=True):
    """A line before and after, with its nets per period."""

    before: Line
    after: Line
    before_net: Decimal
    after_net: Decimal


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What changes come to. Differences are net and signed: less to pay is negative. `target`: what the contract's net
    shall be at most, whichever lines carry it."""

    lines: tuple[LineEffect, ...]
    before: Totals
    after: Totals
    target: Decimal | None = None

    @property
    def gap(self) -> Decimal:
        """The difference over the whole contract."""
        after = self.after.contract.net
        return min(after, after if self.target is None else self.target) - self.before.contract.net

    @property
    def once(self) -> Decimal:
        return self.after.once.net - self.before.once.net

    @property
    def month(self) -> Decimal:
        return _net(self.after.month) - _net(self.before.month)

    @property
    def year(self) -> Decimal:
        return _net(self.after.year) - _net(self.before.year)


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """A change of a field that moved since it was asked. A choice is told by the keys of the chosen lines; None: gone."""

    change: Change
    base_value: str | None
    current_value: str | None
    asked_value: str


class Rebased(msgspec.Struct, frozen=True, kw_only=True):
    """An ask on a newer revision: what carries over, what somebody must decide, what the revision already gives."""

    carried: tuple[Change, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    settled: tuple[Change, ...] = ()


def check(
    offer: Offer, changes: Sequence[Change], *, today: date | None = None, beside: Sequence[Change] = ()
) -> list[Problem]:
    """Everything that keeps a buyer from asking this, at once; places are change ids. `today` refuses days in the past,
    `beside` is what is asked together with it."""
    if not changes:
        return [Problem("", "Nothing is asked yet.", "Change at least one line or term.")]
    problems = [problem for each in changes for problem in limits.problems(offer, each, today=today)]
    problems += changing.contradictions(offer, changes)
    return problems or _nothing_less(offer, [*beside, *changes])


def grants(offer: Offer, changes: Iterable[Change], change: Change) -> bool:
    """Whether the offer gives `change`, one of `changes`, already. An overall price is for all that is asked with it."""
    if change.field != "target":
        return changing.met(offer, change)
    try:
        offer = changing.apply(offer, [each for each in changes if each != change], concession=False)
    except Invalid:
        # Something else that is asked no longer fits: then it is for a person to say.
        return False
    return changing.met(offer, change)


def _nothing_less(offer: Offer, changes: Sequence[Change]) -> list[Problem]:
    """An overall price that is no lower than what the rest comes to."""
    return [
        Problem(
            change.id, "What is asked comes to no more than that already.", "Ask for a lower overall price."
        )
        for change in changes
        if change.field == "target" and grants(offer, changes, change)
    ]


def effect(offer: Offer, changes: Iterable[Change]) -> Effect:
    """What the offer would come to; Invalid as in `change.apply`."""
    changes = list(changes)
    after = changing.apply(offer, changes, concession=False)
    target = next((money.parse(each.value) for each in changes if each.id == f"{TOTAL}:target"), None)
    lines = tuple(
        LineEffect(
            before=old,
            after=new,
            before_net=line_net(old, offer.currency),
            after_net=line_net(new, offer.currency),
        )
        # Added lines come last, and have no before.
        for old, new in zip(offer.lines, after.lines, strict=False)
        if old != new
    )
    return Effect(lines=lines, before=totals(offer), after=totals(after), target=target)


def rebase(changes: Iterable[Change], base: Offer, current: Offer) -> Rebased:
    """The changes, asked of `base`, on `current`: no ask is lost, and nothing that moved is silently overwritten."""
    carried, conflicts, settled = [], [], []
    changes = list(changes)
    for change in changes:
        asked = change.key if change.field == "choice" else change.value
        then, now = _stated(base, change), _stated(current, change)
        if grants(current, changes, change):
            settled.append(change)
        elif now is not None and _untouched(base, current, change):
            carried.append(change)
        else:
            conflicts.append(Conflict(change=change, base_value=then, current_value=now, asked_value=asked))
    return Rebased(carried=tuple(carried), conflicts=tuple(conflicts), settled=tuple(settled))


def resolve(counter: Counteroffer, answers: Sequence[Answer], offer: Offer) -> list[Change]:
    """The changes that answering makes to `offer`, in the order asked; Invalid, with every problem, when it can't be done.

    Each change needs one answer. A package is accepted whole; when it is not, each of its changes is declined or countered.
    A target and a wish are among them: they change nothing by themselves, and `unkept` says whether the revision keeps them.
    """
    asked = {change.id: change for change in counter.changes}
    given: dict[str, Answer] = {}
    problems = []
    for answer in answers:
        if answer.change_id not in asked:
            problems.append(
                Problem(answer.change_id, "This was not asked in this counteroffer.", "Leave it out.")
            )
        elif answer.change_id in given:
            problems.append(Problem(answer.change_id, "This change is answered twice.", "Keep one answer."))
        given[answer.change_id] = answer
    missing = [change_id for change_id in asked if change_id not in given]
    problems += [
        Problem(change_id, "This change has no answer.", "Accept, decline or counter it.")
        for change_id in missing
    ]
    if problems:
        raise Invalid("Every change needs exactly one answer.", problems)
    _whole_or_not(counter, given)

    made = []
    for change in counter.changes:
        try:
            made += _made(offer, change, given[change.id])
        except Invalid as error:
            problems += error.problems
    if problems:
        raise Invalid("Some of these answers can't be given.", problems)
    return made


def unkept(offered: Offer, made: Iterable[Change]) -> list[Problem]:
    """What was granted and is not in the revision `offered`: an overall price that it exceeds, a line that is missing."""
    problems = []
    for change in made:
        if change.field == "target" and not changing.met(offered, change):
            net = changing.current(offered, change)
            problems.append(
                Problem(
                    change.id,
                    Sentence(
                        "The revision would come to %(net)s net, and %(granted)s is granted.",
                        net=Amount(Decimal(net), offered.currency),
                        granted=Amount(Decimal(change.value), offered.currency),
                    ),
                    "Lower prices in your own changes until it fits, or counter with another overall price.",
                )
            )
        if change.field == "wish" and not changing.met(offered, change):
            problems.append(
                Problem(
                    change.id,
                    Sentence("Nothing in this revision answers the wish for %(value)s.", value=change.value),
                    "Add a line for it, or decline it.",
                )
            )
    return problems


def _net(amounts: object) -> Decimal:
    return getattr(amounts, "net", money.ZERO)


def _stated(offer: Offer, change: Change) -> str | None:
    """What the offer says where the change would change it; None when there is no such field (any more)."""
    found = item(offer, change.subject)
    if change.field == "choice" and isinstance(found, Line) and found.choice_group:
        group = (line for line in offer.lines if line.choice_group == found.choice_group)
        return next((line.key for line in group if line.selected), "")
    return changing.stated(offer, change)


def _untouched(base: Offer, current: Offer, change: Change) -> bool:
    # An overall price is asked for whatever the parts are.
    if change.field == "target":
        return True
    # Unit price and discount are two spellings of one price: an ask for one was made in sight of the other.
    pair = ("unit_price", "discount_percent")
    fields = pair if change.field in pair else (change.field,)
    asks = [msgspec.structs.replace(change, field=field) for field in fields]
    return all(_stated(base, ask) == _stated(current, ask) for ask in asks)


def _whole_or_not(counter: Counteroffer, given: dict[str, Answer]) -> None:
    accepted = [change_id for change_id, answer in given.items() if answer.verdict == "accept"]
    if counter.package and accepted and len(accepted) < len(given):
        raise Invalid(
            "This counteroffer is a package: accept every change of it, or none.",
            [
                Problem(change_id, "Accepting only a part of a package is not possible.")
                for change_id in accepted
            ],
        )


def _made(offer: Offer, change: Change, answer: Answer) -> list[Change]:
    if answer.verdict == "decline":
        return []
    if answer.verdict == "accept":
        return [changing.spell(offer, change.subject, change.field, change.value)]
    if change.field == "wish":
        raise Invalid.field(
            change.id, "A wish is granted or declined.", "Accept it with the line that you offer instead."
        )
    if answer.value is None or not answer.value.strip():
        raise Invalid.field(change.id, "A counter needs a value.", "Fill in what you propose instead.")
    proposed = changing.spell(offer, change.subject, change.field, answer.value)
    if proposed.value == changing.current(offer, change):
        raise Invalid.field(
            change.id,
            "This is what the proposal offers already.",
            "Decline instead, or propose another value.",
        )
    return [proposed]
