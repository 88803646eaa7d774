"""`make bench`: Parley beside its peers, in one run on one machine.

Rounds are interleaved: in each round every measurement runs on all servers, so that a period in which the machine is slow
affects all of them. For every measurement the server is restarted with a new database. Exit status 1 when Parley lost,
duplicated or reordered a message, or could not be measured.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from benchmarks import install, report, world
from benchmarks.columns import columns
from benchmarks.machine import Cores, Redis, described, working_folder
from benchmarks.measures import BUSY, FULL, QUICK, QUIET, Bench
from benchmarks.report import OURS, Measure
from benchmarks.servers import Parley, Server, chat_peers, page_peers

GROUPS = ("chat", "latency", "memory", "page", "growth")
# An hour for each server, so it runs only when it is named.
LONG = ("soak",)
Job = Callable[[], dict[str, Any]]


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench ARGS=…", description="Measure Parley beside its peers, on this machine."
    )
    parser.add_argument(
        "--quick", action="store_true", help="a smoke run: small, short, one round; its figures mean nothing"
    )
    parser.add_argument("--rounds", type=int, help="rounds; the table holds medians (3)")
    parser.add_argument("--only", metavar="NAME,…", help=f"servers by name: {', '.join([OURS, *_names()])}")
    parser.add_argument(
        "--measures",
        metavar="NAME,…",
        default=",".join(GROUPS),
        help=f"{', '.join(GROUPS)}; and {LONG[0]}, an hour a server",
    )
    parser.add_argument(
        "--data",
        type=Path,
        metavar="FOLDER",
        help="where databases lie; memory where the machine has /dev/shm",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="write every round's figures as JSON")
    return parser.parse_args()


def _names() -> list[str]:
    return [*chat_peers(), *page_peers()]


def main() -> int:
    asked = arguments()
    only = set((asked.only or ",".join([OURS, *_names()])).split(","))
    groups = set(asked.measures.split(","))
    if unknown := (only - {OURS, *_names()}) | (groups - {*GROUPS, *LONG}):
        raise SystemExit(f"Not known: {', '.join(sorted(unknown))}")
    # Settings of the caller's own installation (a mail server, for example) must not apply here.
    for name in [name for name in os.environ if name.startswith("PORTAL_")]:
        del os.environ[name]
    plan = QUICK if asked.quick else FULL
    plan = replace(plan, rounds=asked.rounds or plan.rounds)
    install.peers()
    with working_folder(asked.data) as place:
        folder, cores = Path(place), Cores.of_this_machine()
        about = described(folder)
        print(about, flush=True)
        redis = Redis(folder, cores.generator)
        try:
            measures = measured(Bench(plan, folder, redis, cores), only, groups)
        finally:
            redis.stop()
    return _told(measures, about, asked)


def measured(bench: Bench, only: set[str], groups: set[str]) -> list[Measure]:
    """Run the selected measurements, round by round."""
    ours = Parley(world.build(bench.folder, bench.plan.sizes)) if OURS in only else None
    measures = {measure.name: measure for measure in columns(bench.plan)}
    for number in range(1, bench.plan.rounds + 1):
        for name, server, job in _jobs(bench, ours, only, groups):
            began, measure = time.monotonic(), measures[name]
            try:
                measure.found.setdefault(server.name, []).append(job())
                said = measure.shown(server.name)
            except RuntimeError as error:
                said = measure.failed[server.name] = _reason(error)
            took = time.monotonic() - began
            print(
                f"round {number}  {took:5.1f} s  {measure.title}: {server.label}: {said}",
                file=sys.stderr,
                flush=True,
            )
    return list(measures.values())


def _reason(error: RuntimeError) -> str:
    """Return what failed, and the last line of the program's output."""
    lines = str(error).strip().splitlines()
    return " … ".join(dict.fromkeys((lines[0], lines[-1]))) if lines else "no reason given"


def _jobs(
    bench: Bench, ours: Parley | None, only: set[str], groups: set[str]
) -> Iterator[tuple[str, Server, Job]]:
    """Yield the jobs of one round: measurement, server, and the function to call."""
    mine: list[Server] = [ours] if ours else []
    chat = [*(peer for name, peer in chat_peers().items() if name in only), *mine]
    page = [*(peer for name, peer in page_peers().items() if name in only), *mine]
    sizes = bench.plan.sizes
    if "chat" in groups:
        yield from (("one", each, lambda each=each: bench.capacity(each, sizes.one)) for each in chat)
        yield from (("many", each, lambda each=each: bench.capacity(each, sizes.many)) for each in chat)
    if "latency" in groups:
        yield from (("quiet", each, lambda each=each: bench.latency(each, QUIET)) for each in chat)
        yield from (("busy", each, lambda each=each: bench.latency(each, BUSY)) for each in chat)
    if "memory" in groups:
        yield from (("memory", each, lambda each=each: bench.idle(each)) for each in chat)
    if "soak" in groups:
        yield from (("soak", each, lambda each=each: bench.soak(each)) for each in chat)
    if "page" in groups:
        yield from (("page", each, lambda each=each: bench.page(each, 50)) for each in page)
    if ours and "growth" in groups:
        yield "growth_cpu", ours, lambda: bench.growth(ours)
        yield "opening", ours, lambda: _opening(bench, ours)


def _opening(bench: Bench, ours: Parley) -> dict[str, Any]:
    """Measure the page of a long and of a short proposal, with one connection."""
    short, long = (bench.page(ours, lines, connections=1) for lines in (50, bench.plan.sizes.long))
    return {"short": short, "long": long}


def _told(measures: list[Measure], about: str, asked: argparse.Namespace) -> int:
    labels = {OURS: "Parley"} | {
        peer.name: peer.label for peer in (*chat_peers().values(), *page_peers().values())
    }
    labels[OURS] = labels.pop(OURS)
    faults = report.faults(measures, labels)
    print("\n".join(["", *report.rows(measures, labels), *faults]))
    if asked.json:
        asked.json.write_text(json.dumps({"machine": about, "measures": report.document(measures)}, indent=1))
    return 1 if any(fault.startswith(labels[OURS]) for fault in faults) else 0


if __name__ == "__main__":
    sys.exit(main())
