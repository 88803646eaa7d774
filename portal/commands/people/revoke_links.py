"""Take a contact's right to the deal back: every link stops, what was not mailed yet stays here, and open pages close within
seconds."""

import msgspec
from sqlalchemy import update

from portal.access import Actor, deal_for
from portal.commands.outbox.cancel_mail import cancel_letters
from portal.commands.people.issue_link import contact_of
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import seller_events
from portal.storage import tables


class Revoked(msgspec.Struct, frozen=True, kw_only=True):
    links: int


@command("revoke_links")
def revoke_links(work: UnitOfWork, actor: Actor, deal_id: str, contact_id: str) -> Revoked:
    """Doing it twice changes nothing more."""
    deal = deal_for(work, actor, deal_id)
    deal.require("manage_contacts")
    contact = contact_of(work, deal, contact_id)
    grant = tables.grant
    links = work.connection.execute(
        update(grant)
        .where(grant.c.contact_id == contact_id, grant.c.revoked_at.is_(None))
        .values(revoked_at=work.now)
    ).rowcount
    if links:
        cancel_letters(work, deal, contact)
        work.append(deal_id, deal.actor, seller_events.LinksRevoked(contact=contact_id))
    return Revoked(links=links)
