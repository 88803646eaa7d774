"""How a document is spelled: one way on construction, one way as bytes.

`canonical_bytes` is the one spelling: sorted keys, decimal strings at a fixed scale, UTF-8 in NFC. The fields of schema 1
are always written; a field that came later (see `since`) only where it is set, so that what does not use it keeps its
bytes. `digest` is SHA-256 of those bytes.
"""

import hashlib
import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from typing import Any, get_type_hints

import msgspec
from msgspec.structs import force_setattr

from portal.domain.offer import money


def since(schema: int) -> msgspec.Meta:
    """Marks a field that came with `schema`: `Annotated[int | None, since(2)] = None`. None is not written."""
    return msgspec.Meta(extra={"schema": schema})


class Document(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a document, spelled in one way on construction: decimals take six places, instants are in UTC.

    A field that is an amount is rounded by `totals`. ValueError for a datetime without a zone.
    """

    def __post_init__(self) -> None:
        for name in self.__struct_fields__:
            value = getattr(self, name)
            if isinstance(value, Decimal) and name not in _AMOUNTS:
                force_setattr(self, name, money.six(value))
            elif isinstance(value, datetime):
                if value.tzinfo is None:
                    raise ValueError(f"{name} needs a time zone")
                force_setattr(self, name, value.astimezone(UTC))


# Amounts stand at their currency's scale, which a part of a document does not know.
_AMOUNTS = frozenset({"net", "tax", "total", "taxable"})


def canonical_bytes(document: msgspec.Struct) -> bytes:
    """The one spelling of a document."""
    return msgspec.json.encode(_content(document), order="sorted")


def digest(document: bytes) -> str:
    """SHA-256 of a document's canonical bytes, lower-case hex."""
    return hashlib.sha256(document).hexdigest()


def schema_of(document: msgspec.Struct) -> int:
    """The oldest schema that can read the document: that of the newest field that is set in it."""
    return max(_schemas(document), default=1)


def _content(value: Any) -> Any:
    """The value as it is encoded. NFC before encoding: in encoded text a combining mark may follow an escape's letter."""
    if isinstance(value, msgspec.Struct):
        return {name: _content(each) for name, each, _schema in _written(value)}
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_content(key): _content(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_content(each) for each in value]
    return value


def _schemas(value: Any) -> Iterator[int]:
    if isinstance(value, msgspec.Struct):
        for _name, each, schema in _written(value):
            yield schema
            yield from _schemas(each)
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from _schemas(each)


def _written(value: msgspec.Struct) -> Iterator[tuple[str, Any, int]]:
    """The fields that are written: name in the document, value, and the schema that it came with."""
    for field, name, schema in _fields(type(value)):
        each = getattr(value, field)
        if each is not None or schema == 1:
            yield name, each, schema


@cache
def _fields(kind: type[msgspec.Struct]) -> tuple[tuple[str, str, int], ...]:
    assert kind.__struct_config__.tag is None, "a document names its kind in a field"
    hints = get_type_hints(kind, include_extras=True)
    return tuple(
        (field, name, _schema(hints[field]))
        for field, name in zip(kind.__struct_fields__, kind.__struct_encode_fields__, strict=True)
    )


def _schema(hint: Any) -> int:
    found = (each.extra for each in getattr(hint, "__metadata__", ()) if isinstance(each, msgspec.Meta))
    return next((extra["schema"] for extra in found if extra), 1)
