"""Warnings for the seller about what a quote leaves open and intake decides. They do not stop an import."""

from collections.abc import Iterator, Sequence
from datetime import date

from portal.errors import Problem, Sentence
from portal.intake import quote
from portal.intake.contact import NewContact
from portal.intake.offer_parts import price_source, tax_of
from portal.intake.parts import NEEDS_REASON


def open_points(
    document: quote.Quote, *, last_day: date, stated: bool, contacts: Sequence[NewContact]
) -> Iterator[Problem]:
    """Yield warnings placed by pointers. The offer is valid until `last_day`, which is `stated` or a default."""
    if not stated:
        yield Problem.of(
            "/valid_until",
            "No end is stated; the offer ends on %(ends)s.",
            "Or give --valid-until.",
            ends=last_day,
        )
    if not contacts:
        yield Problem(
            "/buyer/contacts",
            "Nobody is named who could receive the offer.",
            'Give --contact "Name <address>:role".',
        )
    if not document.seller.name:
        yield Problem("/seller/name", "The seller is not named.", "Buyers read this name on every page.")
    yield from _taxes(document)
    yield from warn_once(
        [
            f"/lines/{index}/unit_price"
            for index, line in enumerate(document.lines)
            if price_source(line) == "negotiated"
        ],
        "The unit price is not that of its price break; it is kept when the quantity changes.",
        "Correct the price, or the breaks.",
    )
    yield from _private_figures(document)


def warn_once(places: Sequence[str], message: str, hint: str) -> Iterator[Problem]:
    """Yield one warning for several places."""
    more = len(places) - 1
    if places:
        yield Problem(places[0], _once(message, more), hint)


def _once(message: str, more: int) -> Sentence:
    if not more:
        return Sentence(message)
    return Sentence("%(warning)s The same at %(more)s more.", warning=Sentence(message), more=more)


def _taxes(document: quote.Quote) -> Iterator[Problem]:
    stated = [
        *((f"/lines/{index}/tax", line.tax) for index, line in enumerate(document.lines)),
        *(
            (f"/adjustments/{index}/tax", each.tax)
            for index, each in enumerate(document.adjustments)
            if each.tax
        ),
    ]
    yield from warn_once(
        [place for place, tax in stated if tax is None],
        "The line states no tax; it is read as zero rated (Z).",
        'Such as {"category": "S", "rate": "25"}.',
    )
    stated_taxes = [(place, tax_of(tax)) for place, tax in stated if tax]
    yield from warn_once(
        [
            place
            for place, tax in stated_taxes
            if tax.category in NEEDS_REASON and not (tax.reason or tax.reason_code)
        ],
        "The tax category asks for a reason, and none is given.",
        "An invoice will need it: fill in reason or reason_code.",
    )
    yield from warn_once(
        [place for place, tax in stated_taxes if tax.category == "S" and not tax.rate],
        "Standard tax (S) at 0 percent is refused on invoices.",
        "Write category Z, or another that says why.",
    )


def _private_figures(document: quote.Quote) -> Iterator[Problem]:
    for index, line in enumerate(document.lines):
        floor, auto_accept = line.private.floor_unit_price, line.private.auto_accept_unit_price
        if floor is not None and floor > line.net_unit_price:
            yield Problem(
                f"/lines/{index}/private/floor_unit_price",
                "The floor is above the net price that is offered.",
                "A manager will have to approve this line whatever is answered.",
            )
        if floor is not None and auto_accept is not None and auto_accept < floor:
            yield Problem(
                f"/lines/{index}/private/auto_accept_unit_price",
                "Prices would be accepted automatically below the floor.",
                "Raise it to the floor.",
            )
