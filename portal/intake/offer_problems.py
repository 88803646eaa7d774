"""Problems of the offer that a quote makes: what no offer may be, and standing offers that do not fit."""

from collections.abc import Iterator

from portal.domain.change.standing_offer import misfits
from portal.domain.offer import acceptable
from portal.domain.offer.revision import Offer
from portal.errors import Problem


def problems_of_offer(offer: Offer) -> Iterator[Problem]:
    """Yield the problems that need the whole offer, placed by pointers into the quote document."""
    for index, each in enumerate(offer.standing_offers):
        for problem in misfits(offer, each):
            yield Problem(f"/standing_offers/{index}{problem.place}", problem.message, problem.hint)
    yield from acceptable.problems(offer)
