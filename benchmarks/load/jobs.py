"""The jobs on sockets: the sustained rate, latency at a fixed rate, memory of idle sockets, and long traffic."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from typing import Any

from benchmarks.load.chat import Chat, Step
from benchmarks.load.clock import Clock

# A search stops when it knows the limit within this factor.
CLOSE_ENOUGH = 1.06
# Milliseconds. Below this p99 the rate is far from the limit, and is doubled.
AT_EASE = 50.0


async def capacity(job: dict[str, Any]) -> dict[str, Any]:
    """Search the highest rate whose p99 stays under 250 ms, starting from the rate of a closed loop."""
    chat = await _opened(job)
    fan = len(chat.wires[0])
    closed = await chat.closed_loop(job["closed_seconds"], job["window"])
    steps = await _search(chat, closed / fan, job["seconds"], job["tries"])
    best = max((step for step in steps if step.sustained), key=lambda step: step.rate, default=None)
    found = {"closed_loop": closed, "best": asdict(best) if best else None}
    return await _result(chat, found | {"steps": [asdict(step) for step in steps]})


async def _search(chat: Chat, start: float, seconds: float, tries: int) -> list[Step]:
    steps: list[Step] = []
    low, high, rate = 0.0, 0.0, max(start, 20.0)
    while len(steps) < tries and not chat.book.closed:
        step = await chat.step(rate, seconds)
        steps.append(step)
        if step.sustained:
            low = rate
        else:
            high = rate
        if low and high and high / low < CLOSE_ENOUGH:
            break
        if low and high:
            rate = (low * high) ** 0.5
        elif high:
            rate = high * 0.75
        else:
            rate = low * (2.0 if step.p99 < AT_EASE else 1.25)
    return steps


async def latency(job: dict[str, Any]) -> dict[str, Any]:
    """Measure latency at a rate below the server's limit."""
    chat = await _opened(job)
    await chat.step(job["rate"], job["seconds"] / 3)
    step = await chat.step(job["rate"], job["seconds"])
    return await _result(chat, {"step": asdict(step)})


async def idle(job: dict[str, Any]) -> dict[str, Any]:
    """Measure the bytes per socket by which the server grows from a few sockets to a thousand idle ones."""
    few, many = job["rooms"][:2], job["rooms"][2:]
    chat = await _opened(job | {"rooms": few})
    await asyncio.sleep(job["settle"])
    before = chat.clock.resident()
    await chat.open(many)
    await asyncio.sleep(job["settle"])
    sockets = sum(map(len, many))
    grown = chat.clock.resident() - before
    return await _result(chat, {"sockets": sockets, "bytes": grown / sockets, "resident": before + grown})


async def soak(job: dict[str, Any]) -> dict[str, Any]:
    """Run steady traffic, and record the server's resident memory ten times."""
    chat = await _opened(job)
    resident: list[int] = []
    steps = [await _watched(chat, job, resident) for _ in range(10)]
    return await _result(chat, {"resident": resident, "p99": [step.p99 for step in steps]})


async def _watched(chat: Chat, job: dict[str, Any], resident: list[int]) -> Step:
    step = await chat.step(job["rate"], job["seconds"] / 10)
    resident.append(chat.clock.resident())
    return step


async def _opened(job: dict[str, Any]) -> Chat:
    chat = Chat(job["port"], job["dialect"], Clock(job["pid"]))
    await chat.open(job["rooms"])
    await chat.warm()
    return chat


async def _result(chat: Chat, found: dict[str, Any]) -> dict[str, Any]:
    # A duplicate may arrive late.
    await asyncio.sleep(0.3)
    book, faults = chat.book, chat.verdict()
    sent = {"messages": len(book.sent), "deliveries": book.delivered, "refused": book.refused}
    ended = {"closed": book.closed, "notes": book.notes}
    chat.close()
    return {**found, **sent, **ended, **asdict(faults)}
