"""Check deliveries: each message once, to every socket of its room, in the same order.

The first socket that receives a message decides the room's order. The others are compared with it while they receive, which
costs one list access for each delivery. A socket that differs keeps its own list from then on, which is checked at the end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from math import inf

MARK = b"MessageNo"
DIGITS = 8
# Latencies are counted in bins: their width in seconds, and their number. Later ones go into the last bin.
BIN, BINS = 0.00005, 200_000


def marked(number: int) -> str:
    """Return the mark that identifies a message inside the frame of any server."""
    return f"{MARK.decode()}{number:0{DIGITS}d}"


@dataclass
class Room:
    log: list[int] = field(default_factory=list)


@dataclass
class Book:
    """Everything sent and received in a run. `sent` has the time of each message, by number."""

    sent: list[float] = field(default_factory=list)
    sender: list[int] = field(default_factory=list)
    bins: list[int] = field(default_factory=lambda: [0] * BINS)
    delivered: int = 0
    refused: int = 0
    closed: int = 0
    notes: list[str] = field(default_factory=list)
    # `reached` is set when `delivered` reaches `goal`.
    goal: float = inf
    reached: asyncio.Event = field(default_factory=asyncio.Event)

    async def until(self, goal: int, seconds: float) -> None:
        """Wait until `goal` deliveries have arrived in total, at most `seconds`."""
        if self.delivered < goal:
            self.goal = goal
            self.reached.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self.reached.wait()
            self.goal = inf

    def note(self, text: str) -> None:
        if len(self.notes) < 5:
            self.notes.append(text)

    def fresh_bins(self) -> None:
        self.bins[:] = [0] * BINS

    def percentile(self, share: float) -> float:
        """Return the seconds within which this share of deliveries arrived; 0 when there were none."""
        left = share * sum(self.bins)
        for number, count in enumerate(self.bins):
            left -= count
            if left <= 0 and count:
                return (number + 1) * BIN
        return 0.0


@dataclass
class Faults:
    """Wrong deliveries. `disordered` counts sockets and senders, not messages."""

    lost: int = 0
    doubled: int = 0
    disordered: int = 0

    def __bool__(self) -> bool:
        return bool(self.lost or self.doubled or self.disordered)


def judge(book: Book, meant: Sequence[Sequence[int]], seen: Sequence[Sequence[list[int]]]) -> Faults:
    """Compare the messages sent to each room with those that each of its sockets received."""
    faults = Faults()
    for messages, sockets in zip(meant, seen, strict=True):
        wanted, order = set(messages), sockets[0]
        alike = sum(own is order for own in sockets)
        _count(faults, wanted, order, alike)
        place = {number: index for index, number in enumerate(order)}
        for own in sockets:
            if own is not order:
                _count(faults, wanted, own, 1)
                faults.disordered += not _rising([place[number] for number in own if number in place])
        by_sender: dict[int, list[int]] = {}
        for number in order:
            if number in wanted:
                by_sender.setdefault(book.sender[number], []).append(number)
        faults.disordered += sum(not _rising(numbers) for numbers in by_sender.values())
    return faults


def _count(faults: Faults, wanted: set[int], own: Sequence[int], sockets: int) -> None:
    distinct = set(own)
    faults.lost += sockets * len(wanted - distinct)
    faults.doubled += sockets * (len(own) - len(distinct) + len(distinct - wanted))


def _rising(numbers: Sequence[int]) -> bool:
    return all(first <= second for first, second in pairwise(numbers))
