"""Decimals with one spelling, currencies with their own number of places, and fair division.

Amounts are `Decimal` at the currency's scale (ISO 4217: EUR 2, JPY 0, KWD 3); unit prices, quantities and percentages
have six places. Rounding is half up. Nothing here, and nothing that uses it, touches a float.
"""

from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Context, Decimal, InvalidOperation, localcontext
from functools import cache

from babel.numbers import list_currencies

from portal.domain.offer.capacity import DIGITS_AFTER, DIGITS_BEFORE, LARGEST

ZERO = Decimal(0)
SIX_PLACES = Decimal("0.000001")
# Twelve digits before and six after the point, multiplied twice: 54 digits. 60 leaves nothing to round by accident.
CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)

# ISO 4217, list one. CLDR's figures (Babel) tell what people write down, not what is owed: it gives RSD 0 and IQD 0.
_CODES_BY_PLACES = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}
_PLACES = {code: number for number, codes in _CODES_BY_PLACES.items() for code in codes.split()}


@cache
def places(currency: str) -> int:
    """Number of decimal places of an ISO 4217 currency; KeyError when there is no such currency."""
    if currency not in list_currencies():
        raise KeyError(currency)
    return _PLACES.get(currency, 2)


@cache
def _unit(currency: str) -> Decimal:
    return Decimal(1).scaleb(-places(currency))


def _positive_zero(value: Decimal) -> Decimal:
    return value.copy_abs() if value.is_zero() else value


def six(value: Decimal) -> Decimal:
    """`value` at the six places of unit prices, quantities and percentages, without a negative zero."""
    return _positive_zero(value.quantize(SIX_PLACES, context=CONTEXT))


def amount(value: Decimal, currency: str) -> Decimal:
    """`value` rounded half up to an amount of `currency`."""
    return _positive_zero(value.quantize(_unit(currency), context=CONTEXT))


def times(*factors: Decimal) -> Decimal:
    """The exact product."""
    product = Decimal(1)
    for factor in factors:
        product = CONTEXT.multiply(product, factor)
    return product


def add(terms: Iterable[Decimal]) -> Decimal:
    """The exact sum; the built-in `sum` would round at the 28 digits of Python's own context."""
    total = Decimal(0)
    for term in terms:
        total = CONTEXT.add(total, term)
    return total


def divide(value: Decimal, by: Decimal) -> Decimal:
    """Quotient at full precision; rounding is the caller's."""
    return CONTEXT.divide(value, by)


def fits(value: Decimal) -> bool:
    """Whether it is a number of at most 12 digits before and 6 after the point."""
    return (
        value.is_finite() and abs(value) <= LARGEST and value == value.quantize(SIX_PLACES, context=CONTEXT)
    )


def to_minor(value: Decimal, currency: str) -> int:
    """An amount in minor units (cents); ValueError when it has more places than the currency."""
    scaled = value.scaleb(places(currency), context=CONTEXT)
    if scaled != scaled.to_integral_value():
        raise ValueError(f"{value} has more places than {currency}")
    return int(scaled)


def from_minor(minor: int, currency: str) -> Decimal:
    """The amount that `minor` units make."""
    return amount(Decimal(minor).scaleb(-places(currency), context=CONTEXT), currency)


def spread(total: Decimal, weights: Sequence[Decimal], currency: str) -> list[Decimal]:
    """Divide an amount in proportion to `weights` by largest remainder, so that the parts sum to it exactly.

    Ties go to the earlier weight. Weights are not negative; when all are zero the whole goes to the first.
    """
    if not weights:
        return []
    minor = to_minor(total, currency)
    sign, size = (-1, -minor) if minor < 0 else (1, minor)
    with localcontext(CONTEXT):
        whole = sum(weights, ZERO)
        if whole == 0:
            shares = [size, *[0] * (len(weights) - 1)]
        else:
            exact = [Decimal(size) * weight / whole for weight in weights]
            shares = [int(share) for share in exact]
            by_remainder = sorted(range(len(exact)), key=lambda i: (shares[i] - exact[i], i))
            for index in by_remainder[: size - sum(shares)]:
                shares[index] += 1
    return [from_minor(sign * share, currency) for share in shares]


def parse(text: str) -> Decimal:
    """A plain decimal string ("-12.50") as `Decimal`; ValueError for NaN, exponents, signs elsewhere, or too many digits."""
    body = text.removeprefix("-")
    before, point, after = body.partition(".")
    if not before.isascii() or not before.isdigit() or (point and not (after.isascii() and after.isdigit())):
        raise ValueError("not a decimal number such as 1250.00")
    if len(before.lstrip("0")) > DIGITS_BEFORE or len(after) > DIGITS_AFTER:
        raise ValueError("at most 12 digits before and 6 after the point")
    try:
        return Decimal(text)
    except InvalidOperation as error:  # pragma: no cover - the pattern above admits nothing else
        raise ValueError(text) from error
