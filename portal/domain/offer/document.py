"""How a document is spelled: one way on construction, one way as bytes.

`canonical_bytes` is the one spelling: sorted keys, decimal strings at a fixed scale, UTF-8 in NFC, every field present.
`digest` is SHA-256 of those bytes.
"""

import hashlib
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
from msgspec.structs import force_setattr

from portal.domain.offer import money


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


def _nfc(value: Any) -> Any:
    # Before encoding, not after: in encoded text a combining mark may follow the letter of an escape.
    if isinstance(value, str):
        return unicodedata.normalize("NFC", value)
    if isinstance(value, dict):
        return {_nfc(key): _nfc(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_nfc(item) for item in value]
    return value


def canonical_bytes(document: msgspec.Struct) -> bytes:
    """The one spelling of a document."""
    return msgspec.json.encode(_nfc(msgspec.to_builtins(document)), order="sorted")


def digest(document: bytes) -> str:
    """SHA-256 of a document's canonical bytes, lower-case hex."""
    return hashlib.sha256(document).hexdigest()
