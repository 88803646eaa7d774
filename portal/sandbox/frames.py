"""The frames between a server and its child processes: a byte that says what it is, eight for the length, the content."""

import struct
from typing import IO

READY, LAST, NEXT = b"R", b"L", b"N"
_HEAD = struct.Struct(">cQ")
# Bytes of one frame. Whatever a child answers, its parent reads no more.
MOST = 64 * 1024 * 1024


def write_frame(stream: IO[bytes], kind: bytes, content: bytes = b"") -> None:
    stream.write(_HEAD.pack(kind, len(content)))
    stream.write(content)
    stream.flush()


def read_frame(stream: IO[bytes]) -> tuple[bytes, bytes] | None:
    """Return kind and content; None at the end of the stream, or where it is no frame."""
    head = stream.read(_HEAD.size)
    if len(head) < _HEAD.size:
        return None
    kind, length = _HEAD.unpack(head)
    content = stream.read(length) if length <= MOST else b""
    return (kind, content) if len(content) == length else None
