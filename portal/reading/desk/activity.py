"""Everything that happened on a deal, as the seller's side may read it: notes, and what buyers are never told.

For the seller's pages alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from portal.access import Deal
from portal.domain.ledger import event_kinds, ledger
from portal.domain.ledger.event_body import Body
from portal.reading.deal_page import people
from portal.reading.deal_page.people import Person
from portal.storage import tables
from portal.storage.session import Transaction

NEWEST = 200
_ELSEWHERE = event_kinds.names(lambda kind: kind.audience != "buyer" and not kind.in_activity)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """One event. `about` names the contact or rep that it is about, where it is about somebody."""

    seq: int
    kind: str
    at: datetime
    who: Person
    fact: ledger.AnyBody
    text: str = ""
    about: str = ""


def notes(transaction: Transaction, deal: Deal) -> tuple[Happening, ...]:
    """The seller's internal notes, oldest first."""
    return tuple(reversed(_read(transaction, deal, _events(deal).where(tables.kind_is("note")))))


def log(transaction: Transaction, deal: Deal) -> tuple[Happening, ...]:
    """The newest events, newest first; the conversation has the messages, and the notes stand beside it."""
    return _read(transaction, deal, _events(deal).where(tables.event.c.kind.not_in(_ELSEWHERE)))


def _events(deal: Deal) -> Select[Any]:
    event = tables.event
    own = event.c.deal_id == deal.id, event.c.seller_seq.is_not(None)
    return select(event).where(*own).order_by(event.c.seq.desc()).limit(NEWEST)


def _read(transaction: Transaction, deal: Deal, query: Select[Any]) -> tuple[Happening, ...]:
    rows = transaction.connection.execute(query).all()
    bodies = {row.seq: ledger.decode_body(row.body) for row in rows}
    actors = {row.actor for row in rows} | {_subject(body) for body in bodies.values()} - {""}
    named = people.at_table(transaction, deal.id, actors, "")
    return tuple(happening(row, bodies[row.seq], named) for row in rows)


def happening(row: Any, fact: ledger.AnyBody, named: Mapping[str, Person]) -> Happening:
    personal = ledger.decode_personal(row.personal)
    about = named.get(_subject(fact))
    return Happening(
        seq=row.seller_seq,
        kind=row.kind,
        at=row.at,
        who=named[row.actor],
        fact=fact,
        text=personal.body or personal.note or personal.reason or personal.name,
        about=about.name if about else "",
    )


# The fields of a body that name a person, and how an actor of that side begins.
_PEOPLE = {"contact": "contact", "owner": "rep"}


def _subject(fact: Body) -> str:
    """Return the actor ("contact:ID", "rep:ID") that an event is about, "" for most."""
    about = ((side, getattr(fact, field, None)) for field, side in _PEOPLE.items())
    return next((f"{side}:{found}" for side, found in about if found), "")
