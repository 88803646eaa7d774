"""What a buyer puts together from what the offer prices by itself: options, choices and if-you-then offers, in one revision.

Only published figures are looked at here, so buyers may be told of it.
"""

from collections.abc import Sequence

from portal.domain.change import change as changing
from portal.domain.change import standing_offer
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.published_prices import inside_offer
from portal.domain.offer.revision import Offer
from portal.errors import Invalid, Problem

# What an if-you-then offer sets to make its conditions true.
_SET_BY_CONDITIONS = ("quantity", "selected", "choice", "value")


def is_composition(offer: Offer, changes: Sequence[Change]) -> bool:
    """Whether the changes need no answer: the offer prices each of them, and no used if-you-then offer ends by them."""
    if not inside_offer(offer, changes):
        return False
    try:
        return not standing_offer.broken(offer, apply(offer, changes, concession=False))
    except Invalid:
        return False


def unusable(offer: Offer, changes: Sequence[Change]) -> list[Problem]:
    """Why the if-you-then offers that are used can't be used together with the rest; places are change ids."""
    using = {change.id: offer.standing_offer(change.key) for change in changes if change.field == "use"}
    if not using:
        return []
    try:
        after = apply(offer, changes, concession=False)
    except Invalid as error:
        return list(error.problems)
    overruled = any(
        changing.stated(after, change) != change.value
        for change in changes
        if change.field in _SET_BY_CONDITIONS
    )
    problems = []
    for place, standing in using.items():
        if standing is None:
            continue
        if not standing_offer.fits(offer, standing):
            message = "“%(name)s” can't be used any more."
            problems.append(Problem.of(place, message, "Remove it.", name=standing.label))
        elif overruled or not all(standing_offer.holds(after, condition) for condition in standing.when):
            message = "“%(name)s” does not go together with your other changes."
            problems.append(Problem.of(place, message, "Remove one of them.", name=standing.label))
    return problems
