"""The measurements: each starts a server, runs a job of the load generator, and returns its result."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.machine import Cores, Redis, generate
from benchmarks.servers import Parley, Server, running
from benchmarks.world import Shape, Sizes

QUIET, BUSY = 200, 500  # messages a second


@dataclass(frozen=True)
class Plan:
    """Durations, in seconds, and sizes of the measurements."""

    sizes: Sizes
    rounds: int = 3
    seconds: float = 2.0
    closed_seconds: float = 2.0
    tries: int = 6
    latency_seconds: float = 3.0
    settle: float = 2.0
    page_seconds: float = 3.0
    blocks: int = 10
    block: int = 100
    soak_seconds: float = 3_600.0


FULL = Plan(Sizes(Shape(1, 50), Shape(200, 5), history=10_000, long=1_000))
QUICK = Plan(
    Sizes(Shape(1, 50), Shape(40, 5), history=300, long=200),
    rounds=1,
    seconds=0.5,
    closed_seconds=0.3,
    tries=4,
    latency_seconds=0.6,
    settle=0.5,
    page_seconds=0.4,
    blocks=2,
    block=20,
    soak_seconds=3.0,
)


@dataclass
class Bench:
    """The place of a run: folder, Redis and cores."""

    plan: Plan
    folder: Path
    redis: Redis
    cores: Cores

    def __post_init__(self) -> None:
        self._numbers: Iterator[int] = count(1)

    def capacity(self, server: Server, shape: Shape) -> dict[str, Any]:
        """Measure the sustained deliveries a second."""
        plan = self.plan
        # Messages in flight: two for each room, or enough to keep the writer of one room busy.
        window = {"window": 64 if shape.rooms == 1 else shape.rooms * 2}
        times = {"seconds": plan.seconds, "closed_seconds": plan.closed_seconds, "tries": plan.tries}
        return self._chat(server, shape, {"work": "capacity"} | window | times)

    def latency(self, server: Server, rate: int) -> dict[str, Any]:
        """Measure the milliseconds from sending to receiving, at a rate below every server's limit."""
        job = {"work": "latency", "rate": rate, "seconds": self.plan.latency_seconds}
        return self._chat(server, self.plan.sizes.many, job)

    def idle(self, server: Server) -> dict[str, Any]:
        """Measure the server memory of an idle socket, in bytes."""
        return self._chat(server, self.plan.sizes.many, {"work": "idle", "settle": self.plan.settle})

    def soak(self, server: Server) -> dict[str, Any]:
        """Measure memory during long traffic."""
        job = {"work": "soak", "rate": QUIET, "seconds": self.plan.soak_seconds}
        return self._chat(server, self.plan.sizes.many, job)

    def page(self, server: Server, lines: int, connections: int = 16) -> dict[str, Any]:
        """Measure the page requests a second."""
        seconds = self.plan.page_seconds
        times = {"seconds": seconds, "warm_seconds": seconds / 3}
        with running(server, self._place(), self.redis.url, self.cores) as (process, port):
            job = {"work": "pages", "connections": connections} | times | server.pages(lines, port)
            return self._generate(job | {"port": port, "pid": process.pid})

    def growth(self, server: Parley) -> dict[str, Any]:
        """Measure the cost of a message in a deal with a long history and in a new one."""
        with running(server, self._place(), self.redis.url, self.cores) as (process, port):
            rooms = [
                [{"path": seat.socket, "headers": seat.headers(port)} for seat in seats]
                for seats in server.world.grown
            ]
            job = {"work": "growth", "blocks": self.plan.blocks, "block": self.plan.block, "rooms": rooms}
            return self._generate(job | {"dialect": server.dialect, "port": port, "pid": process.pid})

    def _chat(self, server: Server, shape: Shape, job: dict[str, Any]) -> dict[str, Any]:
        with running(server, self._place(), self.redis.url, self.cores) as (process, port):
            job |= {"dialect": server.dialect, "port": port, "pid": process.pid}
            return self._generate(job | {"rooms": server.rooms(shape, port)})

    def _generate(self, job: dict[str, Any]) -> dict[str, Any]:
        path = self.folder / "job.json"
        path.write_text(json.dumps(job))
        plan = self.plan
        longest = 120 + plan.tries * (plan.seconds + 20) + plan.blocks * plan.block * 0.2
        longest += plan.soak_seconds * 1.5 if job["work"] == "soak" else 0
        found: dict[str, Any] = json.loads(generate(path, self.cores.generator, longest))
        return found

    def _place(self) -> Path:
        return self.folder / f"server-{next(self._numbers)}"
