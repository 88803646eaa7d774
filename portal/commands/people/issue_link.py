"""Give a contact a way to use their right to the deal: a magic link, mailed or shown to the operator who asked.

A right that was taken back stays taken back until somebody of the table gives it again, here. Whatever else mails links
asks `addressees`, or `not_taken_back`, who may have one.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

import msgspec
from sqlalchemy import ColumnElement, exists, insert, or_, select

from portal.access import Actor, Deal, deal_for, new_id, new_token, token_hash
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal import lifecycle
from portal.domain.deal.mail import Mail, Template
from portal.domain.ledger import seller_events
from portal.domain.offer.revision import Offer
from portal.errors import NotFound
from portal.storage import documents, tables

# A link lives on after the offer, so that what was agreed can be read.
OUTLIVES = timedelta(days=30)


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """The address, shown once; only a hash of its token is kept."""

    url: str


@command("issue_link")
def issue_link(
    work: UnitOfWork,
    actor: Actor,
    deal_id: str,
    contact_id: str,
    *,
    channel: Literal["mailed", "shown"] = "mailed",
) -> Issued:
    """A new link for a contact of the deal. When mailed, the answer holds no address."""
    deal = deal_for(work, actor, deal_id)
    deal.require("manage_contacts")
    contact = contact_of(work, deal, contact_id)
    if channel == "mailed":
        offer = (
            documents.read_revision(work, deal.id, deal.revision).offer
            if deal.revision
            else documents.read_draft(work, deal.id)
        )
        invite(work, deal, contact, offer, template="new_link")
        return Issued(url="")
    return Issued(url=grant(work, deal, contact, channel))


def contact_of(work: UnitOfWork, deal: Deal, contact_id: str) -> Any:
    """The contact's row; NotFound when the deal has no such contact."""
    contact = tables.contact
    row = work.connection.execute(
        select(contact).where(contact.c.deal_id == deal.id, contact.c.id == contact_id)
    ).first()
    if row is None:
        raise NotFound("There is no such contact on this deal.")
    return row


def addressees(work: UnitOfWork, deal: Deal, *, acting: bool = False) -> Sequence[Any]:
    """The rows of the contacts who may be mailed links without being asked for, in the order they were added; with `acting`
    those only whose role lets them do more than read."""
    contact = tables.contact
    query = select(contact).where(contact.c.deal_id == deal.id, not_taken_back())
    if acting:
        query = query.where(contact.c.role.in_(lifecycle.buyer_roles_that("comment")))
    return work.connection.execute(query.order_by(contact.c.created_at, contact.c.id)).all()


def not_taken_back() -> ColumnElement[bool]:
    """Of a contact: they never had a grant, or have one that is not revoked, though it may have expired.

    Revoking takes every grant that a contact has, so one that is not revoked was given since.
    """
    held = tables.grant.alias()
    theirs = held.c.contact_id == tables.contact.c.id
    return or_(~exists().where(theirs), exists().where(theirs, held.c.revoked_at.is_(None)))


def grant(work: UnitOfWork, deal: Deal, contact: Any, channel: Literal["mailed", "shown"]) -> str:
    """A new grant; the address that uses it."""
    token = new_token()
    work.connection.execute(
        insert(tables.grant).values(
            id=new_id(),
            deal_id=deal.id,
            contact_id=contact.id,
            token_hash=token_hash(token),
            channel=channel,
            issued_by=deal.actor,
            issued_at=work.now,
            expires_at=max(deal.valid_until, work.now) + OUTLIVES,
        )
    )
    work.append(deal.id, deal.actor, seller_events.LinkIssued(contact=contact.id, channel=channel))
    return f"{work.public_url}/j/{token}"


def invite(
    work: UnitOfWork, deal: Deal, contact: Any, offer: Offer, template: Template = "invitation"
) -> None:
    """Mail a link of their own to a contact."""
    work.enqueue_mail(
        Mail(
            template=template,
            to_name=contact.name,
            to_email=contact.email,
            language=offer.language,
            context={
                "url": grant(work, deal, contact, "mailed"),
                "seller": offer.seller.name,
                "sender": offer.seller.contact.name or offer.seller.name,
                "title": offer.title,
                "number": deal.number,
                "revision": str(max(deal.revision, 1)),
                "valid_until": offer.valid_until.isoformat(),
                "name": contact.name,
            },
        ),
        deal.id,
    )
