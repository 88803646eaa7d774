"""A reader that does not read is closed with 1013, costs a bounded amount of memory, and catches up when it is back."""

from __future__ import annotations

import asyncio
import base64
import os
import socket

import psutil
import pytest
from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader

from portal.commands.conversation.post_message import post_message
from portal.database.unit_of_work import UnitOfWork
from tests.cast import Table
from tests.realtime.conftest import Opens, Server, StartServer, cookie

pytestmark = pytest.mark.anyio
MEGABYTE = 1024 * 1024
# Messages of 9 kB: more than all buffers between two ends of a loopback connection hold.
MUCH = 700
# A close frame with 1013 and no reason, as it is on the wire.
TRY_AGAIN = bytes((0x88, 2)) + (1013).to_bytes(2, "big")


class Stalled:
    """A browser whose machine sleeps: it has opened a socket, and reads nothing of it until asked to."""

    def __init__(self, server: Server, table: Table, after: int) -> None:
        self.socket = socket.socket()
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.connect(("127.0.0.1", server.configuration.port))
        self.socket.sendall(
            f"GET /deals/{table.deal_id}/live?after={after} HTTP/1.1\r\n"
            f"Host: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            f"Sec-WebSocket-Key: {base64.b64encode(os.urandom(16)).decode()}\r\n"
            f"Origin: {server.configuration.public_url}\r\nCookie: {cookie(table, table.bea)}\r\n\r\n".encode()
        )
        answer = b""
        while not answer.endswith(b"\r\n\r\n"):
            answer += self.socket.recv(1)
        assert answer.startswith(b"HTTP/1.1 101")

    def __enter__(self) -> Stalled:
        return self

    def __exit__(self, *error: object) -> None:
        self.socket.close()

    def read_on(self) -> list[Frame]:
        """Everything the server had sent, until it closed the connection or asked to."""
        received, self.frames = StreamReader(), list[Frame]()
        self.socket.settimeout(60)
        while data := self.socket.recv(65536):
            received.feed_data(data)
            if data.endswith(TRY_AGAIN):
                break
        received.feed_eof()
        while True:
            frame = yield_from(Frame.parse(received.read_exact, mask=False))
            if frame is None:
                return self.frames
            self.frames.append(frame)


def yield_from(parsing: object) -> Frame | None:
    """Run websockets' own parser to its end; None when the data has ended."""
    try:
        while True:
            next(parsing)  # type: ignore[call-overload]
    except StopIteration as parsed:
        frame: Frame = parsed.value
        return frame
    except EOFError:
        return None


async def test_a_reader_that_stalls_is_closed_and_catches_up(
    start_server: StartServer, opens: Opens, table: Table
) -> None:
    server = start_server(apart=True, send_timeout=1.0)
    process = psutil.Process(server.process.pid)
    position = table.bea.deal.position
    newest = position + MUCH
    other = await opens(table.sol, server)
    with await asyncio.to_thread(Stalled, server, table, position) as stalled:
        await asyncio.gather(asyncio.to_thread(much_is_said, table), other.up_to(newest))
        before = process.memory_info().rss
        # Another page goes on as if nothing was, while the stalled one is given up.
        for _ in range(10):
            await other.heartbeat()
        assert process.memory_info().rss - before < 5 * MEGABYTE
        frames = await asyncio.to_thread(stalled.read_on)
    assert frames[-1].opcode is Opcode.CLOSE
    assert int.from_bytes(frames[-1].data[:2], "big") == 1013
    texts = [frame.data for frame in frames if frame.opcode is Opcode.TEXT and b'"content"' in frame.data]
    assert 0 < len(texts) < MUCH
    again = await opens(table.bea, server, after=position + len(texts))
    await again.up_to(newest)


async def test_a_reader_that_never_comes_back_is_dropped(
    start_server: StartServer, opens: Opens, table: Table
) -> None:
    server = start_server(apart=True, send_timeout=0.5, close_timeout=0.5)
    process = psutil.Process(server.process.pid)
    position = table.bea.deal.position
    watching = await opens(table.sol, server)
    with await asyncio.to_thread(Stalled, server, table, position) as stalled:
        assert connected(process, stalled.socket)
        await asyncio.gather(asyncio.to_thread(much_is_said, table), watching.up_to(position + MUCH))
        while connected(process, stalled.socket):
            await watching.heartbeat()


def much_is_said(table: Table) -> None:
    def say(work: UnitOfWork) -> None:
        for number in range(MUCH):
            post_message(work, table.rita.actor, table.deal_id, body="x" * 9_000, key=f"k{number}")

    table.database.write_now(say)


def connected(process: psutil.Process, client: socket.socket) -> bool:
    """Whether the server still holds its end."""
    port = client.getsockname()[1]
    return any(end.raddr and end.raddr.port == port for end in process.net_connections())
