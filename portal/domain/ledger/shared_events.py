"""What both sides may read: the kinds of events that join both streams."""

from datetime import datetime
from typing import Literal

import msgspec

from portal.domain.change.change import Change
from portal.domain.ledger.event_body import Body

Signature = Literal["rep", "offer", "policy"]
Verdict = Literal["accept", "decline", "counter"]


class ProposalSent(Body, tag="proposal_sent", frozen=True, kw_only=True):
    revision: int
    digest: str


class MessagePosted(Body, tag="message", frozen=True, kw_only=True):
    """Chat when `anchor` is None, else a comment on `line:KEY` or `term:KEY`. Personal: body."""

    anchor: str | None = None


class QuestionAnswered(Body, tag="question_answered", frozen=True, kw_only=True):
    """The comments on `line:KEY` or `term:KEY` so far need no reply any more: somebody has marked them as answered."""

    anchor: str


class CounterofferMade(Body, tag="counteroffer", frozen=True, kw_only=True):
    """`replaces`: earlier asks that this one overtakes as a whole; `nets`: by subject, the net unit price that the changes
    come to, where a price is asked. Personal: note, reasons by change id."""

    counteroffer: str
    base_revision: int
    changes: tuple[Change, ...]
    package: bool = False
    replaces: tuple[str, ...] = ()
    nets: dict[str, str] = msgspec.field(default_factory=dict)


class CounterofferWithdrawn(Body, tag="counteroffer_withdrawn", frozen=True, kw_only=True):
    counteroffer: str


class CounteroffersClosed(Body, tag="counteroffers_closed", frozen=True, kw_only=True):
    """Asks that ended without an answer, because the deal did (`because`: accepted, declined, withdrawn; in older
    ledgers also expired, which ends no ask any more)."""

    counteroffers: tuple[str, ...]
    because: str


class Answered(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One answer as the ledger keeps it: what was offered, asked and answered, in the field's spelling. `net`: what a price
    asked came to, net."""

    change: Change
    verdict: Verdict
    offered: str
    answered: str
    net: str = ""


class RevisionPublished(Body, tag="revision", frozen=True, kw_only=True):
    """`signed`: "rep"; "offer" when the buyer chose inside what was offered; "policy" when it was pre-approved.

    Personal: note, notes by change id, answers; all erased when the revision is taken back. Only older ledgers have
    `answers` in the body itself; `ledger.decode_body` reads both.
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
    # The earlier revision that this one offers again; 0 for any other.
    again: int = 0


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
    """Personal: name, title, the digests of what was stored."""

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


SharedEvent = (
    ProposalSent
    | MessagePosted
    | QuestionAnswered
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
    | ContactAdded
    | ContactRoleChanged
)
