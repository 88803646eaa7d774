"""How large a figure, how late a day, how long a text and how many parts an offer may have: one table for every way in.

Forms, sheets, quotes and API documents read by it, and `acceptable` holds a whole offer against it. Amounts below
`AMOUNT_LIMIT` fit the 64-bit columns of minor units at up to four decimal places.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Literal, NamedTuple

DIGITS_BEFORE, DIGITS_AFTER = 12, 6
# Computed amounts (a line over its periods, the contract) stay below it.
AMOUNT_LIMIT = Decimal(10) ** DIGITS_BEFORE
LARGEST = AMOUNT_LIMIT - Decimal(1).scaleb(-DIGITS_AFTER)
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(2999, 12, 31)
LONGEST_WORDING = 500
# Stretches of the contract in which the same lines are billed: each has totals of its own.
MOST_RUNS = 24

Figure = Literal[
    "quantity",
    "quantity_limit",
    "unit_price",
    "signed_amount",
    "percent",
    "percent_off",
    "periods",
    "warranty_months",
    "days",
]
Parts = Literal["lines", "terms", "adjustments", "standing_offers", "changes"]


class Range(NamedTuple):
    """What a figure may be: more than `above` where it is set, else at least `least`; at most `most`."""

    least: Decimal = Decimal(0)
    most: Decimal = LARGEST
    above: Decimal | None = None

    def __contains__(self, value: object) -> bool:
        """False for NaN and infinities as well."""
        if not isinstance(value, Decimal) or not value.is_finite():
            return False
        return (self.least <= value if self.above is None else self.above < value) and value <= self.most


_HUNDRED = Decimal(100)
RANGES: Mapping[Figure, Range] = {
    "quantity": Range(above=Decimal(0)),
    "quantity_limit": Range(),
    "unit_price": Range(),
    "signed_amount": Range(least=-LARGEST),
    "percent": Range(most=_HUNDRED),
    "percent_off": Range(above=Decimal(0), most=_HUNDRED),
    "periods": Range(least=Decimal(1), most=Decimal(1200)),
    "warranty_months": Range(most=Decimal(600)),
    "days": Range(most=Decimal(3650)),
}
MOST: Mapping[Parts, int] = {
    "lines": 5000,
    "terms": 200,
    "adjustments": 20,
    "standing_offers": 20,
    "changes": 25_000,
}
