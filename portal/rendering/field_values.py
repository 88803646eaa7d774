"""How fields and their values read on a page, by kind of value; the fields themselves are in `domain.change.fields`."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from portal.domain.change.field_spec import Kind
from portal.domain.change.fields import fields_of, spec
from portal.domain.offer.revision import Adjustment, Bounds, Line
from portal.rendering.formats import amount, day, number, percent, unit
from portal.rendering.language import gettext as _

Draw = Callable[[Any, str, str], str]


def field_name(field: str) -> str:
    """What a field is called, as a heading."""
    return _(spec(field).label)


def field_noun(field: str) -> str:
    """What a sentence calls it."""
    return _(spec(field).name)


def field_value(field: str, value: Any, currency: str, unit_code: str = "") -> str:
    """The value in the reader's language; a quantity with the unit's word."""
    return (
        _("not stated")
        if value is None or value == ""
        else _DRAWN[spec(field).kind](value, currency, unit_code)
    )


def field_bounds(field: str, line: Line) -> Bounds:
    """The limits of the field that the page tells; none for most."""
    bounds = spec(field).bounds
    return bounds(line) if bounds else Bounds()


def facts_of(line: Line) -> Iterator[str]:
    """What the line tells of itself beside its price, as phrases."""
    for row in fields_of(Line):
        value = getattr(line, row.key, None)
        if row.fact and value is not None:
            told = (field_value(row.key, value, ""), unit(row.unit, value) if row.unit else "")
            yield _(row.fact) % {"value": " ".join(filter(None, told))}


def quantity(count: Decimal, unit_code: str) -> str:
    """How many, with the unit's word or sign."""
    return " ".join(filter(None, (number(count), unit(unit_code, count) if unit_code else "")))


def per(billing: str) -> str:
    """The word behind an amount that recurs; "" for one that is due once."""
    words = {"month": _("per month"), "year": _("per year")}
    return f" {words[billing]}" if billing in words else ""


def _line(line: Line, currency: str, _unit: str) -> str:
    price = f"{amount(line.net_unit_price, currency)}{per(line.billing)}"
    return f"{quantity(line.quantity, line.unit)} × {line.name}, {price}"


def _adjustment(part: Adjustment, currency: str, _unit: str) -> str:
    sign = "−" if part.kind == "discount" else "+"
    return sign + (percent(part.percent) if part.amount is None else amount(part.amount, currency))  # type: ignore[arg-type]  # one of the two


_DRAWN: Mapping[Kind, Draw] = {
    "money": lambda value, currency, _unit: amount(value, currency),
    "quantity": lambda value, _currency, unit_code: quantity(value, unit_code),
    "number": lambda value, _currency, _unit: number(value),
    "count": lambda value, _currency, _unit: number(value),
    "percent": lambda value, _currency, _unit: percent(value),
    "day": lambda value, _currency, _unit: day(value),
    "flag": lambda value, _currency, _unit: _("included") if value else _("left out"),
    "choice": lambda value, _currency, _unit: _("chosen") if value else _("not chosen"),
    "use": lambda value, _currency, _unit: _("used") if value else _("not used"),
    "text": lambda value, _currency, _unit: str(value),
    "list": lambda value, _currency, _unit: ", ".join(value),
    "details": lambda _value, _currency, _unit: _("see the details"),
    "wish": lambda wish, _currency, _unit: f"{number(wish.quantity)} × {wish.words}",
    "line": _line,
    "adjustment": _adjustment,
    "standing_offer": lambda part, _currency, _unit: part.label,
}
