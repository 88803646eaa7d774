"""Bring another person of the buyer's to the table."""

import re

import msgspec
from sqlalchemy import insert, select

from portal.access import Actor, deal_for, new_id
from portal.commands.people.issue_link import contact_of, invite
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal import lifecycle
from portal.domain.ledger import shared_events
from portal.errors import Invalid, Sentence, either
from portal.storage import documents, tables

# Deliverability is the mail server's to judge; this keeps out what is no address at all.
_ADDRESS = re.compile(r"[^@\s<>,;:\"\\]+@[^@\s<>,;:\"\\.]+(\.[^@\s<>,;:\"\\.]+)*")


class Contact(msgspec.Struct, frozen=True, kw_only=True):
    id: str


@command("add_contact")
def add_contact(
    work: UnitOfWork, actor: Actor, deal_id: str, *, name: str, email: str, role: str, mail: bool = True
) -> Contact:
    """A contact with a role; invited at once when the proposal has been sent. Invalid when the address is known already."""
    deal = deal_for(work, actor, deal_id)
    deal.require("manage_contacts")
    address = checked_address(email)
    contact = tables.contact
    if work.connection.execute(
        select(contact.c.id).where(contact.c.deal_id == deal_id, contact.c.email == address)
    ).first():
        raise Invalid.field("email", "%(address)s is a contact of this deal already.", address=address)
    contact_id = new_id()
    work.connection.execute(
        insert(contact).values(
            id=contact_id,
            deal_id=deal_id,
            name=written(name or address, "name", longest=200),
            email=address,
            role=checked_role(role),
            created_at=work.now,
        )
    )
    work.append(deal_id, deal.actor, shared_events.ContactAdded(contact=contact_id, role=role))
    if mail and deal.revision:
        invite(
            work,
            deal,
            contact_of(work, deal, contact_id),
            documents.read_revision(work, deal_id, deal.revision).offer,
        )
    return Contact(id=contact_id)


def checked_address(email: str) -> str:
    """The address in lower case; Invalid at "email"."""
    address = written(email, "email", longest=320).lower()
    if not _ADDRESS.fullmatch(address):
        raise Invalid.field(
            "email",
            "“%(address)s” is not a mail address.",
            "Write it like ann@example.com.",
            address=address,
        )
    return address


def checked_role(role: str) -> str:
    """A buyer's role; Invalid at "role"."""
    if role not in lifecycle.BUYER_ROLES:
        raise Invalid.field(
            "role",
            "“%(role)s” is not a role.",
            Sentence("Choose one of %(roles)s.", roles=either(lifecycle.BUYER_ROLES)),
            role=role,
        )
    return role
