"""Which revisions a party may read.

Of a revision that was taken back before anybody had opened it, buyers learn who took it back and when, and no figure.
Whatever reads a revision for them by another number than the current one reads it here.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import select

from portal.access import Deal
from portal.domain.ledger import ledger, shared_events
from portal.domain.offer.revision import Revision
from portal.errors import NotFound
from portal.reading.deal_page import people
from portal.storage import documents, tables
from portal.storage.session import Transaction


def taken_back(published: Iterable[Any]) -> Mapping[int, Any]:
    """The events that took a revision back, by that revision's number. `published`: events that published revisions."""
    facts = ((ledger.decode_body(row.body), row) for row in published)
    return {
        fact.takes_back: row
        for fact, row in facts
        if isinstance(fact, shared_events.RevisionPublished) and fact.takes_back
    }


def hidden_from(transaction: Transaction, deal: Deal) -> Mapping[int, Any]:
    """What `taken_back` finds, for buyers; nothing is hidden from the seller."""
    if deal.party == "seller":
        return {}
    event = tables.event
    query = select(event).where(event.c.deal_id == deal.id, tables.kind_is("revision"))
    return taken_back(transaction.connection.execute(query))


def last_before(number: int, hidden: Collection[int]) -> int:
    """The newest revision before `number` that is not hidden; 0 when there is none."""
    return next((each for each in range(number - 1, 0, -1) if each not in hidden), 0)


def seen_as(transaction: Transaction, deal: Deal, number: int) -> int:
    """The revision that a reader who names `number` has seen: what was hidden since showed the one before it."""
    hidden = hidden_from(transaction, deal)
    return last_before(number + 1, hidden) if number in hidden else number


def read(transaction: Transaction, deal: Deal, number: int) -> Revision:
    """Return a published revision as the party may read it; NotFound, with who took it back, for one that is hidden."""
    row = hidden_from(transaction, deal).get(number)
    if row is not None:
        seller = documents.read_revision(transaction, deal.id, deal.revision).offer.seller.name
        who = people.person(transaction, row.actor, seller)
        raise NotFound(
            "%(who)s took revision %(number)s back on %(day)s, before anybody had opened it.",
            who=who.name,
            number=number,
            day=row.at.date(),
        )
    return documents.read_revision(transaction, deal.id, number)
