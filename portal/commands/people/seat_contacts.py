"""Seat a quote's contacts at the deal."""

from collections.abc import Iterable

from sqlalchemy import insert, select, update

from portal.access import new_id
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import shared_events
from portal.intake.contact import NewContact
from portal.storage import tables


def seat_contacts(work: UnitOfWork, deal_id: str, contacts: Iterable[NewContact], *, by: str = "") -> None:
    """Add the quote's contacts, and give those who are there already the role it states; told in the ledger `by` someone."""
    contact = tables.contact
    rows = work.connection.execute(
        select(contact.c.email, contact.c.id, contact.c.role).where(contact.c.deal_id == deal_id)
    )
    present = {row.email: (row.id, row.role) for row in rows}
    for person in contacts:
        email = person.email.lower()
        known, role = present.get(email, ("", ""))
        if known and role != person.role:
            work.connection.execute(update(contact).where(contact.c.id == known).values(role=person.role))
            if by:
                work.append(deal_id, by, shared_events.ContactRoleChanged(contact=known, role=person.role))
        if known:
            continue
        added = new_id()
        present[email] = (added, person.role)
        if by:
            work.append(deal_id, by, shared_events.ContactAdded(contact=added, role=person.role))
        work.connection.execute(
            insert(contact).values(
                id=added,
                deal_id=deal_id,
                name=person.name or person.email,
                email=email,
                role=person.role,
                created_at=work.now,
            )
        )
