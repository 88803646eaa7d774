"""The inputs of a line that the seller adds."""

from collections.abc import Mapping
from decimal import Decimal
from typing import get_args

from portal.domain.change import part_codec
from portal.domain.change.items import Item
from portal.domain.offer import spelling
from portal.domain.offer.revision import Billing, Line, Offer, Tax
from portal.errors import Sentence
from portal.integers import parse_integer
from portal.rendering import formats
from portal.web.forms.typed_number import decimal

INPUTS = (
    "line_name",
    "line_quantity",
    "line_unit_price",
    "line_billing",
    "line_periods",
    "line_tax",
    "line_fulfilment",
    "line_description",
)


def composed(typed: Mapping[str, str], offer: Offer, about: Item) -> str:
    billing: Billing = next((each for each in get_args(Billing) if each == typed["line_billing"]), "once")
    periods, known = parse_integer(typed["line_periods"] or "1", digits=4), taxes(offer)
    number = parse_integer(typed["line_tax"]) or 0
    if periods is None:
        stated = typed["line_periods"]
        raise ValueError(Sentence("“%(periods)s” is not a number of months or years.", periods=stated))
    return part_codec.text_of(
        Line(
            key=about.key,
            name=spelling.wording(typed["line_name"]),
            description=spelling.plain(typed["line_description"])[:2_000],
            quantity=decimal(typed["line_quantity"]),
            unit_price=decimal(typed["line_unit_price"]),
            billing=billing,
            periods=1 if billing == "once" else periods,
            tax=known[number] if number < len(known) else known[0],
            fulfilment=spelling.plain(typed["line_fulfilment"])[:64],
            negotiable=("quantity", "unit_price"),
        )
    )


def inputs(spelled: str, offer: Offer) -> dict[str, str]:
    part, known = part_codec.read(Line, spelled), taxes(offer)
    return {
        "line_name": part.name if part else "",
        "line_quantity": formats.number(part.quantity if part else Decimal(1)),
        "line_unit_price": formats.amount(part.unit_price, offer.currency) if part else "",
        "line_billing": part.billing if part else "once",
        "line_periods": str(part.periods if part else 1),
        "line_tax": str(known.index(part.tax)) if part and part.tax in known else "0",
        "line_fulfilment": part.fulfilment if part else "",
        "line_description": part.description if part else "",
    }


def taxes(offer: Offer) -> list[Tax]:
    """The taxes that the offer's lines have: an added line has one of them."""
    return list(dict.fromkeys(line.tax for line in offer.lines))
