"""A line at another quantity or another price: its price, where the price comes from, and its build-up.

A quantity finds its price in the price breaks, unless the price was negotiated: that one is kept. However a price came
about, `why` sums to the net unit price afterwards; steps that stood there stay, and the difference gets a step of its own.
"""

from decimal import Decimal

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


def at_quantity(line: Line, quantity: Decimal, *, language: str) -> Line:
    """The line with another quantity, re-priced when that crosses a price break and the price was not negotiated."""
    resized = replace(line, quantity=quantity)
    before, after = price_break(line, line.quantity), price_break(line, quantity)
    if line.price_source == "negotiated" or before == after:
        return resized
    if after is None:
        if line.list_price is None:
            return resized
        after = PriceBreak(start=money.ZERO, unit_price=line.list_price)
    elif before is None:
        # The price that the breaks don't name becomes their first step, so that a smaller quantity finds it again.
        first = PriceBreak(start=money.ZERO, unit_price=line.unit_price)
        resized = replace(resized, price_breaks=(first, *line.price_breaks))
    source: PriceSource = "break" if after.start else "list"
    repriced = replace(resized, unit_price=after.unit_price, price_source=source)
    return build_up.explained(line, repriced, build_up.volume(after.start, language), language)


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
    return build_up.explained(line, replace(priced, price_source="negotiated"), step, language)
