"""What a signer sends, and what an acceptance keeps as evidence, bound to the exact bytes that were seen."""

import hashlib
from collections.abc import Mapping
from datetime import datetime

import msgspec


class AcceptanceForm(msgspec.Struct, frozen=True, kw_only=True):
    """What the signer saw and typed. `statement` is the exact text shown, `position` the stream position of the page."""

    revision: int
    digest: str
    name: str
    title: str = ""
    authority: bool
    order_reference: str = ""
    statement: str
    language: str
    position: int = 0


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """The acceptance as it is kept; amounts are decimal strings of the revision's own totals."""

    deal: str
    number: str
    revision: int
    digest: str
    statement: str
    language: str
    name: str
    title: str
    authority: bool
    order_reference: str
    contact: str
    email: str
    # How the person was let in: by a link that was mailed to them, or shown to a named operator.
    link_channel: str
    link_issued_by: str
    link_issued_at: datetime
    at: datetime
    address: str
    agent: str
    position_seen: int
    currency: str
    once_total: str
    contract_net: str
    contract_tax: str
    contract_total: str


def document_digests(evidence: bytes, order: bytes, parts: Mapping[tuple[str, str], bytes]) -> dict[str, str]:
    """Return the digests of what an acceptance stores, by the names that `portal verify` gives them.

    `parts`: the work orders, by kind and fulfilment.
    """
    documents = {"acceptance": evidence, "order": order}
    documents |= {f"work order {kind} {of}".rstrip(): part for (kind, of), part in parts.items()}
    return {name: hashlib.sha256(document).hexdigest() for name, document in documents.items()}
