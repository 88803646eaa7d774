"""A line at another quantity or another price: its price, where the price comes from, and its build-up.

A quantity finds its price in what the offer publishes: breaks, the list price, a price that was negotiated. However a
price came about, `why` sums to the net unit price afterwards; steps that stood there stay, and the difference gets a step
of its own.
"""

from decimal import Decimal
from typing import NamedTuple

from msgspec.structs import replace

from portal.domain.offer import build_up, money
from portal.domain.offer.revision import Line, PriceBreak, PriceSource, WhyStep


def price_break(line: Line, quantity: Decimal) -> PriceBreak | None:
    """The break that holds at `quantity`: the highest that begins at or below it."""
    reached = [each for each in line.price_breaks if each.start <= quantity]
    return max(reached, key=lambda each: each.start, default=None)


def next_break(line: Line, quantity: Decimal) -> PriceBreak | None:
    """The break that a larger quantity reaches first."""
    ahead = [each for each in line.price_breaks if each.start > quantity]
    return min(ahead, key=lambda each: each.start, default=None)


class PriceAt(NamedTuple):
    """A unit price before discount, where it comes from, and the quantity from which it holds."""

    unit_price: Decimal
    source: PriceSource
    start: Decimal


def price_at(line: Line, quantity: Decimal) -> PriceAt | None:
    """The price that the offer itself names for `quantity`; None where a person has to.

    A negotiated price holds from its quantity upwards, and a lower break applies at once. Otherwise a break, and below the
    first the list price, or the price that was quoted there where that is lower or the only one.
    """
    reached = price_break(line, quantity)
    by_break = [PriceAt(reached.unit_price, "break", reached.start)] if reached else []
    if held := _negotiated(line):
        if by_break and by_break[0].unit_price < held.unit_price:
            return by_break[0]
        return PriceAt(held.unit_price, "negotiated", held.start) if quantity >= held.start else None
    if not line.price_breaks or reached == price_break(line, line.quantity):
        return PriceAt(line.unit_price, line.price_source, reached.start if reached else money.ZERO)
    if by_break:
        return by_break[0]
    quoted = line.held.unit_price if line.held else None
    below = [each for each in (line.list_price, quoted) if each is not None]
    return PriceAt(min(below), "list", money.ZERO) if below else None


def sells_alone(line: Line, quantity: Decimal) -> bool:
    """Whether a break, or a negotiated price that holds there, prices `quantity`, so that nobody has to be asked."""
    found = price_at(line, quantity)
    return found is not None and (found.source == "negotiated" or price_break(line, quantity) is not None)


def at_quantity(line: Line, quantity: Decimal, *, language: str) -> Line:
    """The line with another quantity, at the price that the offer names for it; else at today's, for a person to say."""
    if quantity == line.quantity:
        return line
    resized = replace(line, quantity=quantity)
    found = price_at(line, quantity)
    if found is None:
        return replace(resized, price_source="negotiated", held=_quoted(line))
    repriced = replace(
        resized,
        unit_price=found.unit_price,
        price_source=found.source,
        held=_negotiated(line) or line.held or _left(line, found),
    )
    return build_up.explained(line, repriced, build_up.volume(found.start, language), language)


def is_negotiated(line: Line) -> bool:
    """Whether the line has a price that was negotiated, at its quantity or at one that it left."""
    return _negotiated(line) is not None


def _negotiated(line: Line) -> PriceBreak | None:
    """The negotiated price, from its quantity on."""
    if line.held and line.held.start:
        return line.held
    if line.price_source == "negotiated":
        return PriceBreak(start=line.quantity, unit_price=line.unit_price)
    return None


def _quoted(line: Line) -> PriceBreak | None:
    """What was quoted below the first break outlives a negotiated price."""
    return line.held if line.held and not line.held.start else None


def _left(line: Line, found: PriceAt) -> PriceBreak | None:
    """What was quoted below the first break, where the line would forget it with its quantity."""
    known = line.list_price is not None and line.list_price <= line.unit_price
    quoted = not known and found.source == "break" and price_break(line, line.quantity) is None
    return PriceBreak(start=money.ZERO, unit_price=line.unit_price) if quoted else None


def at_price(
    line: Line,
    *,
    unit_price: Decimal | None = None,
    discount_percent: Decimal | None = None,
    concession: bool,
    round_number: int | None,
    language: str,
    reason: WhyStep | None = None,
) -> Line:
    """The line at another unit price or discount, from now on "negotiated"; the same line when nothing differs.

    `reason`: the step of the build-up, where it is neither a concession nor a mere change.
    """
    priced = replace(
        line,
        unit_price=line.unit_price if unit_price is None else unit_price,
        discount_percent=line.discount_percent if discount_percent is None else discount_percent,
    )
    if priced == line:
        return line
    lower = priced.net_unit_price < line.net_unit_price
    step = reason or build_up.price_change(
        language, concession=concession and lower, round_number=round_number
    )
    return build_up.explained(
        line, replace(priced, price_source="negotiated", held=_quoted(line)), step, language
    )
