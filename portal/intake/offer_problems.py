"""Problems of a computed offer: too large amounts, discounts that exceed the lines, standing offers that do not fit."""

from collections.abc import Iterator

import msgspec

from portal.domain.change.standing_offer import misfits
from portal.domain.offer import money, revision
from portal.domain.offer.totals import line_net
from portal.errors import Amount, Problem, Sentence
from portal.intake.fields import AMOUNT_LIMIT


def problems_of_offer(offer: revision.Offer, totals: revision.Totals) -> Iterator[Problem]:
    """Yield the problems that need computed totals, placed by pointers into the quote document."""
    for index, each in enumerate(offer.standing_offers):
        for problem in misfits(offer, each):
            yield Problem(f"/standing_offers/{index}{problem.place}", problem.message, problem.hint)
    for index, line in enumerate(offer.lines):
        if line_net(msgspec.structs.replace(line, selected=True), offer.currency) >= AMOUNT_LIMIT:
            yield Problem(
                f"/lines/{index}", "The line comes to more than 12 digits.", "Check quantity and unit price."
            )
    if abs(totals.contract.total) >= AMOUNT_LIMIT:
        yield Problem(
            "/lines", "The contract comes to more than 12 digits.", "Check quantities, prices and periods."
        )
    if totals.contract.net < 0:
        yield Problem(
            "/adjustments",
            Sentence(
                "The discounts exceed the lines: %(remaining)s remain.",
                remaining=Amount(totals.contract.net, offer.currency),
            ),
            "Check them.",
        )
    for index, adjustment in enumerate(offer.adjustments):
        stated = adjustment.amount
        if stated is not None and stated != money.amount(stated, offer.currency):
            yield Problem(
                f"/adjustments/{index}/amount",
                Sentence(
                    "%(stated)s cannot be paid: %(currency)s has %(places)s decimal places.",
                    stated=stated,
                    currency=offer.currency,
                    places=money.places(offer.currency),
                ),
                "Round it.",
            )
