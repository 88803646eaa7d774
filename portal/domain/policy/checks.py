"""What keeps an offer from being published, by who signs it: the table of the gate's reasons."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from typing import Literal

import msgspec

from portal.domain.offer import money
from portal.domain.offer.revision import Line, Offer, PrivateFigures
from portal.domain.policy.authority import Authority, Reason
from portal.domain.policy.given import Given
from portal.domain.policy.margin import share
from portal.domain.policy.reach import Reach

# Who decides what is published. "nobody": the offer goes on as it was.
By = Literal["manager", "rep", "policy", "buyer", "nobody"]


class Signer(msgspec.Struct, frozen=True, kw_only=True):
    """Who signs, within which limits. `day_percent`: see `Given`."""

    by: By
    limits: Authority = Authority()
    day_percent: Decimal | None = None


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """An offer as somebody signed it, with the private figures of that day."""

    offer: Offer
    private: PrivateFigures


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """What was published before: the revision that applies now, the first, and the last that a manager signed."""

    current: Offer | None = None
    first: Offer | None = None
    manager: Signed | None = None


class Case:
    """What is judged, with everything that several checks need worked out once."""

    def __init__(self, before: Before, after: Offer, private: PrivateFigures, signer: Signer) -> None:
        self.before, self.after, self.private, self.signer = before, after, private, signer

    @cached_property
    def reach(self) -> Reach:
        return Reach(self.after)

    @cached_property
    def signed(self) -> Reach | None:
        """The offer that concessions are counted from: the last that a manager signed, or the first."""
        offer = self.before.manager.offer if self.before.manager else self.before.first
        return None if offer is None else Reach(offer)

    @cached_property
    def current(self) -> Reach | None:
        return None if self.before.current is None else Reach(self.before.current)

    @cached_property
    def given(self) -> Given | None:
        return Given(self.signed, self.reach, self.signer.day_percent) if self.signed else None


def _floors(case: Case) -> Iterator[Reason]:
    """Lines that could be reached below their floor, unless a manager signed just that and it goes on from what applies."""
    manager = case.before.manager
    for key, floor, below in _below_floors(case):
        then = _floor(manager.private, key) if manager else None
        signed = then is not None and then >= floor and _reached(case.signed, key, below)
        if not (signed and _reached(case.current, key, below)):
            yield Reason(kind="floor", line=key, figure=money.six(min(below.values())), limit=floor)


def _lowered_floors(case: Case) -> Iterator[Reason]:
    """Below a floor and lower than what is published: what a buyer may choose already is the seller's word."""
    for key, floor, below in _below_floors(case):
        if not _reached(case.current, key, below):
            yield Reason(kind="floor", line=key, figure=money.six(min(below.values())), limit=floor)


def _below_floors(case: Case) -> Iterator[tuple[str, Decimal, Mapping[Decimal, Decimal]]]:
    """Key and floor of a line, and its prices by the quantities at which it could be reached below the floor."""
    for key, line in case.reach.lines.items():
        floor = _floor(case.private, key)
        if floor is None or case.reach.lowest(key) >= floor:
            continue
        prices = {quantity: case.reach.net_price(key, price) for quantity, price in line.prices.items()}
        yield key, floor, {quantity: price for quantity, price in prices.items() if price < floor}


def _reached(before: Reach | None, key: str, prices: Mapping[Decimal, Decimal]) -> bool:
    """Whether the line cost no more at these quantities."""
    if before is None or key not in before.lines:
        return False
    line = before.lines[key]
    return all(before.net_price(key, line.price(quantity)) <= price for quantity, price in prices.items())


def _discounts(case: Case) -> Iterator[Reason]:
    """Lines whose price comes down further below their list price than the signer may go."""
    limit = case.signer.limits.discount_percent
    if limit is None:
        return
    for key, line in case.reach.lines.items():
        reference = _reference(case, line.line)
        lowered = case.given.lowered(key) if case.given else (line.line.quantity,)
        if not reference or not lowered:
            continue
        lowest = min(case.reach.net_price(key, line.prices[each]) for each in lowered)
        percent = share(reference - lowest, reference)
        if percent > limit:
            yield Reason(kind="discount", line=key, figure=percent, limit=limit)


def _reference(case: Case, line: Line) -> Decimal | None:
    """The list price, or the first that was published."""
    if line.list_price is not None:
        return line.list_price
    first = case.before.first and case.before.first.line(line.key)
    return first.net_unit_price if first else line.unit_price


def _concession(case: Case) -> Iterator[Reason]:
    limit = case.signer.limits.concession_percent
    if limit is not None and case.given is not None and case.given.percent > limit:
        yield Reason(kind="concession", figure=case.given.percent, limit=limit)


def _floor(private: PrivateFigures, key: str) -> Decimal | None:
    figures = private.lines.get(key)
    return figures.floor_unit_price if figures else None


# What keeps each signer from publishing. A policy's caps are its own affair: see `auto_answer`.
CHECKS: Mapping[By, tuple[Callable[[Case], Iterator[Reason]], ...]] = {
    "manager": (),
    "rep": (_floors, _discounts, _concession),
    # It was published before.
    "nobody": (),
    "policy": (_lowered_floors,),
    "buyer": (_lowered_floors,),
}
