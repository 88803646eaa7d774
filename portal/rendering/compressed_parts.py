"""A page put together from parts that were compressed before, each for itself.

A part that many readers get is deflated once. And since no part knows the others' text, the size of what is sent tells
nothing about a token that stands in one of them, whatever somebody else may have written into another (BREACH).
"""

import struct
import zlib
from collections.abc import Sequence
from typing import NamedTuple

# RFC 1952: magic, deflate, no flags, no time, no extra flags, unknown system.
_HEAD = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\xff"
# An empty block that says it is the last one (RFC 1951, 3.2.6).
_END = b"\x03\x00"


class Piece(NamedTuple):
    """Some text in UTF-8, plain and as whole blocks of a raw deflate stream."""

    plain: bytes
    deflated: bytes

    @property
    def size(self) -> int:
        return len(self.plain) + len(self.deflated)


def piece(text: str, level: int = 6) -> Piece:
    plain = text.encode()
    deflate = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    # A full flush ends on a byte and forgets what came before: such blocks may stand after any others.
    return Piece(plain, deflate.compress(plain) + deflate.flush(zlib.Z_FULL_FLUSH))


def plain(pieces: Sequence[Piece]) -> bytes:
    return b"".join(each.plain for each in pieces)


def gzipped(pieces: Sequence[Piece]) -> bytes:
    checksum, size = 0, 0
    for each in pieces:
        checksum, size = zlib.crc32(each.plain, checksum), size + len(each.plain)
    return b"".join(
        [_HEAD, *(each.deflated for each in pieces), _END, struct.pack("<II", checksum, size & 0xFFFFFFFF)]
    )
