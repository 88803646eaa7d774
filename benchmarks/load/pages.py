"""The job on pages: a fixed number of keep-alive connections, each sending its next request after a response."""

from __future__ import annotations

import asyncio
import re
import time
from typing import Any, cast

from benchmarks.load.clock import Clock

LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
CLOSES = re.compile(rb"connection: *close", re.IGNORECASE)


class Reader(asyncio.Protocol):
    """One connection. Every response must contain `wants`, or the run fails."""

    def __init__(self, request: bytes, wants: list[bytes]) -> None:
        self._request, self._wants = request, wants
        self._rest = b""
        self._asked = 0.0
        self.waits: list[float] = []
        self.size = 0
        self.stopping = False
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._ask()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ended.done():
            self.ended.set_exception(ConnectionError("closed by the server"))

    def data_received(self, data: bytes) -> None:
        self._rest = answer = self._rest + data if self._rest else data
        head, separator, body = answer.partition(b"\r\n\r\n")
        if not separator:
            return
        found = LENGTH.search(head)
        if found:
            if len(body) < int(found[1]):
                return
        elif not body.endswith(b"0\r\n\r\n"):
            return
        self._rest = b""
        if not head.startswith(b"HTTP/1.1 200") or CLOSES.search(head):
            self._fail(answer[:500])
        elif any(wanted not in body for wanted in self._wants):
            self._fail(b"without what it should hold: " + answer[:500])
        else:
            self._answered(len(body))

    def _answered(self, size: int) -> None:
        self.size = size
        self.waits.append(time.perf_counter() - self._asked)
        if self.stopping:
            self.ended.set_result(None)
            self._transport.close()
        else:
            self._ask()

    def _ask(self) -> None:
        self._asked = time.perf_counter()
        self._transport.write(self._request)

    def _fail(self, why: bytes) -> None:
        if not self.ended.done():
            self.ended.set_exception(ConnectionError(why.decode(errors="replace")))
        self._transport.abort()


async def pages(job: dict[str, Any]) -> dict[str, Any]:
    """Measure the requests a second, and the milliseconds and server CPU of one."""
    loop, clock = asyncio.get_running_loop(), Clock(job["pid"])
    requests, wants = job["requests"], [text.encode() for text in job["wants"]]
    readers: list[Reader] = []
    for number in range(job["connections"]):
        reader = Reader(_request(job["port"], requests[number % len(requests)]), wants)
        await loop.create_connection(lambda reader=reader: reader, "127.0.0.1", job["port"])  # type: ignore[misc]
        readers.append(reader)
    async with asyncio.timeout(30):
        while not all(reader.waits for reader in readers):
            await _for(job["warm_seconds"], readers)
    answered = sum(len(reader.waits) for reader in readers)
    clock.begin()
    before, began = clock.server_seconds(), time.perf_counter()
    await _for(job["seconds"], readers)
    took, used = time.perf_counter() - began, clock.server_seconds() - before
    count = sum(len(reader.waits) for reader in readers) - answered
    generator, server = clock.busy()
    for reader in readers:
        reader.stopping = True
    await asyncio.gather(*(reader.ended for reader in readers))
    waits = sorted(wait for reader in readers for wait in reader.waits)
    return {
        "per_second": count / took,
        "p50": waits[len(waits) // 2] * 1e3,
        "cpu_ms": used / max(count, 1) * 1e3,
        "bytes": readers[0].size,
        "generator_busy": generator,
        "server_busy": server,
    }


def _request(port: int, asked: dict[str, Any]) -> bytes:
    fields = {"Host": f"127.0.0.1:{port}", "Accept": "text/html", **asked.get("headers", {})}
    lines = [f"GET {asked['path']} HTTP/1.1", *(f"{name}: {text}" for name, text in fields.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _for(seconds: float, readers: list[Reader]) -> None:
    """Run for so many seconds, or until the first failure."""
    await asyncio.wait(
        [reader.ended for reader in readers], timeout=seconds, return_when=asyncio.FIRST_COMPLETED
    )
    for reader in readers:
        if reader.ended.done():
            reader.ended.result()
