"""The offer and the private figures that a valid quote document makes, with defaults for absent fields."""

from collections.abc import Iterator
from datetime import date

import msgspec

from portal.domain.change.standing_offer import misfits
from portal.domain.deal.validity import end_of_day
from portal.domain.offer import money, revision
from portal.domain.offer.totals import line_net
from portal.errors import Problem
from portal.intake import parts, quote, standing_offer
from portal.intake.fields import AMOUNT_LIMIT, plain
from portal.intake.offer_parts import adjustment_of, keys_of, lines_of, term_of


def offer_of(document: quote.Quote, *, valid_until: date, zone: str) -> revision.Offer:
    """Return the offer. It ends with the day `valid_until` in the time zone `zone`."""
    return revision.Offer(
        title=document.title,
        currency=document.currency,
        language=document.language,
        introduction=document.introduction,
        valid_until=valid_until,
        valid_until_instant=end_of_day(valid_until, zone),
        time_zone=zone,
        seller=revision.Party(
            name=document.seller.name,
            tax_id=document.seller.tax_id,
            address=_address(document.seller.address),
            contact=revision.Person(**document.seller.contact.model_dump()),
        ),
        buyer=revision.Party(
            name=document.buyer.company,
            tax_id=document.buyer.tax_id,
            address=_address(document.buyer.address),
        ),
        delivery=_address(document.delivery.address),
        lines=lines_of(document.lines),
        terms=tuple(
            term_of(key, term)
            for key, term in zip(keys_of("term", document.terms), document.terms, strict=True)
        ),
        adjustments=tuple(
            adjustment_of(key, adjustment)
            for key, adjustment in zip(
                keys_of("adjustment", document.adjustments), document.adjustments, strict=True
            )
        ),
        standing_offers=tuple(
            standing_offer.standing_offer_of(key, stated)
            for key, stated in zip(
                keys_of("offer", document.standing_offers), document.standing_offers, strict=True
            )
        ),
    )


def private_figures_of(document: quote.Quote) -> revision.PrivateFigures:
    """Return what only the seller knows, by the keys that `offer_of` gives."""
    figures = {}
    for key, line in zip(keys_of("line", document.lines), document.lines, strict=True):
        stated = {name: value for name, value in line.private if value is not None}
        if stated:
            figures[key] = revision.LinePrivate(**{name: money.six(value) for name, value in stated.items()})
    return revision.PrivateFigures(lines=figures)


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
        less = plain(totals.contract.net)
        yield Problem(
            "/adjustments", f"The discounts exceed the lines: {less} {offer.currency} remain.", "Check them."
        )
    for index, adjustment in enumerate(offer.adjustments):
        stated = adjustment.amount
        if stated is not None and stated != money.amount(stated, offer.currency):
            yield Problem(
                f"/adjustments/{index}/amount",
                f"{plain(stated)} cannot be paid: {offer.currency} has {money.places(offer.currency)} decimal places.",
                "Round it.",
            )


def _address(stated: parts.Address) -> revision.Address:
    return revision.Address(**stated.model_dump())
