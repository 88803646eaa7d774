"""The buyer's people on a deal, as the seller sees them: who may do what, and whether a link of theirs still opens."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import case, func, select

from portal.access import Deal
from portal.storage import tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class DealContact:
    """`links` still open the deal; `seen_at` is when the page was last used, None while nobody did."""

    id: str
    name: str
    email: str
    role: str
    links: int
    issued_at: datetime | None
    seen_at: datetime | None


def load(transaction: Transaction, deal: Deal) -> tuple[DealContact, ...]:
    """The contacts of the deal in the order they were added."""
    contact, grant, event = tables.contact, tables.grant, tables.event
    alive = case((grant.c.revoked_at.is_(None) & (grant.c.expires_at > transaction.now), 1))
    links = (
        select(
            grant.c.contact_id,
            func.count(alive).label("links"),
            func.max(grant.c.issued_at, type_=grant.c.issued_at.type).label("issued_at"),
        )
        .where(grant.c.deal_id == deal.id)
        .group_by(grant.c.contact_id)
        .subquery()
    )
    views = (
        select(event.c.actor, func.max(event.c.at, type_=event.c.at.type).label("seen_at"))
        .where(event.c.deal_id == deal.id, tables.kind_is("viewed"))
        .group_by(event.c.actor)
        .subquery()
    )
    rows = transaction.connection.execute(
        select(contact, links.c.links, links.c.issued_at, views.c.seen_at)
        .outerjoin(links, links.c.contact_id == contact.c.id)
        .outerjoin(views, views.c.actor == "contact:" + contact.c.id)
        .where(contact.c.deal_id == deal.id)
        .order_by(contact.c.created_at, contact.c.name)
    )
    return tuple(
        DealContact(
            id=row.id,
            name=row.name,
            email=row.email,
            role=row.role,
            links=row.links or 0,
            issued_at=row.issued_at,
            seen_at=row.seen_at,
        )
        for row in rows
    )
