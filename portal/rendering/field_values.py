"""How fields and their values read on a page, by kind of value; the fields themselves are in `domain.change.fields`."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from portal.domain.change.field_spec import Kind
from portal.domain.change.fields import fields_of, spec
from portal.domain.change.items import find_line_or_term
from portal.domain.offer.revision import Adjustment, Bounds, Line, Offer, TaxGroup
from portal.rendering.formats import amount, day, number, percent, unit
from portal.rendering.language import gettext as _
from portal.rendering.language import ngettext

Draw = Callable[[Any, str, str], str]


def field_name(field: str) -> str:
    """What a field is called, as a heading."""
    return _(spec(field).label)


def field_noun(field: str) -> str:
    """What a sentence calls it."""
    return _(spec(field).name)


def field_value(field: str, value: Any, currency: str, unit_code: str = "", line: Line | None = None) -> str:
    """The value in the reader's language; a quantity with the unit's word, a price of `line` with what it is for."""
    if value is None or value == "":
        return _("not stated")
    drawn = _DRAWN[spec(field).kind](value, currency, unit_code)
    return f"{drawn}{per_base(line)}" if line and spec(field).per_base else drawn


def change_value(offer: Offer, change_id: str, value: Any) -> str:
    """The value of a change (its id is "line:KEY:unit_price") as `field_value` draws it."""
    subject, _colon, field = change_id.rpartition(":")
    found = find_line_or_term(offer, subject)
    return field_value(field, value, offer.currency, line=found if isinstance(found, Line) else None)


def tax_label(group: TaxGroup, among: int, currency: str) -> str:
    """A tax as a row of a sum names it: its rate, else why there is none; with what it is on beside others (`among`)."""
    label = _("Tax %(rate)s") % {"rate": percent(group.rate)} if group.rate else group.reason or _("No tax")
    on = _("on %(net)s") % {"net": amount(group.taxable, currency)} if among > 1 else ""
    return f"{label} {on}".rstrip()


def unit_price(price: Decimal, line: Line, currency: str) -> str:
    """A price of the line and what it is for: "389.00 per 100 kg"; the amount alone where it is for one."""
    return f"{amount(price, currency)}{per_base(line)}"


def per_base(line: Line) -> str:
    """What the line's prices are for, after a space: " per 100 kg"; "" where they are for one."""
    base = line.price_base_quantity
    return f" {per_quantity(base, line.unit)}" if base != 1 else ""


def per_quantity(count: Decimal, unit_code: str) -> str:
    """What a price is for: "per 100 kg"."""
    return _("per %(count)s") % {"count": quantity(count, unit_code)}


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
    if not line.delivery_date and line.lead_time_days is not None:
        days = {"count": line.lead_time_days}
        yield (
            ngettext("Delivery within %(count)s day", "Delivery within %(count)s days", days["count"]) % days
        )
    if line.tax.category != "S" and line.tax.reason:
        yield line.tax.reason


def quantity(count: Decimal, unit_code: str) -> str:
    """How many, with the unit's word or sign."""
    return " ".join(filter(None, (number(count), unit(unit_code, count) if unit_code else "")))


def per(billing: str) -> str:
    """The word behind an amount that recurs; "" for one that is due once."""
    words = {"month": _("per month"), "year": _("per year")}
    return f" {words[billing]}" if billing in words else ""


def _line(line: Line, currency: str, _unit: str) -> str:
    price = f"{unit_price(line.net_unit_price, line, currency)}{per(line.billing)}"
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
