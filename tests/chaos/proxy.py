"""A network that fails: a relay of TCP between any two programs, in a thread of its own. Faults are switched at run time.

    with Proxy(server_port) as net:
        client(f"http://127.0.0.1:{net.port}")
        net.stall()                # nothing moves, either way; senders are held back
        net.swallow("up")          # half-open: what the client sends is lost; "down": what the server sends
        net.heal()

`cut` resets what is open, once; `down` also what comes, until `heal`. Each call has taken effect when it returns.
"""

from __future__ import annotations

import asyncio
import socket
import struct
import threading
from collections.abc import Coroutine
from contextlib import suppress
from typing import Any, Literal, TypeVar

T = TypeVar("T")
Way = Literal["up", "down"]
CHUNK = 16_384
_RESET = struct.pack("ii", 1, 0)


class Proxy:
    """Listens on `port` and relays to another port of this machine. "up" is from the client to the server."""

    def __init__(self, target: int) -> None:
        self.target, self.swallowed = target, 0
        self.fired = threading.Event()
        self._links: set[_Link] = set()
        self._lost: set[Way] = set()
        self._is_down, self._seconds = False, 0.0
        self._left: int | None = None
        self._words: tuple[bytes, ...] = ()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name=f"proxy to {target}")
        self._thread.start()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._server = self._run(self._listen())
        self.port: int = self._server.sockets[0].getsockname()[1]

    def __enter__(self) -> Proxy:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    @property
    def links(self) -> int:
        """Connections that are open now."""
        return len(self._links)

    def cut(self) -> None:
        self._run(self._cut())

    def down(self) -> None:
        self._is_down = True
        self.cut()

    def stall(self) -> None:
        self._run(self._stall())

    def swallow(self, *ways: Way) -> None:
        self._lost = set(ways)

    def delay(self, seconds: float) -> None:
        """Everything arrives later by this, in order."""
        self._seconds = seconds

    def truncate(self, after: int) -> None:
        """The next connection that is sent something gets so many bytes of it, and then its end. Sets `fired`."""
        self.fired.clear()
        self._left = after

    def never_answer(self, *words: bytes) -> None:
        """Once a client has sent these words, which arrive, its connection is gone before the answer. Sets `fired`."""
        self.fired.clear()
        self._words = words

    def heal(self) -> None:
        """All is well for whoever connects from now on. A connection that has lost bytes is reset."""
        self._run(self._heal())

    def close(self) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(30)

    async def _listen(self) -> asyncio.Server:
        listening = _small()
        listening.bind(("127.0.0.1", 0))
        return await asyncio.start_server(self._accept, sock=listening, limit=CHUNK)

    async def _cut(self) -> None:
        links = list(self._links)
        for link in links:
            link.reset()
        await asyncio.gather(*(link.ended.wait() for link in links))

    async def _stall(self) -> None:
        self._flowing.clear()

    async def _heal(self) -> None:
        self._is_down, self._seconds, self._left, self._words = False, 0.0, None, ()
        self._lost = set()
        for link in [link for link in self._links if link.has_lost]:
            link.reset()
        self._flowing.set()

    async def _close(self) -> None:
        self._server.close()
        self._flowing.set()
        await self._cut()
        await self._server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_down:
            _reset(writer)
            return
        upstream = _small()
        try:
            await self._loop.sock_connect(upstream, ("127.0.0.1", self.target))
        except OSError:
            upstream.close()
            _reset(writer)
            return
        up = await asyncio.open_connection(sock=upstream, limit=CHUNK)
        link = _Link(self, (reader, writer), up)
        self._links.add(link)
        try:
            await link.run()
        finally:
            self._links.discard(link)
            link.ended.set()

    async def pass_on(self, link: _Link, way: Way, data: bytes) -> bool:
        """What becomes of a chunk; False when the connection ends with it."""
        if self._seconds:
            await asyncio.sleep(self._seconds)
        await self._flowing.wait()
        if way in self._lost:
            self.swallowed += len(data)
            link.has_lost = True
            return True
        left, self._left = (self._left, None) if way == "down" else (None, self._left)
        if way == "down" and link.deaf:
            return False
        # The answer is held back before the question can have been asked.
        fires = way == "up" and link.hears(self._words, data)
        if fires:
            self._words = ()
        await link.send(way, data if left is None else data[:left])
        if left is not None or fires:
            self.fired.set()
        return left is None


class _Link:
    def __init__(
        self,
        proxy: Proxy,
        client: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        self.proxy, self.client, self.server = proxy, client, server
        self.has_lost = self.deaf = False
        self.ended = asyncio.Event()
        self._heard = 0
        self._pumps: list[asyncio.Task[None]] = []

    async def run(self) -> None:
        """Until one side ends; then the other ends too."""
        self._pumps = [asyncio.create_task(self._pump("up")), asyncio.create_task(self._pump("down"))]
        await asyncio.wait(self._pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in self._pumps:
            pump.cancel()
        await asyncio.gather(*self._pumps, return_exceptions=True)
        for _, writer in (self.client, self.server):
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _pump(self, way: Way) -> None:
        reader = (self.client if way == "up" else self.server)[0]
        with suppress(OSError):
            while data := await reader.read(CHUNK):
                if not await self.proxy.pass_on(self, way, data):
                    break

    async def send(self, way: Way, data: bytes) -> None:
        writer = (self.server if way == "up" else self.client)[1]
        writer.write(data)
        await writer.drain()

    def hears(self, words: tuple[bytes, ...], data: bytes) -> bool:
        """Whether the last of these words has now been said, each after the one before it."""
        while self._heard < len(words) and words[self._heard] in data:
            self._heard += 1
        self.deaf = bool(words) and self._heard == len(words)
        return self.deaf

    def reset(self) -> None:
        for _, writer in (self.client, self.server):
            _reset(writer)
        for pump in self._pumps:
            pump.cancel()


def _small() -> socket.socket:
    """A network holds little: whoever is stalled is felt at the other end soon."""
    made = socket.socket()
    made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, CHUNK)
    made.setblocking(False)
    return made


def _reset(writer: asyncio.StreamWriter) -> None:
    """The other end sees a connection that was reset, not one that was closed."""
    sock = writer.get_extra_info("socket")
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()
