"""Rooms of sockets and their messages: opening, a closed loop, steps at a fixed rate, and the check of all deliveries."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.load.dialects import DIALECTS
from benchmarks.load.room import Book, Faults, Room, judge, marked
from benchmarks.load.wire import Wire, framed

# Seconds. A p99 above LATEST is not sustained; a backlog of TOO_FAR ends the step early.
LATEST, TOO_FAR = 0.25, 1.0
# Seconds without any delivery after which missing deliveries count as lost.
SILENCE = 10.0
WORDS = "Could we have the panels in week 12, and keep the price of the second press as it was in your first offer?"


@dataclass(frozen=True)
class Step:
    """The result at one rate: requested messages a second, deliveries a second, latency in milliseconds."""

    rate: float
    deliveries: float
    p50: float
    p99: float
    sustained: bool
    generator_busy: float
    server_busy: float


@dataclass
class Chat:
    """The open rooms of one run. Sockets are numbered over all rooms, room by room."""

    port: int
    dialect_name: str
    clock: Any
    book: Book = field(default_factory=Book)
    rooms: list[Room] = field(default_factory=list)
    wires: list[list[Wire]] = field(default_factory=list)
    meant: list[list[int]] = field(default_factory=list)
    expected: int = 0

    def __post_init__(self) -> None:
        self.dialect = DIALECTS[self.dialect_name]

    async def open(self, rooms: list[list[dict[str, Any]]]) -> None:
        """Open the sockets one after the other."""
        for sockets in rooms:
            room = Room()
            self.rooms.append(room)
            self.meant.append([])
            self.wires.append([])
            for socket in sockets:
                member = sum(map(len, self.wires))
                wire = Wire(room, self.book, self.dialect, member)
                await wire.join(self.port, socket["path"], socket.get("headers", {}))
                self.wires[-1].append(wire)

    def close(self) -> None:
        for wires in self.wires:
            for wire in wires:
                wire.transport.abort()

    def send(self, due: float | None = None) -> None:
        """Send the next message: rooms and their members take turns. `due` is its start time when it is sent late."""
        number = len(self.book.sent)
        place = number % len(self.wires)
        members = self.wires[place]
        wire = members[(number // len(self.wires)) % len(members)]
        text = self.dialect.message(f"k{number}", f"{marked(number)} {WORDS}")
        now = time.perf_counter()
        # Up to 2 ms is the timer's resolution; more is a late generator, which counts from the due time.
        self.book.sent.append(due if due is not None and now - due > 0.002 else now)
        self.book.sender.append(wire.member)
        self.meant[place].append(number)
        self.expected += len(members)
        wire.transport.write(framed(text.encode()))

    async def warm(self) -> None:
        """Send a message into every room and wait for all, to warm up connections, caches and code paths."""
        for _ in self.wires:
            self.send()
        await self.drained()

    async def closed_loop(self, seconds: float, window: int) -> float:
        """Measure the deliveries a second with `window` messages in flight."""
        began, before = time.perf_counter(), self.book.delivered
        fan = len(self.wires[0])
        while not self.book.closed:
            now = time.perf_counter()
            # A slow server gets more time, until it has answered three windows.
            few = self.book.delivered - before < 3 * window * fan
            if now > began + seconds * (5 if few else 1):
                break
            while (self.expected - self.book.delivered) < window * fan:
                self.send()
            await self.book.until(self.expected - (window - 1) * fan, seconds)
        rate = (self.book.delivered - before) / (now - began)
        await self.drained()
        return rate

    async def step(self, rate: float, seconds: float) -> Step:
        """Send messages at a steady rate. Ends early when deliveries fall behind by more than TOO_FAR."""
        self.book.fresh_bins()
        self.clock.begin()
        before, total, sent = self.book.delivered, int(rate * seconds), 0
        fan, began, behind = len(self.wires[0]), time.perf_counter(), False
        while sent < total and not behind:
            due = min(total, int((time.perf_counter() - began) * rate) + 1)
            for number in range(sent, due):
                self.send(began + number / rate)
            sent = max(sent, due)
            behind = self.expected - self.book.delivered > rate * fan * TOO_FAR or bool(self.book.closed)
            pause = began + sent / rate - time.perf_counter()
            await asyncio.sleep(max(pause, 0.0))
        if not behind:
            await self.book.until(self.expected, LATEST)
        took = time.perf_counter() - began
        generator, server = self.clock.busy()
        deliveries = (self.book.delivered - before) / took
        await self.drained()
        p50, p99 = self.book.percentile(0.5), self.book.percentile(0.99)
        return Step(rate, deliveries, p50 * 1e3, p99 * 1e3, not behind and p99 < LATEST, generator, server)

    async def drained(self) -> None:
        """Wait until every delivery has arrived, or none has for SILENCE. Missing ones are no longer expected then."""
        came = -1
        while self.book.delivered + self.refused < self.expected and came != self.book.delivered:
            if self.book.closed:
                break
            came = self.book.delivered
            await self.book.until(self.expected - self.refused, SILENCE)
        self.expected = self.book.delivered + self.refused

    @property
    def refused(self) -> int:
        """The deliveries that refused messages would have had."""
        return self.book.refused * len(self.wires[0])

    def verdict(self) -> Faults:
        return judge(self.book, self.meant, [[wire.seen() for wire in wires] for wires in self.wires])
