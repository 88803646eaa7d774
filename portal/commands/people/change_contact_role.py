"""Let a contact do more, or less; it holds from their next click."""

from sqlalchemy import update

from portal.access import Actor, deal_for
from portal.commands.people.add_contact import Contact, checked_role
from portal.commands.people.issue_link import contact_of
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import shared_events
from portal.storage import tables


@command("change_contact_role")
def change_contact_role(work: UnitOfWork, actor: Actor, deal_id: str, contact_id: str, role: str) -> Contact:
    deal = deal_for(work, actor, deal_id)
    deal.require("manage_contacts")
    if contact_of(work, deal, contact_id).role != checked_role(role):
        work.connection.execute(
            update(tables.contact).where(tables.contact.c.id == contact_id).values(role=role)
        )
        work.append(deal_id, deal.actor, shared_events.ContactRoleChanged(contact=contact_id, role=role))
    return Contact(id=contact_id)
