"""The closed set of events, and the two chains that bind them.

An event's `body` holds what the chain binds in clear; `personal` holds free text and names, bound only by a salted hash,
so that they can be erased without breaking the chain. Each party has a stream of its own: an event of the table joins
both, a side room's event only one. `digest = SHA-256(previous digest of that party + canonical event)`; the canonical
event carries the party's own number, never the deal's, so that neither side can count what the other keeps to itself.
"""

import hashlib
from datetime import datetime
from typing import Literal

import msgspec

from portal.domain.change.change import Change
from portal.domain.ledger.buyer_events import Confided, ScenarioShared, SignOff, SignOffVerdict
from portal.domain.ledger.event_body import Audience, Body, BuyerBody, PartyName, SellerBody
from portal.domain.ledger.seller_events import (
    AnsweredByPolicy,
    ApprovalAsked,
    ApprovalDecided,
    Earned,
    LinkIssued,
    LinksRevoked,
    NoteKept,
    OwnerChanged,
)

# For everybody else they stand here.
__all__ = [
    "AnsweredByPolicy",
    "ApprovalAsked",
    "ApprovalDecided",
    "Audience",
    "Body",
    "BuyerBody",
    "Confided",
    "Earned",
    "LinkIssued",
    "LinksRevoked",
    "NoteKept",
    "OwnerChanged",
    "PartyName",
    "ScenarioShared",
    "SellerBody",
    "SignOff",
    "SignOffVerdict",
]

Signature = Literal["rep", "offer", "policy"]
GENESIS = "0" * 64


class ProposalSent(Body, tag="proposal_sent", frozen=True, kw_only=True):
    revision: int
    digest: str


class MessagePosted(Body, tag="message", frozen=True, kw_only=True):
    """Chat when `anchor` is None, else a comment on `line:KEY` or `term:KEY`. Personal: body."""

    anchor: str | None = None


class CounterofferMade(Body, tag="counteroffer", frozen=True, kw_only=True):
    """`replaces`: earlier asks that this one overtakes as a whole. Personal: note, reasons by change id."""

    counteroffer: str
    base_revision: int
    changes: tuple[Change, ...]
    package: bool = False
    replaces: tuple[str, ...] = ()


class CounterofferWithdrawn(Body, tag="counteroffer_withdrawn", frozen=True, kw_only=True):
    counteroffer: str


class CounteroffersClosed(Body, tag="counteroffers_closed", frozen=True, kw_only=True):
    """Asks that ended without an answer, because the deal did (`because`: accepted, declined, withdrawn, expired)."""

    counteroffers: tuple[str, ...]
    because: str


class Answered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer as the ledger keeps it: what was offered, asked and answered, in the field's spelling."""

    change: Change
    verdict: Literal["accept", "decline", "counter"]
    offered: str
    answered: str


class RevisionPublished(Body, tag="revision", frozen=True, kw_only=True):
    """`signed`: "rep"; "offer" when the buyer chose inside what was offered; "policy" when it was pre-approved.

    Personal: note, notes by change id.
    """

    revision: int
    digest: str
    signed: Signature
    counteroffers: tuple[str, ...] = ()
    answers: tuple[Answered, ...] = ()
    changed: tuple[str, ...] = ()
    # What a standing offer that was taken is called; "" for any other revision.
    standing_offer: str = ""
    # The revision that this one takes back, saying what stood before it; and the asks that are open again by that.
    takes_back: int = 0
    reopens: tuple[str, ...] = ()


class LinesAgreed(Body, tag="lines_agreed", frozen=True, kw_only=True):
    """The buyer takes what `revision` offers on these lines and terms, in place of what was asked there. It holds until
    one of them changes or is asked about again."""

    subjects: tuple[str, ...]
    revision: int


class Declined(Body, tag="declined", frozen=True, kw_only=True):
    """Personal: reason."""

    revision: int


class Withdrawn(Body, tag="withdrawn", frozen=True, kw_only=True):
    """Personal: reason."""

    revision: int


class Expired(Body, tag="expired", frozen=True, kw_only=True):
    revision: int


class Reopened(Body, tag="reopened", frozen=True, kw_only=True):
    """Comes right before the revision that opens the deal again."""

    was: str


class MoreTimeAsked(Body, tag="more_time_asked", frozen=True, kw_only=True):
    """Personal: body."""


class MoreTimeGiven(Body, tag="more_time_given", frozen=True, kw_only=True):
    valid_until: datetime


class Accepted(Body, tag="accepted", frozen=True, kw_only=True):
    """Personal: name, title."""

    revision: int
    digest: str
    order: str
    total: str
    currency: str


class Viewed(Body, tag="viewed", frozen=True, kw_only=True):
    """A person, not a scanner: a form or the socket of the page was used."""

    revision: int


class ContactAdded(Body, tag="contact_added", frozen=True, kw_only=True):
    """Who sits at the table is for both sides to see; how they are let in stays with the seller."""

    contact: str
    role: str


class ContactRoleChanged(Body, tag="contact_role_changed", frozen=True, kw_only=True):
    contact: str
    role: str


AnyBody = (
    ProposalSent
    | MessagePosted
    | CounterofferMade
    | CounterofferWithdrawn
    | CounteroffersClosed
    | RevisionPublished
    | LinesAgreed
    | Declined
    | Withdrawn
    | Expired
    | Reopened
    | MoreTimeAsked
    | MoreTimeGiven
    | Accepted
    | Viewed
    | NoteKept
    | ApprovalAsked
    | ApprovalDecided
    | AnsweredByPolicy
    | OwnerChanged
    | ContactAdded
    | ContactRoleChanged
    | LinkIssued
    | LinksRevoked
    | Confided
    | SignOff
    | ScenarioShared
)

_bodies: msgspec.json.Decoder[AnyBody] = msgspec.json.Decoder(AnyBody)


class Personal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a person wrote or is called. Erasing it leaves the chain intact."""

    body: str = ""
    note: str = ""
    reason: str = ""
    name: str = ""
    title: str = ""
    reasons: dict[str, str] = {}


_personal = msgspec.json.Decoder(Personal)


def encode_body(body: Body) -> bytes:
    return msgspec.json.encode(body, order="sorted")


def decode_body(stored: bytes) -> AnyBody:
    return _bodies.decode(stored)


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
