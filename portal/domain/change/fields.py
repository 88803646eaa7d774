"""The table of fields: everything that a line, a term, an adjustment or the whole deal shows, and what of it can be changed.

Forms, answers, previews, spreadsheets, mails, comparisons, the board and templates ask it. Here is what can be changed;
what is only shown stands in `shown_fields`.
"""

from collections.abc import Callable, Mapping
from typing import Any, Literal, get_args

from portal.domain.change import bounds, part_codec
from portal.domain.change.field_spec import PARSED, FieldSpec, Kind, Place, Value, always
from portal.domain.change.items import AdjustmentPlace, Item, StandingPlace, Total, Wanted
from portal.domain.change.line_rules import at_price, at_quantity, putting, spelled
from portal.domain.change.shown_fields import SHOWN
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
    "warranty_months",
    "value",
    "target",
    "wish",
    "line",
    "adjustment",
    "standing_offer",
    "use",
]
FIELDS: tuple[Field, ...] = get_args(Field)
# Unit price and discount are two spellings of one price: an ask for one was made in sight of the other.
PRICE: tuple[Field, ...] = ("unit_price", "discount_percent")
# What buyers may set by themselves, as the offer leaves it open.
CHOSEN: tuple[Field, ...] = ("selected", "choice")


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
    if line.choice_group:
        return Sentence("%(name)s is part of the proposal; choose another line of its group.", name=line.name)
    return Sentence("%(name)s is part of the proposal; it can't be left out.", name=line.name)


def _not_usable(place: StandingPlace) -> str:
    if place.part is None:
        return Sentence("This if-you-then offer is no longer made.")
    return Sentence("“%(name)s” is used already.", name=place.part.label)


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
        per_base=True,
        in_percent=True,
        apply=at_price,
        met=lambda line, value: line.net_unit_price <= money.parse(value),
        watches=PRICE,
        better="less",
    ),
    _of_line(
        "discount_percent",
        "percent",
        spelling.discount,
        label=Sentence("Discount"),
        name=Sentence("discount"),
        headline=True,
        apply=at_price,
        watches=PRICE,
        better="more",
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
        missing=lambda line: Sentence("%(name)s has no alternatives to choose from.", name=line.name),
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
    _of_line(
        "warranty_months",
        "count",
        spelling.count("warranty_months"),
        label=Sentence("Warranty in months"),
        name=Sentence("warranty in months"),
        fact=Sentence("Warranty: %(value)s"),
        unit="MON",
        optional=True,
        better="more",
        absent=0,
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
        label=Sentence("If-you-then offer"),
        name=Sentence("if-you-then offer"),
        of=StandingPlace,
        place=Place(StandingOffer, "standing_offers"),
    ),
    FieldSpec(
        key="use",
        kind="use",
        label=Sentence("Use"),
        name=Sentence("use"),
        of=StandingPlace,
        buyer_may=lambda place: place.part is not None and not place.part.taken,
        missing=_not_usable,
        read=lambda text, _offer, _key: spelling.chosen(text),
        current=lambda place: spelled(place.part is not None and place.part.taken),
        # Its conditions and consequences are several parts of the offer: see `apply`.
        apply=None,
        met=lambda place, _value: place.part is not None and place.part.taken,
        counterable=False,
    ),
)

TABLE: Mapping[str, FieldSpec] = {row.key: row for row in (*_CHANGEABLE, *SHOWN)}


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
