"""uvicorn's protocol for sockets, with an end: `uvicorn.run(…, ws="realtime.protocol:SocketProtocol")`.

As it comes, a connection whose handler has ended waits until its buffer is read, and a reader that never reads keeps it
for ever. Here it is dropped.

Handlers also get a shorter way to write, as the ASGI extension WRITE_NOW: frames that were encoded once go to all sockets
of a table as the same bytes, without a task for each.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.http11 import Request

WRITE_NOW = "parley.write_now"
WriteNow = Callable[[bytes], bool]
TEXT = 0x81


class SocketProtocol(WebSocketsSansIOProtocol):
    """`last_patience`: seconds from the handler's end to the connection's, at most."""

    last_patience = 10.0

    def handle_connect(self, event: Request) -> None:
        super().handle_connect(event)
        # A refused handshake has no scope. The handler begins after this, as a task.
        if hasattr(self, "scope"):
            extensions: dict[str, Any] = self.scope["extensions"] or {}
            self.scope["extensions"] = extensions | {WRITE_NOW: self.write_now}

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
