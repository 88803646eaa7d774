"""uvicorn's WebSocket protocol with a time limit on closing, and two ASGI extensions.

    uvicorn.run(…, ws="realtime.sockets.protocol:SocketProtocol")

uvicorn keeps a connection whose handler has ended until its buffer is read: for ever when the reader never reads. This
protocol aborts it after `close_timeout` seconds.

The extension WRITE_NOW writes frames without a task: frames that were encoded once go to all sockets of a deal as the same
bytes. TAKE_NOW hands a message to a callback without a queue and a task switch. A message that the callback does not take
goes into the queue, and so do all messages that come while the queue holds one.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

WRITE_NOW, TAKE_NOW = "parley.write_now", "parley.take_now"
WriteNow = Callable[[bytes], bool]
# Handles a text message and returns True, or leaves it for the queue. It is given bytes that may not be UTF-8.
Taker = Callable[[bytes], bool]
TEXT = 0x81


class SocketProtocol(WebSocketsSansIOProtocol):
    """`close_timeout`: seconds from the end of the handler until the connection is aborted."""

    close_timeout = 10.0
    taker: Taker | None = None

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        # A refused handshake has no scope. The handler begins after this, as a task.
        if hasattr(self, "scope"):
            extensions: dict[str, Any] = self.scope["extensions"] or {}
            added = {WRITE_NOW: self.write_now, TAKE_NOW: self.take_now}
            self.scope["extensions"] = extensions | added

    def take_now(self, taker: Taker) -> None:
        """Offer every message to `taker` first."""
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
        """Write whole frames. False when the reader is behind or the connection ends; then `send` waits or raises."""
        if not self.writable.is_set() or self.disconnected or self.close_sent or self.transport.is_closing():
            return False
        self.transport.write(frames)
        return True

    def on_task_complete(self, task: "asyncio.Task[None]") -> None:
        super().on_task_complete(task)
        self.loop.call_later(self.close_timeout, self.transport.abort)


def write_now_of(scope: Mapping[str, Any]) -> WriteNow:
    """Return the connection's WRITE_NOW; under another server one that always returns False."""
    found: WriteNow = (scope.get("extensions") or {}).get(WRITE_NOW, lambda frames: False)
    return found


def take_now(scope: Mapping[str, Any], taker: Taker) -> None:
    """Have messages offered to `taker`; another server never does."""
    extension = (scope.get("extensions") or {}).get(TAKE_NOW)
    if extension is not None:
        extension(taker)


def framed(text: bytes) -> bytes:
    """Return UTF-8 text as one unmasked text frame (RFC 6455, 5.2)."""
    size = len(text)
    if size < 126:
        return bytes((TEXT, size)) + text
    length = b"\x7e" + size.to_bytes(2, "big") if size < 65_536 else b"\x7f" + size.to_bytes(8, "big")
    return bytes((TEXT,)) + length + text


def text_of(frame: bytes) -> str:
    """Return the text of a frame made by `framed`."""
    head = {126: 4, 127: 10}.get(frame[1], 2)
    return frame[head:].decode()
