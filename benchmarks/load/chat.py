"""Rooms of sockets and the messages sent into them: opening, one closed loop, steps at a fixed rate, the verdict."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from benchmarks.load.dialects import DIALECTS
from benchmarks.load.room import Book, Faults, Room, judge, marked
from benchmarks.load.wire import Wire, framed

# A step above this is not sustained (seconds); a backlog of so many seconds ends it early.
LATEST, TOO_FAR = 0.25, 1.0
# Seconds without any delivery after which what is missing counts as lost.
SILENCE = 10.0
WORDS = "Could we have the panels in week 12, and keep the price of the second press as it was in your first offer?"


@dataclass(frozen=True)
class Step:
    """One rate, tried: messages asked for a second, deliveries a second, latency in milliseconds."""

    rate: float
    deliveries: float
    p50: float
    p99: float
    sustained: bool
    generator_busy: float
    server_busy: float


@dataclass
class Chat:
    """The open rooms of one run. `member` of a message counts sockets over all rooms, room by room."""

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
        """One socket after the other, as people come."""
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
        """The next message, to each room in turn and by each member in turn. `due` counts where sending is late."""
        number = len(self.book.sent)
        place = number % len(self.wires)
        members = self.wires[place]
        wire = members[(number // len(self.wires)) % len(members)]
        text = self.dialect.message(f"k{number}", f"{marked(number)} {WORDS}")
        now = time.perf_counter()
        # A timer's grain of a millisecond is not the server's; being busy is everybody's.
        self.book.sent.append(due if due is not None and now - due > 0.002 else now)
        self.book.sender.append(wire.member)
        self.meant[place].append(number)
        self.expected += len(members)
        wire.transport.write(framed(text.encode()))

    async def warm(self) -> None:
        """A message into every room, and wait for all of them: connections, caches and code paths are then in use."""
        for _ in self.wires:
            self.send()
        await self.drained()

    async def closed_loop(self, seconds: float, window: int) -> float:
        """Deliveries a second with so many messages under way."""
        began, before = time.perf_counter(), self.book.delivered
        fan = len(self.wires[0])
        while not self.book.closed:
            now = time.perf_counter()
            # A slow server gets the time to answer a few windows, within reason.
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
        """Messages at a steady rate; ends early when deliveries fall behind by more than TOO_FAR."""
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
        """Until every delivery has come, or nothing has for SILENCE; what is then missing is no longer waited for."""
        came = -1
        while self.book.delivered + self.refused < self.expected and came != self.book.delivered:
            if self.book.closed:
                break
            came = self.book.delivered
            await self.book.until(self.expected - self.refused, SILENCE)
        self.expected = self.book.delivered + self.refused

    @property
    def refused(self) -> int:
        """Deliveries that refused messages will not have."""
        return self.book.refused * len(self.wires[0])

    def verdict(self) -> Faults:
        return judge(self.book, self.meant, [[wire.seen() for wire in wires] for wires in self.wires])
