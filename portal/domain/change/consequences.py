"""What the offer that changes make may not be, told at the changes: asked before anything is stored, tried or published."""

from collections.abc import Sequence

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.offer import acceptable
from portal.domain.offer.capacity import MOST
from portal.domain.offer.revision import Offer
from portal.errors import Invalid, Problem


def unacceptable(offer: Offer, changes: Sequence[Change], beside: Sequence[Change] = ()) -> list[Problem]:
    """Problems of the offer with all changes made, at the ids of `changes`; `beside` is what is changed together with them.

    What is wrong with the offer as it stands is not theirs. Changes that can't be made together have no consequences.
    """
    together = [*beside, *changes]
    if (count := len(together)) > MOST["changes"] or _lines(offer, together) > MOST["lines"]:
        return [
            Problem.of(changes[-1].id, "%(count)s changes are more than fit.", "Ask for less.", count=count)
        ]
    try:
        after = apply(offer, together, concession=False)
    except Invalid:
        return []
    found = acceptable.problems(after)
    present = {(each.place, each.message) for each in acceptable.problems(offer)} if found else set()
    return [
        Problem(_change_of(each.place, after, changes), each.message, each.hint)
        for each in found
        if (each.place, each.message) not in present
    ]


def _lines(offer: Offer, changes: Sequence[Change]) -> int:
    """How many lines the offer has once every wish is granted."""
    return len(offer.lines) + sum(change.field in ("wish", "line") for change in changes)


def _change_of(place: str, after: Offer, changes: Sequence[Change]) -> str:
    """The last change of the line or adjustment at the pointer, else the last of all."""
    _, among, index, *_ = (*place.split("/"), "", "")
    keys = {
        "lines": [line.key for line in after.lines],
        "adjustments": [each.key for each in after.adjustments],
    }
    key = keys[among][int(index)] if index and among in keys else None
    about = [change for change in changes if change.key == key]
    return (about or changes)[-1].id
