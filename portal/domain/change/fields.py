"""The table of fields: everything that a line, a term, an adjustment or the whole deal shows, and what of it can be changed.

Forms, answers, previews, spreadsheets, mails, comparisons, the board and templates ask it. Fields of a part in a part are
named with a point, as `compare` names them ("tax.rate"); a row "tax.*" is for the rest of them.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from portal.domain.change import bounds, part_codec
from portal.domain.change.field_spec import PARSED, FieldSpec, Kind, Place, Value, always
from portal.domain.change.items import AdjustmentPlace, Item, StandingPlace, Total, Wanted
from portal.domain.change.line_rules import at_price, at_quantity, putting, spelled
from portal.domain.offer import money, spelling
from portal.domain.offer.revision import Adjustment, Line, StandingOffer, Term
from portal.errors import Sentence

# What can be changed. The names are stored with counteroffers and answers.
Field = Literal[
    "quantity",
    "unit_price",
    "discount_percent",
    "selected",
    "choice",
    "delivery_date",
    "value",
    "target",
    "wish",
    "line",
    "adjustment",
    "standing_offer",
]
FIELDS: tuple[Field, ...] = get_args(Field)
# Unit price and discount are two spellings of one price: an ask for one was made in sight of the other.
_PRICE = ("unit_price", "discount_percent")


def _of_line(key: Field, kind: Kind, read: Callable[[str], str], /, **more: Any) -> FieldSpec:
    """A field of a line that the seller may change, and a buyer where the line says that it is negotiable."""
    rules: dict[str, Any] = {
        "of": Line,
        "seller_may": always,
        "buyer_may": lambda line: key in line.negotiable,
        "read": lambda text, _offer, _key: read(text),
        "current": lambda line: spelled(getattr(line, key)),
        "apply": putting(key, PARSED[kind]),
    }
    return FieldSpec(key=key, kind=kind, **rules | more)


def _whole_part(key: Field, read: Callable[[str, str], str], /, **more: Any) -> FieldSpec:
    """A part of the offer that the seller adds, replaces or takes out."""
    rules: dict[str, Any] = {
        "seller_may": always,
        "read": lambda text, _offer, item_key: read(text, item_key),
        "current": lambda place: part_codec.text_of(place.part),
    }
    return FieldSpec(key=key, kind=key, **rules | more)  # type: ignore[arg-type]  # a whole part's kind is its key


def _not_optional(line: Line) -> str:
    other = "choose another line of its group" if line.choice_group else "it can't be left out"
    return f"{line.name} is part of the proposal; {other}."


_CHANGEABLE = (
    # In the order in which they are applied: a quantity finds its price in the breaks, an explicit price overrides it.
    _of_line(
        "quantity",
        "quantity",
        spelling.quantity,
        label=Sentence("Quantity"),
        name=Sentence("quantity"),
        headline=True,
        in_percent=True,
        apply=at_quantity,
        outside=bounds.outside_bounds,
        bounds=lambda line: line.bounds,
    ),
    _of_line(
        "unit_price",
        "money",
        spelling.unit_price,
        label=Sentence("Unit price"),
        name=Sentence("unit price"),
        headline=True,
        in_percent=True,
        apply=at_price,
        watches=_PRICE,
    ),
    _of_line(
        "discount_percent",
        "percent",
        spelling.discount,
        label=Sentence("Discount"),
        name=Sentence("discount"),
        headline=True,
        apply=at_price,
        watches=_PRICE,
    ),
    _of_line(
        "selected",
        "flag",
        spelling.ticked,
        label=Sentence("Include"),
        name=Sentence("selection"),
        headline=True,
        seller_may=lambda line: line.optional and not line.choice_group,
        buyer_may=lambda line: line.optional and not line.choice_group,
        missing=_not_optional,
        counterable=False,
    ),
    _of_line(
        "choice",
        "choice",
        spelling.chosen,
        label=Sentence("Choice"),
        name=Sentence("choice"),
        seller_may=lambda line: bool(line.choice_group),
        buyer_may=lambda line: bool(line.choice_group),
        missing=lambda line: f"{line.name} has no alternatives to choose from.",
        current=lambda line: spelled(line.selected),
        # The group's other lines change with it: see `apply`.
        apply=None,
        met=lambda line, _value: line.selected,
        counterable=False,
    ),
    _of_line(
        "delivery_date",
        "day",
        spelling.day,
        label=Sentence("Delivery date"),
        name=Sentence("delivery date"),
        fact=Sentence("Delivery %(value)s"),
        outside=bounds.in_the_past,
        optional=True,
        better="less",
    ),
    FieldSpec(
        key="value",
        kind="text",
        label=Sentence("Value"),
        name=Sentence("value"),
        of=Term,
        seller_may=always,
        buyer_may=lambda term: term.negotiable,
        read=lambda text, _offer, _key: spelling.wording(text),
        current=lambda term: spelled(term.value),
        apply=putting("value", str),
        outside=bounds.outside_options,
    ),
    FieldSpec(
        key="target",
        kind="money",
        label=Sentence("Overall price"),
        name=Sentence("overall price"),
        of=Total,
        buyer_may=lambda total: total.open,
        missing=lambda _total: "The prices of this proposal are fixed, and so is what they come to.",
        read=lambda text, offer, _key: spelling.target(text, offer.currency),
        current=lambda total: str(total.net),
        met=lambda total, value: total.net <= money.parse(value),
        # It is asked for whatever the parts are.
        watches=(),
    ),
    FieldSpec(
        key="wish",
        kind="wish",
        label=Sentence("New line"),
        name=Sentence("wish"),
        of=Wanted,
        buyer_may=always,
        read=lambda text, _offer, _key: spelling.wish(text),
        current=lambda wanted: (
            str(spelling.Wish(wanted.line.quantity, wanted.line.name)) if wanted.line else ""
        ),
        met=lambda wanted, _value: wanted.line is not None,
        outside=bounds.there_already,
        counterable=False,
    ),
    _whole_part(
        "line",
        part_codec.line,
        label=Sentence("Added line"),
        name=Sentence("line"),
        of=Wanted,
        current=lambda wanted: part_codec.text_of(wanted.line),
        place=Place(Line, "lines", removable=False),
    ),
    _whole_part(
        "adjustment",
        part_codec.adjustment,
        label=Sentence("Discount or charge"),
        name=Sentence("discount or charge"),
        of=AdjustmentPlace,
        place=Place(Adjustment, "adjustments"),
    ),
    _whole_part(
        "standing_offer",
        part_codec.standing_offer,
        label=Sentence("Standing offer"),
        name=Sentence("standing offer"),
        of=StandingPlace,
        place=Place(StandingOffer, "standing_offers"),
    ),
)

_SHOWN = (
    FieldSpec(key="key", kind="text", label=Sentence("Key"), quiet=True),
    FieldSpec(key="net_unit_price", kind="money", label=Sentence("Net unit price")),
    FieldSpec(
        key="net", kind="money", label=Sentence("Line total"), headline=True, follows=True, in_percent=True
    ),
    FieldSpec(key="list_price", kind="money", label=Sentence("List price")),
    FieldSpec(key="price_source", kind="text", label=Sentence("Where the price comes from"), follows=True),
    FieldSpec(key="price_base_quantity", kind="number", label=Sentence("Price base quantity")),
    FieldSpec(key="price_breaks", kind="details", label=Sentence("Volume prices"), follows=True),
    FieldSpec(key="why", kind="details", label=Sentence("Price build-up"), follows=True),
    FieldSpec(key="name", kind="text", label=Sentence("Name")),
    FieldSpec(key="sku", kind="text", label=Sentence("Article number")),
    FieldSpec(key="description", kind="text", label=Sentence("Description"), long=True),
    FieldSpec(key="explanation", kind="text", label=Sentence("Explanation"), long=True),
    FieldSpec(key="section", kind="text", label=Sentence("Section")),
    FieldSpec(key="unit", kind="text", label=Sentence("Unit")),
    FieldSpec(key="includes", kind="list", label=Sentence("What is included"), long=True),
    FieldSpec(key="billing", kind="text", label=Sentence("Billing")),
    FieldSpec(key="periods", kind="count", label=Sentence("Number of periods")),
    FieldSpec(key="lead_time_days", kind="count", label=Sentence("Lead time in days")),
    FieldSpec(key="fulfilment", kind="text", label=Sentence("Fulfilment team")),
    FieldSpec(key="negotiable", kind="list", label=Sentence("What is negotiable")),
    FieldSpec(key="optional", kind="flag", label=Sentence("Optional")),
    FieldSpec(key="choice_group", kind="text", label=Sentence("Choice group")),
    FieldSpec(key="bounds.*", kind="number", label=Sentence("Limits of the quantity")),
    FieldSpec(key="tax.rate", kind="percent", label=Sentence("Tax rate")),
    FieldSpec(key="tax.*", kind="text", label=Sentence("Tax")),
    FieldSpec(key="tax", kind="text", label=Sentence("Tax")),
    FieldSpec(key="options", kind="list", label=Sentence("Options")),
    FieldSpec(key="kind", kind="text", label=Sentence("Kind")),
    FieldSpec(key="label", kind="text", label=Sentence("Label")),
    FieldSpec(key="amount", kind="money", label=Sentence("Amount")),
    FieldSpec(key="percent", kind="percent", label=Sentence("Percentage")),
    FieldSpec(key="when", kind="details", label=Sentence("Condition")),
    FieldSpec(key="then", kind="details", label=Sentence("What it gives")),
    FieldSpec(key="taken", kind="flag", label=Sentence("Taken")),
    FieldSpec(key="title", kind="text", label=Sentence("Name of the proposal")),
    FieldSpec(key="introduction", kind="text", label=Sentence("Introduction"), long=True),
    FieldSpec(key="currency", kind="text", label=Sentence("Currency")),
    FieldSpec(key="valid_until", kind="day", label=Sentence("Valid until")),
    FieldSpec(key="valid_until_instant", kind="text", label=Sentence("Valid until"), quiet=True),
    FieldSpec(key="time_zone", kind="text", label=Sentence("Time zone"), quiet=True),
    FieldSpec(key="language", kind="text", label=Sentence("Language"), quiet=True),
    FieldSpec(key="delivery.*", kind="text", label=Sentence("Delivery address")),
    FieldSpec(key="seller.*", kind="text", label=Sentence("Seller")),
    FieldSpec(key="buyer.*", kind="text", label=Sentence("Buyer")),
    FieldSpec(key="once.net", kind="money", label=Sentence("Once, net"), in_percent=True),
    FieldSpec(key="once.tax", kind="money", label=Sentence("Once, tax")),
    FieldSpec(key="once.total", kind="money", label=Sentence("Due once"), in_percent=True),
    FieldSpec(key="month.net", kind="money", label=Sentence("Per month, net"), in_percent=True),
    FieldSpec(key="month.tax", kind="money", label=Sentence("Per month, tax")),
    FieldSpec(key="month.total", kind="money", label=Sentence("Due per month"), in_percent=True),
    FieldSpec(key="month", kind="text", label=Sentence("Due per month")),
    FieldSpec(key="year.net", kind="money", label=Sentence("Per year, net"), in_percent=True),
    FieldSpec(key="year.tax", kind="money", label=Sentence("Per year, tax")),
    FieldSpec(key="year.total", kind="money", label=Sentence("Due per year"), in_percent=True),
    FieldSpec(key="year", kind="text", label=Sentence("Due per year")),
    FieldSpec(key="contract.net", kind="money", label=Sentence("Whole contract, net"), in_percent=True),
    FieldSpec(key="contract.tax", kind="money", label=Sentence("Whole contract, tax")),
    FieldSpec(key="contract.total", kind="money", label=Sentence("Whole contract with tax"), in_percent=True),
)

TABLE: Mapping[str, FieldSpec] = {row.key: row for row in (*_CHANGEABLE, *_SHOWN)}


def spec(field: str) -> FieldSpec:
    """The field's row; KeyError when the table has none."""
    return TABLE.get(field) or TABLE[f"{field.partition('.')[0]}.*"]


def parse_value(field: str, text: str | None) -> Value:
    """A field's spelling as the value that it stands for; None where nothing is stated."""
    return spec(field).value(text)


def fields_of(kind: type[Item]) -> tuple[FieldSpec, ...]:
    """The fields of a type of item that can be changed, in the order of the table."""
    return _FIELDS_OF.get(kind, ())


def field_name(field: str) -> str:
    """What a sentence calls the field, in English."""
    return spec(field).name


_FIELDS_OF = {
    kind: tuple(row for row in _CHANGEABLE if row.of is kind)
    for kind in (Line, Term, Total, Wanted, AdjustmentPlace, StandingPlace)
}
