"""What a page says over its socket, read from JSON."""

from typing import Annotated, Any

import msgspec
from msgspec import Meta

# Deep nesting ends in a RecursionError, lone surrogates in a ValueError.
UNDECODABLE = (msgspec.DecodeError, ValueError, RecursionError)

Anchor = Annotated[str, Meta(max_length=200)] | None


class Said(msgspec.Struct, frozen=True, tag_field="type", tag="message"):
    """A message for the table. Nothing in a frame can make it a note: those have addresses of their own."""

    key: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,100}$")]
    body: str
    anchor: Anchor = None


class Types(msgspec.Struct, frozen=True, tag_field="type", tag="typing"):
    anchor: Anchor = None


class At(msgspec.Struct, frozen=True, tag_field="type", tag="at"):
    """The line or term this page's reader turns to; null when none."""

    anchor: Anchor = None


class Seen(msgspec.Struct, frozen=True, tag_field="type", tag="seen"):
    seq: int = 0


# Numbers of a form arrive as text; other fields, such as htmx's `headers`, are ignored.
Frame = Said | Types | At | Seen
_decoder: msgspec.json.Decoder[Frame] = msgspec.json.Decoder(Frame, strict=False)


def read(text: str | bytes) -> Frame:
    """Raises one of UNDECODABLE."""
    return _decoder.decode(text)


def key_in(text: str) -> str | None:
    """The key of a message that is otherwise unreadable, so that its form can say so."""
    try:
        found: Any = msgspec.json.decode(text)
    except UNDECODABLE:
        return None
    key = found.get("key") if isinstance(found, dict) else None
    return key[:100] if isinstance(key, str) else None
