"""A buyer's ask and the seller's answers to it: what they are, whether this may be asked, and whether an offer gives it.

Only published limits are consulted here: nothing in this file knows of a private figure, so no reply can betray one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Literal

import msgspec

from portal.domain.change import change as changing
from portal.domain.change import composition, limits, price_ask
from portal.domain.change.apply import apply, contradictions
from portal.domain.change.change import Change
from portal.domain.change.consequences import unacceptable
from portal.domain.offer.revision import Offer
from portal.errors import Invalid, Problem

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


def check(
    offer: Offer, changes: Sequence[Change], *, today: date | None = None, beside: Sequence[Change] = ()
) -> list[Problem]:
    """Everything that keeps a buyer from asking this, at once; places are change ids. `today` refuses days in the past,
    `beside` is what is asked together with it."""
    if not changes:
        return [Problem("", "Nothing is asked yet.", "Change at least one line or term.")]
    problems = [problem for each in changes for problem in limits.problems(offer, each, today=today)]
    problems += contradictions(offer, changes)
    together = [*beside, *changes]
    # What hinders those beside it already is told there, and keeps nothing else from being added.
    problems = problems or (
        [] if composition.unusable(offer, beside) else composition.unusable(offer, together)
    )
    return problems or unacceptable(offer, changes, beside) or _nothing_less(offer, together)


def grants(
    offer: Offer, changes: Iterable[Change], change: Change, nets: Mapping[str, str] | None = None
) -> bool:
    """Whether the offer gives `change`, one of `changes`, already. An overall price is for all that is asked with it.

    `nets`: what the prices asked come to, from `price_ask.asked_nets` on the revision that they were asked of."""
    if change.field != "target":
        given = price_ask.gives_price(offer, change, nets or {})
        return changing.met(offer, change) if given is None else given
    others = price_ask.as_granted(offer, [each for each in changes if each != change])
    try:
        offer = apply(offer, others, concession=False)
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
