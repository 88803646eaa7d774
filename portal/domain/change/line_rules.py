"""What changing a field does to a line or a term: the functions that the table of fields names."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec.structs import replace

from portal.domain.change.field_spec import Pricing
from portal.domain.offer import money, pricing, spelling
from portal.domain.offer.revision import Line

Values = Mapping[str, str]


def at_quantity(line: Line, values: Values, how: Pricing) -> Line:
    """The line at another quantity, at the price of its break."""
    return pricing.at_quantity(line, money.parse(values["quantity"]), language=how.language)


def at_price(line: Line, values: Values, how: Pricing) -> Line:
    """The line at another unit price, another discount, or both."""
    return pricing.at_price(
        line,
        unit_price=_number(values, "unit_price"),
        discount_percent=_number(values, "discount_percent"),
        concession=how.concession,
        round_number=how.round_number,
        language=how.language,
    )


def putting(key: str, parse: Callable[[str], Any]) -> Callable[[Any, Values, Pricing], Any]:
    """The item with another value in one field."""
    return lambda item, values, _how: replace(item, **{key: parse(values[key])})


def spelled(value: Any) -> str:
    """A value of a line or a term in its one spelling."""
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case date():
            return value.isoformat()
        case str():
            return spelling.plain(value)
    return str(value)


def _number(values: Values, key: str) -> Decimal | None:
    return money.parse(values[key]) if key in values else None
