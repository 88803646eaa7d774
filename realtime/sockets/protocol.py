"""uvicorn's protocol for sockets, with an end: `uvicorn.run(…, ws="realtime.sockets.protocol:SocketProtocol")`.

As it comes, a connection whose handler has ended waits until its buffer is read, and a reader that never reads keeps it
for ever. Here it is dropped.

Handlers also get a shorter way in each direction, as ASGI extensions. WRITE_NOW: frames that were encoded once go to all
sockets of a table as the same bytes, without a task for each. TAKE_NOW: a message is handed over as it comes, without a
queue and a task's turn; what is not taken goes the usual way, and so does all that comes while something waits there.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

WRITE_NOW, TAKE_NOW = "parley.write_now", "parley.take_now"
WriteNow = Callable[[bytes], bool]
# Takes a text message's bytes (whether they are UTF-8 is theirs to find out), or leaves it: False.
Taker = Callable[[bytes], bool]
TEXT = 0x81


class SocketProtocol(WebSocketsSansIOProtocol):
    """`last_patience`: seconds from the handler's end to the connection's, at most."""

    last_patience = 10.0
    taker: Taker | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        # A refused handshake has no scope. The handler begins after this, as a task.
        if hasattr(self, "scope"):
            extensions: dict[str, Any] = self.scope["extensions"] or {}
            mine = {WRITE_NOW: self.write_now, TAKE_NOW: self.take_now}
            self.scope["extensions"] = extensions | mine

    def take_now(self, taker: Taker) -> None:
        """From now on `taker` is asked first."""
        self.taker = taker

    def send_receive_event_to_app(self) -> None:
        if (
            self.taker is not None
            and self.curr_msg_data_type == "text"
            and not self.close_sent
            and self.queue.empty()
            and self.taker(b"".join(self.frames))
        ):
            self.frames = []
        else:
            super().send_receive_event_to_app()

    def write_now(self, frames: bytes) -> bool:
        """Whole frames, unless the reader is behind or the connection ends: then False, and `send` waits or raises."""
        if not self.writable.is_set() or self.disconnected or self.close_sent or self.transport.is_closing():
            return False
        self.transport.write(frames)
        return True

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        super().on_task_complete(task)
        self.loop.call_later(self.last_patience, self.transport.abort)


def write_now_of(scope: Mapping[str, Any]) -> WriteNow:
    """The connection's shorter way; under another server there is none."""
    found: WriteNow = (scope.get("extensions") or {}).get(WRITE_NOW, lambda frames: False)
    return found


def take_now(scope: Mapping[str, Any], taker: Taker) -> None:
    """Ask for messages as they come; another server has no such way."""
    extension = (scope.get("extensions") or {}).get(TAKE_NOW)
    if extension is not None:
        extension(taker)


def framed(text: bytes) -> bytes:
    """UTF-8 text as one unmasked text frame (RFC 6455, 5.2)."""
    size = len(text)
    if size < 126:
        return bytes((TEXT, size)) + text
    length = b"\x7e" + size.to_bytes(2, "big") if size < 65_536 else b"\x7f" + size.to_bytes(8, "big")
    return bytes((TEXT,)) + length + text


def text_of(frame: bytes) -> str:
    """What `framed` was given."""
    head = {126: 4, 127: 10}.get(frame[1], 2)
    return frame[head:].decode()
