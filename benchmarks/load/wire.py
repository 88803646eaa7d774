"""One client socket, directly on asyncio, with as little work per delivery as possible, so that the server is the limit.

The client masks its frames with zeros, which the protocol permits and which costs nothing.
"""

from __future__ import annotations

import asyncio
import base64
import os
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, cast

from benchmarks.load.room import BINS, DIGITS, MARK, Book, Room

if TYPE_CHECKING:
    from benchmarks.load.dialects import Dialect

TEXT, PING, CLOSE = 0x81, 0x89, 0x88
PER_SECOND = 20_000  # 1 / room.BIN


def framed(payload: bytes, first: int = TEXT) -> bytes:
    """Return a complete client frame with a payload of at most 64 KiB."""
    size = len(payload)
    length = bytes((0x80 | size,)) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes((first,)) + length + b"\0\0\0\0" + payload


class Wire(asyncio.Protocol):
    """A socket in a room. `seen()` returns the received messages in order."""

    def __init__(self, room: Room, book: Book, dialect: Dialect, member: int) -> None:
        self.room, self.book, self.dialect, self.member = room, book, dialect, member
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.transport: asyncio.Transport
        self._rest = b""
        self._take: Callable[[bytes], None] = self._handshake
        self._log = room.log
        self._count = 0
        self.joining = ""

    async def join(self, port: int, path: str, headers: Mapping[str, str]) -> None:
        """Connect, and join the room as the dialect does. Returns once messages will arrive."""
        await asyncio.get_running_loop().create_connection(lambda: self, "127.0.0.1", port)
        self.joining = path
        fields = {
            "Host": f"127.0.0.1:{port}",
            "Upgrade": "websocket",
            "Connection": "Upgrade",
            "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
            "Sec-WebSocket-Version": "13",
            **headers,
        }
        asked = f"GET {self.dialect.address(path)} HTTP/1.1\r\n"
        asked += "".join(f"{name}: {text}\r\n" for name, text in fields.items())
        self.transport.write((asked + "\r\n").encode())
        async with asyncio.timeout(20):
            await self.ready

    def say(self, text: str) -> None:
        self.transport.write(framed(text.encode()))

    def seen(self) -> list[int]:
        """Return the received numbers. It is the room's own list when they are equal, so that it is checked once."""
        return self._log if self._count == len(self._log) else self._log[: self._count]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)  # uvloop's own kind

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.ready.done():
            self.ready.set_exception(ConnectionError(f"closed while joining {self.joining}"))
        self.book.closed += 1
        self.book.reached.set()

    def data_received(self, data: bytes) -> None:
        self._take(data)

    def _handshake(self, data: bytes) -> None:
        head, separator, rest = (self._rest + data).partition(b"\r\n\r\n")
        if not separator:
            self._rest = head
            return
        if b" 101 " not in head.split(b"\r\n", 1)[0]:
            self.ready.set_exception(ConnectionError(head.decode(errors="replace")[:200]))
            return
        self._rest, self._take = b"", self._frames
        self.dialect.opened(self)
        if rest:
            self._frames(rest)

    def _frames(self, data: bytes) -> None:
        """Parse frames. The hot loop: for each frame a header, the mark, a comparison and a count."""
        now = time.perf_counter()
        if self._rest:
            data = self._rest + data
        log, count, book, skip = self._log, self._count, self.book, len(MARK)
        sent, bins, find = book.sent, book.bins, data.find
        at, end, taken = 0, len(data), count
        while at + 2 <= end:
            start, size = at + 2, data[at + 1]
            if size > 125:
                start += 2 if size == 126 else 8
                if start > end:
                    break
                size = int.from_bytes(data[at + 2 : start], "big")
            stop = start + size
            if stop > end:
                break
            mark = find(MARK, start, stop)
            if mark < 0 or data[at] != TEXT:
                self._other(data[at], data[start:stop])
                at = stop
                continue
            at = stop
            number = int(data[mark + skip : mark + skip + DIGITS])
            if count < len(log):
                if log[count] != number:
                    # The order differs from the other sockets': use a separate list from here on.
                    log = self._log = log[:count]
                    log.append(number)
            else:
                log.append(number)
            count += 1
            late = int((now - sent[number]) * PER_SECOND)
            bins[late if late < BINS else -1] += 1
        self._rest = data[at:]
        self._count = count
        book.delivered += count - taken
        if book.delivered >= book.goal:
            book.reached.set()

    def _other(self, first: int, payload: bytes) -> None:
        if first == TEXT:
            self.dialect.other(self, payload)
        elif first == PING:
            self.transport.write(framed(payload, 0x8A))
        elif first == CLOSE:
            self.book.note(f"closed by the server: {int.from_bytes(payload[:2], 'big')} {payload[2:]!r}")
            self.transport.close()
