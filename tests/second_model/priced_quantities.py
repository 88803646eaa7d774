"""The quantities of a line that are answered at once, and their prices: the design's price breaks and held prices."""

from fractions import Fraction
from typing import Any, NamedTuple

SMALLEST_QUANTITY = Fraction(1, 10**6)


class LineState(NamedTuple):
    selected: bool
    quantity: Fraction
    unit_price: Fraction
    discount: Fraction
    held: frozenset[tuple[Fraction, Fraction]]  # (from this quantity upwards, at most this unit price)


def priced_at(line: dict[str, Any], now: LineState, quantity: Fraction) -> Fraction | None:
    """Return the unit price that is answered at once for a quantity; None when a person answers."""
    if quantity == now.quantity:
        return now.unit_price
    breaks = [price for start, price in line["breaks"] if start <= quantity]
    published = breaks[-1] if breaks else None
    if now.held:
        held = [price for start, price in now.held if start <= quantity]
        return min([*held, *breaks[-1:]]) if held else None
    if not line["breaks"] or published is not None:
        return published
    if line["list_price"] is not None:
        return line["list_price"]
    quoted_below = line["source"] == "list" and line["quantity"] < line["breaks"][0][0]
    return line["unit_price"] if quoted_below else None


def is_possible(line: dict[str, Any], quantity: Fraction) -> bool:
    low, high, step = line["min"], line["max"], line["step"]
    return (
        quantity > 0
        and (low is None or quantity >= low)
        and (high is None or quantity <= high)
        and (step is None or (quantity - (low or 0)) % step == 0)
    )


def next_possible(line: dict[str, Any], quantity: Fraction) -> Fraction:
    """Return the smallest quantity on the line's step that is not below `quantity` and the lower bound."""
    low, step = line["min"], line["step"]
    quantity = max(quantity, low or 0)
    if step is None:
        return quantity
    start = low or Fraction(0)
    return start + -((start - quantity) // step) * step


def quantities(offer: dict[str, Any], line: dict[str, Any]) -> list[Fraction]:
    """Return the quantities that decide: now, where each price begins, the bounds, and what an offer wants."""
    wanted = {line["quantity"], line["min"] or line["step"] or SMALLEST_QUANTITY}
    wanted |= {next_possible(line, start) for start, _ in line["breaks"]}
    wanted |= {
        each["min"] for one in offer["standing_offers"] for each in one["when"] if each["line"] == line["key"]
    }
    if line["max"] is not None:
        start = line["min"] or Fraction(0)
        wanted.add(
            line["max"] if line["step"] is None else line["max"] - (line["max"] - start) % line["step"]
        )
    return sorted(each for each in wanted if each is not None and is_possible(line, each))
