"""Compare a message's cost in a deal with a long history and in a new one: alternating blocks on the same server."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from benchmarks.load.chat import Chat
from benchmarks.load.clock import Clock


async def growth(job: dict[str, Any]) -> dict[str, Any]:
    """Return for each room the median latency of a message, sent one at a time, and its server CPU, in milliseconds."""
    clock = Clock(job["pid"])
    chats = []
    for room in job["rooms"]:
        chat = Chat(job["port"], job["dialect"], clock)
        await chat.open([room])
        for _ in range(job["block"]):
            await _say(chat)
        chats.append(chat)
    waits: list[list[float]] = [[] for _ in chats]
    used = [0.0 for _ in chats]
    for _ in range(job["blocks"]):
        for place, chat in enumerate(chats):
            before = clock.server_seconds()
            waits[place] += [await _say(chat) for _ in range(job["block"])]
            used[place] += clock.server_seconds() - before
    count = job["blocks"] * job["block"]
    faults = [chat.verdict() for chat in chats]
    for chat in chats:
        chat.close()
    return {
        "wait_ms": [median(found) * 1e3 for found in waits],
        "cpu_ms": [seconds / count * 1e3 for seconds in used],
        "faulty": any(faults),
        "notes": [note for chat in chats for note in chat.book.notes],
    }


async def _say(chat: Chat) -> float:
    began = time.perf_counter()
    chat.send()
    await chat.drained()
    return time.perf_counter() - began
