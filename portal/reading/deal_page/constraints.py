"""What can be negotiated in a deal and what can't, and why, per line and term: told in one place, ahead of any refusal.

From what the offer publishes: negotiable fields, bounds, price breaks, options and if-you-then offers.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Literal

from portal.domain.change.change import buyer_fields
from portal.domain.change.fields import Field, spec
from portal.domain.change.items import TOTAL, find_item
from portal.domain.offer.revision import Line, Offer, PriceBreak, StandingOffer, Term

Why = Literal["breaks", "offer", "condition", "total", "fixed"]
# What a buyer would look for on each line.
_EXPECTED: tuple[Field, ...] = ("quantity", "unit_price")


@dataclass(frozen=True, kw_only=True)
class OpenField:
    """A field that a buyer may ask about, within what is stated of it."""

    field: Field
    low: Decimal | None = None
    high: Decimal | None = None
    step: Decimal | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reason:
    """`breaks`: the price follows these quantities; `offer`: this if-you-then offer lowers it; `condition`: a used one
    rests on it; `total`: an overall price can be asked for; `fixed`: the seller states it as it is."""

    why: Why
    label: str = ""
    breaks: tuple[PriceBreak, ...] = ()
    # What their prices are for: a quantity of this unit.
    base: Decimal = Decimal(1)
    unit: str = ""


@dataclass(frozen=True, kw_only=True)
class Constraint:
    """Lines and terms that have the same limits. `fixed`: what can't be asked about, with the reasons."""

    points: tuple[tuple[str, str], ...]
    unit: str
    open: tuple[OpenField, ...]
    fixed: tuple[Field, ...]
    reasons: tuple[Reason, ...]


def constraints(offer: Offer) -> tuple[Constraint, ...]:
    """One for each set of limits, in the order of the offer; lines with the same limits stand together."""
    total = find_item(offer, TOTAL)
    priced = total is not None and "target" in buyer_fields(total)
    grouped: dict[Constraint, list[tuple[str, str]]] = {}
    items: tuple[Line | Term, ...] = (*offer.lines, *offer.terms)
    for item in items:
        grouped.setdefault(_limits(offer, item, priced=priced), []).append((_subject(item), item.name))
    return tuple(replace(limits, points=tuple(points)) for limits, points in grouped.items())


def _limits(offer: Offer, item: Line | Term, *, priced: bool) -> Constraint:
    """Of one line or term, without its name."""
    fields = buyer_fields(item)
    fixed: tuple[Field, ...] = () if fields else ("value",)
    if isinstance(item, Line):
        fixed = tuple(each for each in _EXPECTED if each not in fields)
    return Constraint(
        points=(),
        unit=item.unit if isinstance(item, Line) and "quantity" in fields else "",
        open=tuple(_open(item, each) for each in fields),
        fixed=fixed,
        reasons=tuple(_reasons(offer, item, fixed, priced=priced)),
    )


def _open(item: Line | Term, name: Field) -> OpenField:
    if isinstance(item, Term):
        return OpenField(field=name, options=item.options)
    bounds = spec(name).bounds
    limits = bounds(item) if bounds else None
    if limits is None:
        return OpenField(field=name)
    return OpenField(field=name, low=limits.min_quantity, high=limits.max_quantity, step=limits.step)


def _breaks(line: Line) -> tuple[PriceBreak, ...]:
    """The breaks that a quantity can reach: of a negotiated price those that are lower."""
    negotiated = line.price_source == "negotiated"
    return tuple(
        step
        for step in line.price_breaks
        if step.start and not (negotiated and step.unit_price >= line.unit_price)
    )


def _reasons(offer: Offer, item: Line | Term, fixed: Sequence[Field], *, priced: bool) -> Iterator[Reason]:
    for each in offer.standing_offers:
        if each.taken and _rests_on(each, item):
            yield Reason(why="condition", label=each.label)
        elif not each.taken and isinstance(item, Line) and item.key in {then.line for then in each.then}:
            yield Reason(why="offer", label=each.label)
    breaks = _breaks(item) if isinstance(item, Line) else ()
    if breaks and isinstance(item, Line):
        yield Reason(why="breaks", breaks=breaks, base=item.price_base_quantity, unit=item.unit)
    if fixed:
        yield Reason(why="fixed")
        if "unit_price" in fixed and priced:
            yield Reason(why="total")


def _rests_on(offer: StandingOffer, item: Line | Term) -> bool:
    return any(item.key == (each.line if isinstance(item, Line) else each.term) for each in offer.when)


def _subject(item: Line | Term) -> str:
    return f"line:{item.key}" if isinstance(item, Line) else f"term:{item.key}"
