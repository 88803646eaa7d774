"""The closed set of events, and the two chains that bind them.

An event's `body` holds what the chain binds in clear; `personal` holds free text and names, bound only by a salted hash,
so that they can be erased without breaking the chain. Each party has a stream of its own: an event of the table joins
both, a side room's event only one. `digest = SHA-256(previous digest of that party + canonical event)`; the canonical
event carries the party's own number, never the deal's, so that neither side can count what the other keeps to itself.
"""

import hashlib
from datetime import datetime

import msgspec

from portal.domain.ledger.buyer_events import BuyerEvent
from portal.domain.ledger.event_body import Body
from portal.domain.ledger.seller_events import SellerEvent
from portal.domain.ledger.shared_events import Answered, RevisionPublished, SharedEvent

GENESIS = "0" * 64
AnyBody = SharedEvent | SellerEvent | BuyerEvent

_bodies: msgspec.json.Decoder[AnyBody] = msgspec.json.Decoder(AnyBody)


class Personal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a person wrote or is called, and what a revision answered. Erasing it leaves the chain intact."""

    body: str = ""
    note: str = ""
    reason: str = ""
    name: str = ""
    title: str = ""
    reasons: dict[str, str] = {}
    answers: tuple[Answered, ...] = ()
    # The digests of what an acceptance stores, by name.
    documents: dict[str, str] = {}


_personal = msgspec.json.Decoder(Personal)


def encode_body(body: Body) -> bytes:
    return msgspec.json.encode(body, order="sorted")


def decode_body(stored: bytes, personal: bytes | None = None) -> AnyBody:
    """Read a body. With the event's `personal` part, a revision has its answers; when that was erased, none."""
    body = _bodies.decode(stored)
    if personal and isinstance(body, RevisionPublished) and (answers := decode_personal(personal).answers):
        return msgspec.structs.replace(body, answers=answers)
    return body


def encode_personal(personal: Personal | None) -> bytes | None:
    return None if personal is None else msgspec.json.encode(personal, order="sorted")


def decode_personal(stored: bytes | None) -> Personal:
    """An erased or absent part reads as empty."""
    return _personal.decode(stored) if stored else Personal()


def personal_digest(salt: bytes, personal: bytes | None) -> str | None:
    """What the chain keeps of the personal part: SHA-256 over the event's salt and the text."""
    return None if personal is None else hashlib.sha256(salt + personal).hexdigest()


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """One event as one party's chain sees it; encoded with sorted keys it is the canonical event."""

    deal: str
    seq: int
    at: datetime
    actor: str
    body: msgspec.Raw
    personal: str | None
    salt: str


def chain(previous: str, link: Link) -> str:
    """The party's digest after this event, lower-case hex."""
    return hashlib.sha256(previous.encode() + msgspec.json.encode(link, order="sorted")).hexdigest()


def by_buyer(actor: str) -> bool:
    """Whether an event's actor ("contact:ID", "rep:ID", "system:NAME") sits on the buyer's side."""
    return actor.startswith("contact:")
