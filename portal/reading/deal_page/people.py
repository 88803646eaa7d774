"""Who sits at the table, as both sides may see it: names, sides, roles, and when somebody last looked."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.ledger import by_buyer
from portal.storage import tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class Person:
    """`actor` is "contact:ID", "rep:ID" or "system:NAME"; a system speaks with the seller's name."""

    actor: str
    name: str
    party: PartyName
    role: str = ""
    seen_at: datetime | None = None


def person(transaction: Transaction, actor: str, seller: str) -> Person:
    """One actor, for an event that has just come."""
    return _named(transaction, {actor}).get(actor) or _unknown(actor, seller)


def at_table(
    transaction: Transaction, deal_id: str, actors: Iterable[str], seller: str
) -> Mapping[str, Person]:
    """Every contact of the deal, and whoever else is among `actors`."""
    contact, event = tables.contact, tables.event
    contacts = select(contact.c.id).where(contact.c.deal_id == deal_id).order_by(contact.c.created_at)
    ids = [f"contact:{each}" for each in transaction.connection.execute(contacts).scalars()]
    views = (
        select(event.c.actor, func.max(event.c.at, type_=event.c.at.type))
        .where(event.c.deal_id == deal_id, tables.kind_is("viewed"))
        .group_by(event.c.actor)
    )
    seen = {row[0]: row[1] for row in transaction.connection.execute(views)}
    wanted = {*ids, *actors}
    found = _named(transaction, wanted, seen)
    unknown = {actor: _unknown(actor, seller) for actor in wanted - found.keys()}
    return {actor: found[actor] for actor in ids if actor in found} | found | unknown


def _named(
    transaction: Transaction, actors: set[str], seen: Mapping[str, datetime] | None = None
) -> dict[str, Person]:
    people = {}
    for prefix, table in (("contact:", tables.contact), ("rep:", tables.rep)):
        ids = [actor.removeprefix(prefix) for actor in actors if actor.startswith(prefix)]
        if not ids:
            continue
        rows = transaction.connection.execute(
            select(table.c.id, table.c.name, table.c.role).where(table.c.id.in_(ids))
        )
        for row in rows:
            actor = prefix + row.id
            people[actor] = Person(
                actor=actor,
                name=row.name,
                party=_side(actor),
                # A rep's rank is nobody's business at the table.
                role=row.role if by_buyer(actor) else "",
                seen_at=(seen or {}).get(actor),
            )
    return people


def _unknown(actor: str, seller: str) -> Person:
    return Person(actor=actor, name="" if by_buyer(actor) else seller, party=_side(actor))


def _side(actor: str) -> PartyName:
    return "buyer" if by_buyer(actor) else "seller"
