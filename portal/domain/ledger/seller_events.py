"""The seller's side room: the kinds of events that join the seller's stream alone."""

from decimal import Decimal
from typing import Literal

import msgspec

from portal.domain.ledger.event_body import SellerBody
from portal.domain.policy.authority import Reason
from portal.domain.policy.grounds import Ground


class NoteSaved(SellerBody, tag="note", frozen=True, kw_only=True):
    """Personal: body."""

    anchor: str | None = None


class ApprovalAsked(SellerBody, tag="approval_asked", frozen=True, kw_only=True):
    """`reasons`: the floors and limits that keep the rep from publishing alone."""

    approval: str
    below_floor: tuple[str, ...]
    reasons: tuple[Reason, ...] = ()


class ApprovalDecided(SellerBody, tag="approval_decided", frozen=True, kw_only=True):
    """`edited`: the manager changed answers before they were published. `returned`: nobody decided, because what it is about
    moved meanwhile; it came back to the rep. Personal: note."""

    approval: str
    granted: bool
    edited: bool = False
    returned: bool = False


class Earned(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A contract's margin; None while a unit cost is not known."""

    amount: Decimal | None = None
    percent: Decimal | None = None


class AnsweredByPolicy(SellerBody, tag="answered_by_policy", frozen=True, kw_only=True):
    """What allowed each change that `revision` answers at once, and what it cost: `concession` is net, over the contract."""

    revision: int
    counteroffer: str
    grounds: tuple[Ground, ...]
    concession: Decimal
    currency: str
    margin_before: Earned = Earned()
    margin_after: Earned = Earned()


class OwnerChanged(SellerBody, tag="owner_changed", frozen=True, kw_only=True):
    owner: str | None


class LinkIssued(SellerBody, tag="link_issued", frozen=True, kw_only=True):
    """`channel`: mailed to the contact, or shown to the operator who asked for it."""

    contact: str
    channel: Literal["mailed", "shown"]


class LinksRevoked(SellerBody, tag="links_revoked", frozen=True, kw_only=True):
    contact: str


SellerEvent = (
    NoteSaved | ApprovalAsked | ApprovalDecided | AnsweredByPolicy | OwnerChanged | LinkIssued | LinksRevoked
)
