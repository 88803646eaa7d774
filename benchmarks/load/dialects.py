"""The protocol of each kind of server: its address, what follows the handshake, messages, and other frames."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from benchmarks.load.wire import Wire


class Dialect(Protocol):
    def address(self, path: str) -> str:
        """Return the address to connect to for the room at `path`."""

    def opened(self, wire: Wire) -> None:
        """React to the end of the handshake."""

    def message(self, key: str, body: str) -> str:
        """Return one chat message as a text frame."""

    def other(self, wire: Wire, payload: bytes) -> None:
        """React to a text frame that is not a chat message."""


class Plain:
    """JSON over a bare socket. The server confirms that the room is joined."""

    def address(self, path: str) -> str:
        return path

    def opened(self, wire: Wire) -> None:
        """Wait for the confirmation."""

    def message(self, key: str, body: str) -> str:
        return json.dumps({"type": "message", "key": key, "body": body, "anchor": None})

    def other(self, wire: Wire, payload: bytes) -> None:
        if b'"ready"' in payload:
            wire.ready.set_result(None)
        else:
            wire.book.note(f"unexpected: {payload[:120]!r}")


class Parley(Plain):
    """Ours: the position is in the address, so no confirmation is needed."""

    def opened(self, wire: Wire) -> None:
        wire.ready.set_result(None)

    def other(self, wire: Wire, payload: bytes) -> None:
        if b'"nack"' in payload:
            wire.book.refused += 1
            wire.book.note(payload[:200].decode(errors="replace"))
        elif b'"ephemeral"' not in payload and b'"hb"' not in payload:
            wire.book.note(f"unexpected: {payload[:120]!r}")


class SocketIO:
    """Engine.IO 4 over a socket: 0 opens, 2 and 3 are its ping and pong, 4 carries a Socket.IO packet."""

    def address(self, path: str) -> str:
        return "/socket.io/?EIO=4&transport=websocket"

    def opened(self, wire: Wire) -> None:
        """Wait for the server, which sends first."""

    def message(self, key: str, body: str) -> str:
        return "42" + json.dumps(["message", {"key": key, "body": body}])

    def other(self, wire: Wire, payload: bytes) -> None:
        match payload[:2]:
            case b"2":
                wire.say("3")
            case b"40":
                room = wire.joining.rpartition("/")[2]
                wire.say("420" + json.dumps(["join", room]))
            case b"43":
                wire.ready.set_result(None)
            case other if other[:1] == b"0":
                wire.say("40")
            case _:
                wire.book.note(f"unexpected: {payload[:120]!r}")


DIALECTS: dict[str, Dialect] = {"plain": Plain(), "parley": Parley(), "socketio": SocketIO()}
