"""The frames that a page sends, read from JSON."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

from portal.integers import LARGEST_NUMBER

# Deep nesting raises RecursionError, lone surrogates ValueError.
UNDECODABLE = (msgspec.DecodeError, ValueError, RecursionError)

Anchor = Annotated[str, Meta(max_length=200)] | None


class MessageFrame(msgspec.Struct, frozen=True, tag_field="type", tag="message"):
    """A message to both parties. No frame can make an internal note: notes have addresses of their own."""

    key: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,100}$")]
    body: str
    anchor: Anchor = None


class TypingFrame(msgspec.Struct, frozen=True, tag_field="type", tag="typing"):
    anchor: Anchor = None


class AtFrame(msgspec.Struct, frozen=True, tag_field="type", tag="at"):
    """The line or term that the page's reader is looking at; null for none."""

    anchor: Anchor = None


class SeenFrame(msgspec.Struct, frozen=True, tag_field="type", tag="seen"):
    seq: Annotated[int, Meta(ge=0, le=LARGEST_NUMBER)] = 0


ClientFrame = MessageFrame | TypingFrame | AtFrame | SeenFrame
# `strict=False` because numbers of a form arrive as text. Other fields, such as htmx's `headers`, are ignored.
_decoder: msgspec.json.Decoder[ClientFrame] = msgspec.json.Decoder(ClientFrame, strict=False)


def decode(text: str | bytes) -> ClientFrame:
    """Raises one of UNDECODABLE."""
    return _decoder.decode(text)


def find_key(text: str) -> str | None:
    """Return the key of a message that cannot be decoded otherwise, so that its form can show the error."""
    try:
        found: Any = msgspec.json.decode(text)
    except UNDECODABLE:
        return None
    key = found.get("key") if isinstance(found, dict) else None
    return key[:100] if isinstance(key, str) else None
