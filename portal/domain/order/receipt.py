"""The receipt of an acceptance: everything somebody needs to check it years later, without the server.

It carries the accepted revision's exact bytes as text. `canonical` is what the seal signs; a file that was reformatted on
its way still verifies, a value that was changed does not.
"""

import hashlib
from datetime import datetime
from typing import Any, Literal

import msgspec

from portal.domain.order.acceptance import Evidence


class Seal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An Ed25519 signature (RFC 8032), base64. `key` is the public key's fingerprint: SHA-256 of its 32 bytes, hex."""

    algorithm: Literal["Ed25519"] = "Ed25519"
    key: str
    public_key: str
    signature: str


class Receipt(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`revision_document` is the text whose SHA-256 is `evidence.digest`; `ledger_digest` is that of the
    buyers' stream with the acceptance as its newest event, `ledger_position` how many events of the table that has."""

    document: Literal["receipt"] = "receipt"
    version: Literal[1] = 1
    order: str
    evidence: Evidence
    revision_document: str
    ledger_position: int
    ledger_digest: str
    accepted_at: datetime


class Sealed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The file: a receipt and its seal."""

    receipt: Receipt
    seal: Seal


def canonical(receipt: Receipt) -> bytes:
    """The bytes that are signed: sorted keys, no white space, UTF-8."""
    return msgspec.json.encode(msgspec.to_builtins(receipt), order="sorted")


def decode(content: bytes) -> Sealed:
    """Raises msgspec.ValidationError or DecodeError for what is no sealed receipt."""
    return msgspec.json.decode(content, type=Sealed)


def contradiction(receipt: Receipt) -> str | None:
    """What in the receipt does not fit together, in words; None when everything does."""
    text = receipt.revision_document.encode()
    if hashlib.sha256(text).hexdigest() != receipt.evidence.digest:
        return "the revision is not the one whose digest was accepted"
    stated: dict[str, Any] = msgspec.json.decode(text)
    contract = stated["totals"]["contract"]
    echoed = (receipt.evidence.contract_net, receipt.evidence.contract_tax, receipt.evidence.contract_total)
    if (contract["net"], contract["tax"], contract["total"]) != echoed:
        return "the totals are not those of the revision"
    if receipt.accepted_at != receipt.evidence.at:
        return "the time is not that of the acceptance"
    return None
