"""The conversation of one party: messages, comments, and what else happened, each as one entry.

An entry comes from its event alone, so that the one that arrives by socket looks like the one that was there from the
start. Numbers are those of the party's own stream.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import select

from portal.domain.ledger import event_body, event_kinds, ledger, shared_events
from portal.domain.ledger.event_body import PartyName
from portal.reading.deal_page.people import Person
from portal.storage import tables
from portal.storage.session import Transaction

NEWEST = 50
# Views and the seller's own side room are no part of it.
SHOWN = event_kinds.names(lambda kind: kind.in_conversation)


class EventRow(Protocol):
    """A row of the ledger, as the page and the hub read it."""

    @property
    def kind(self) -> str: ...
    @property
    def actor(self) -> str: ...
    @property
    def at(self) -> datetime: ...
    @property
    def body(self) -> bytes: ...
    @property
    def personal(self) -> bytes | None: ...
    @property
    def key(self) -> str | None: ...
    @property
    def buyer_seq(self) -> int | None: ...
    @property
    def seller_seq(self) -> int | None: ...


@dataclass(frozen=True, kw_only=True)
class Entry:
    """`fact` is the event's body, for what a sentence needs of it; `text` is what the person wrote, Markdown."""

    seq: int
    kind: str
    at: datetime
    who: Person
    fact: event_body.Body
    text: str = ""
    key: str | None = None
    # What a comment is on, or what was agreed to, by the names of what is offered now; "" when it is gone.
    about: str = ""

    @property
    def anchor(self) -> str | None:
        """`line:KEY` or `term:KEY` for a comment."""
        return self.fact.anchor if isinstance(self.fact, shared_events.MessagePosted) else None


@dataclass(frozen=True, kw_only=True)
class Conversation:
    """The newest entries, oldest first. `before` asks for what came earlier; None when there is nothing."""

    entries: tuple[Entry, ...]
    before: int | None = None


def entry(row: EventRow, party: PartyName, who: Person, names: Mapping[str, str] | None = None) -> Entry:
    """`names`: of lines and terms, by subject."""
    personal, fact = ledger.decode_personal(row.personal), ledger.decode_body(row.body)
    return Entry(
        seq=(row.buyer_seq if party == "buyer" else row.seller_seq) or 0,
        kind=row.kind,
        at=row.at,
        who=who,
        fact=fact,
        text=personal.body or personal.note or personal.reason,
        key=row.key if row.kind == "message" else None,
        about=_about(fact, names or {}),
    )


def _about(fact: event_body.Body, names: Mapping[str, str]) -> str:
    match fact:
        case shared_events.MessagePosted(anchor=str(anchor)) | shared_events.QuestionAnswered(anchor=anchor):
            return names.get(anchor, "")
        case shared_events.LinesAgreed(subjects=subjects):
            return ", ".join(names[subject] for subject in subjects if subject in names)
    return ""


def newest(
    transaction: Transaction, deal_id: str, party: PartyName, before: int | None = None
) -> Sequence[Any]:
    """Rows of the newest entries (before a number of the party's), newest first; one more than are shown."""
    event = tables.event
    query = select(event).where(
        event.c.deal_id == deal_id, event.c.kind.in_(SHOWN), tables.own_number(party).is_not(None)
    )
    if before is not None:
        query = query.where(tables.own_before(deal_id, party, before))
    return transaction.connection.execute(query.order_by(event.c.seq.desc()).limit(NEWEST + 1)).all()


def conversation(
    rows: Sequence[Any], party: PartyName, people: Mapping[str, Person], names: Mapping[str, str]
) -> Conversation:
    shown = [entry(row, party, people[row.actor], names) for row in reversed(rows[:NEWEST])]
    return Conversation(entries=tuple(shown), before=shown[0].seq if len(rows) > NEWEST else None)


def actors(rows: Iterable[Any]) -> set[str]:
    return {row.actor for row in rows}
