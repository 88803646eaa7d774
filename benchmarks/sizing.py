"""Compute how many processes and machines an installation needs: the figures of docs/SIZING.md, from measured costs.

    .venv/bin/python -m benchmarks.sizing                      the tables of docs/SIZING.md
    .venv/bin/python -m benchmarks.sizing --costs costs.json   the same with this machine's costs (benchmarks.costs)
    .venv/bin/python -m benchmarks.sizing --deals 5000 --people 3 --messages 20 …    one installation of your own

A process uses one core: its event loop and threads share one interpreter. It is modelled as a queue with one server (M/G/1,
Pollaczek-Khinchine formula). Reconnections after a restart are simulated. Network and disks are not part of the model.
"""

from __future__ import annotations

import argparse
import json
import math
import random
import sys
from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path


@dataclass(frozen=True)
class Costs:
    """CPU seconds of one core, and bytes, as benchmarks.costs measures them. `database_` is PostgreSQL's share."""

    message: float = 0.0  # received, checked, stored, rendered once per party
    delivery: float = 0.0  # of one frame to one socket
    page: float = 0.0  # the buyer's page
    change: float = (
        0.0  # a choice or an answer: the page, the form, a new revision, and the regions drawn anew
    )
    opening: float = 0.0  # a socket, from handshake to first frame
    idle: float = 0.0  # a second of a socket on which nothing happens
    ring: float = 0.0  # Redis: a doorbell rung
    memory: float = 0.0  # bytes of a socket
    database_message: float = 0.0
    database_page: float = 0.0
    database_change: float = 0.0
    database_opening: float = 0.0
    database_idle: float = 0.0


# benchmarks.costs on a shared virtual machine with 2 cores, rounded up.
MEASURED = Costs(
    message=2.5e-3,
    delivery=5e-5,
    page=6e-3,
    change=30e-3,
    opening=2.2e-3,
    idle=8e-6,
    ring=3e-5,
    memory=26_000,
    database_message=0.7e-3,
    database_page=0.8e-3,
    database_change=6e-3,
    database_opening=0.4e-3,
    database_idle=4e-6,
)

# Bytes of a process without sockets, including its caches of pages and frames.
EMPTY = 250e6
# Bytes of a row of the ledger with its indexes, and of a revision of 50 lines with its private figures.
EVENT_BYTES, REVISION_BYTES = 900, 60_000
# The utilisation that a core may reach: above it, waiting grows faster than load. And the open pages that a process may
# have, so that all of them reconnect within about ten seconds after a restart.
FULL, MOST_SOCKETS = 0.5, 5_000
# The load of an ordinary hour as a share of the busiest one, and the working hours of a year.
ORDINARY, HOURS = 0.2, 8 * 220
# Connections of one process to PostgreSQL: its pools of writers and readers.
CONNECTIONS = 20


@dataclass(frozen=True)
class Load:
    """The busiest hour. `deals` are open at the same time, each in the browsers of `people`."""

    deals: int
    people: float = 3
    messages: float = 12  # per deal and hour
    changes: float = 3
    visits: float = 6  # pages opened, per deal and hour
    hides: float = 10  # times an hour that somebody's tab is hidden and shown again, which reconnects it

    @property
    def sockets(self) -> float:
        return self.deals * self.people

    def per_second(self, an_hour: float) -> float:
        return self.deals * an_hour / 3600


@dataclass(frozen=True)
class Answer:
    sockets: float
    messages: float  # a second
    core: float  # cores of Parley's processes
    database: float  # cores of PostgreSQL
    redis: float
    processes: int
    wait: float  # mean seconds that something waits for its process
    slow: float  # and of a hundred the slowest
    memory: float  # bytes of one process
    connections: int  # to PostgreSQL, at most
    growth: float  # bytes a year


def work(load: Load, costs: Costs) -> list[tuple[float, float]]:
    """Return the kinds of work: how many a second, and the CPU seconds of one."""
    per = load.per_second
    return [
        (per(load.messages), costs.message + load.people * costs.delivery),
        (per(load.changes), costs.change + load.people * costs.delivery),
        (per(load.visits), costs.page + costs.opening),
        (per(load.people * load.hides), costs.opening),
    ]


