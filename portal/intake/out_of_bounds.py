"""What a quote can't come to: amounts of too many digits, discounts that exceed the lines, offers that do not fit."""

from collections.abc import Iterator

import msgspec

from portal.domain.change.standing_offer import misfits
from portal.domain.offer import money, revision
from portal.domain.offer.totals import line_net
from portal.errors import Amount, Problem, Sentence
from portal.intake.fields import TOO_MUCH


def out_of_bounds(offer: revision.Offer, totals: revision.Totals) -> Iterator[Problem]:
    """What only shows when the offer is computed, placed by pointers into the quote document."""
    for index, standing in enumerate(offer.standing_offers):
        for problem in misfits(offer, standing):
            yield Problem(f"/standing_offers/{index}{problem.place}", problem.message, problem.hint)
    for index, line in enumerate(offer.lines):
        if line_net(msgspec.structs.replace(line, selected=True), offer.currency) >= TOO_MUCH:
            yield Problem(
                f"/lines/{index}", "The line comes to more than 12 digits.", "Check quantity and unit price."
            )
    if abs(totals.contract.total) >= TOO_MUCH:
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