def size(load: Load, costs: Costs, processes: int | None = None) -> Answer:
    """Compute the fewest processes within FULL and MOST_SOCKETS, or the figures for a given number of processes."""
    jobs, per = work(load, costs), load.per_second
    core = sum(rate * cost for rate, cost in jobs) + load.sockets * costs.idle
    needed = processes or max(1, math.ceil(core / FULL), math.ceil(load.sockets / MOST_SOCKETS))
    # Each process is notified of every deal that changes, and checks whether it has sockets for it.
    busy = core / needed + (per(load.messages + load.changes) * costs.ring if needed > 1 else 0)
    wait = waiting([(rate / needed, cost) for rate, cost in jobs], busy)
    database = (
        per(load.messages) * costs.database_message
        + per(load.changes) * costs.database_change
        + per(load.visits) * costs.database_page
        + per(load.visits + load.people * load.hides) * costs.database_opening
        + load.sockets * costs.database_idle
    )
    said, changed = EVENT_BYTES, EVENT_BYTES + REVISION_BYTES / 3  # not every change makes a revision
    hourly = load.deals * (load.messages * said + load.changes * changed)
    return Answer(
        sockets=load.sockets,
        messages=per(load.messages),
        core=core,
        database=database,
        redis=per(load.messages + load.changes) * costs.ring * (1 + 0.2 * needed),
        processes=needed,
        wait=wait,
        # The tail of the waiting time is exponential.
        slow=wait / busy * math.log(100 * busy) if 0.01 < busy < 1 else wait,
        memory=EMPTY + load.sockets / needed * costs.memory,
        connections=needed * CONNECTIONS,
        growth=hourly * ORDINARY * HOURS,
    )


def waiting(jobs: Sequence[tuple[float, float]], busy: float) -> float:
    """Return the mean waiting time of a queue (Pollaczek-Khinchine). `jobs`: rate and cost; `busy`: utilisation."""
    if busy >= 1:
        return math.inf
    return sum(rate * cost * cost for rate, cost in jobs) / (2 * (1 - busy))


def coming_back(sockets: int, costs: Costs, *, seed: int = 1) -> tuple[float, float]:
    """Simulate a restart: return the seconds until half of the pages are live again, and until 99 % are.

    The attempts are those of static/js and htmx: the first after 1 s, with a jitter of 0.9 s. The process accepts one page
    after the other, and no page gives up.
    """
    chance = random.Random(seed)
    arrivals = sorted(chance.uniform(0.1, 1.9) for _ in range(sockets))
    free, live = 0.0, []
    for arrival in arrivals:
        free = max(free, arrival) + costs.opening
        live.append(free)
    return live[len(live) // 2], live[int(len(live) * 0.99)]


LOADS = (
    ("one team", Load(deals=60)),
    ("a sales organisation", Load(deals=1_000)),
    ("a busy one", Load(deals=5_000, messages=20, changes=4)),
    ("very large", Load(deals=50_000, messages=20, changes=4)),
)


def tables(costs: Costs) -> str:
    heads = (
        "busiest hour",
        "deals open",
        "pages open",
        "messages a second",
        "Parley's cores",
        "processes",
        "PostgreSQL's cores",
        "its connections",
        "wait: mean, 1 in 100",
        "memory of a process",
        "data a year",
    )
    lines = [f"| {' | '.join(heads)} |", "|---" * len(heads) + "|"]
    for name, load in LOADS:
        lines.append(row(name, load, size(load, costs)))
    lines += [
        "",
        "| pages that come back to one process | half are live after | 99 % after |",
        "|---|---|---|",
    ]
    for sockets in (500, 2_000, 5_000, 10_000):
        half, most = coming_back(sockets, costs)
        lines.append(f"| {sockets:,} | {half:.1f} s | {most:.1f} s |")
    return "\n".join(lines)


def row(name: str, load: Load, answer: Answer) -> str:
    cells = [
        name,
        f"{load.deals:,.0f}",
        f"{answer.sockets:,.0f}",
        f"{answer.messages:,.1f}",
        f"{answer.core:.2f}",
        f"{answer.processes}",
        f"{answer.database:.2f}",
        f"{answer.connections}",
        f"{1000 * answer.wait:.1f} ms, {1000 * answer.slow:.0f} ms",
        f"{answer.memory / 1e6:,.0f} MB",
        f"{answer.growth / 1e9:,.0f} GB",
    ]
    return "| " + " | ".join(cells) + " |"


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.sizing", description="How much an installation needs."
    )
    parser.add_argument(
        "--costs", type=Path, metavar="FILE", help="costs of this machine, from benchmarks.costs"
    )
    for field in fields(Load):
        parser.add_argument(f"--{field.name}", type=float, help="of the busiest hour; see Load")
    parser.add_argument("--processes", type=int, help="what so many are like, instead of how many are needed")
    asked = parser.parse_args()
    costs = replace(MEASURED, **json.loads(asked.costs.read_text())) if asked.costs else MEASURED
    own = {field.name: value for field in fields(Load) if (value := getattr(asked, field.name)) is not None}
    if own:
        load = replace(Load(deals=1_000), **own)
        print(row("yours", load, size(load, costs, asked.processes)))
    else:
        print(tables(costs))
    return 0


if __name__ == "__main__":
    sys.exit(main())
