"""The comments on each line and term of a deal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import select

from portal.domain.ledger import ledger, shared_events
from portal.domain.ledger.event_body import PartyName
from portal.reading.deal_page.conversation import Entry, entry
from portal.reading.deal_page.people import Person
from portal.storage import tables
from portal.storage.session import Transaction

NEWEST = 20


@dataclass(frozen=True, kw_only=True)
class Thread:
    """The comments on one line or term, oldest first; `count` also counts those that are not shown. `asked_by`: the side
    whose comment nobody has replied to or marked as answered."""

    entries: tuple[Entry, ...] = ()
    count: int = 0
    asked_by: PartyName | None = None


@dataclass
class Comments:
    """The same as rows of the ledger."""

    seqs: list[int] = field(default_factory=list)
    rows: Sequence[Any] = ()
    asked_by: PartyName | None = None

    def add(self, seq: int, by: PartyName) -> None:
        """A comment replies to what the other side asked, or else asks."""
        self.seqs.append(seq)
        self.asked_by = by if self.asked_by in (None, by) else None


@dataclass(frozen=True, kw_only=True)
class OpenQuestion:
    """A line or term with a comment that waits for a reply."""

    subject: str
    name: str
    asked_by: PartyName


class _Anchored(msgspec.Struct, frozen=True):
    anchor: str | None = None


_anchored = msgspec.json.Decoder(_Anchored)
_CHAT = ledger.encode_body(shared_events.MessagePosted())


def load(transaction: Transaction, deal_id: str, party: PartyName) -> Mapping[str, Comments]:
    """How many comments each line and term has, and the rows of the newest, oldest first.

    The whole deal is looked through, chat left out by the database: a comment must not drop out of its thread because
    of later chat.
    """
    threads = _read(transaction, deal_id, party)
    wanted = [seq for thread in threads.values() for seq in thread.seqs[-NEWEST:]]
    rows = _rows(transaction, deal_id, wanted)
    for thread in threads.values():
        thread.rows = [rows[seq] for seq in thread.seqs[-NEWEST:]]
    return threads


def open_questions(
    transaction: Transaction, deal_id: str, party: PartyName, names: Mapping[str, str]
) -> tuple[OpenQuestion, ...]:
    """What waits for a reply, in the order of `names` (of lines and terms, by subject); it hinders nothing."""
    threads = _read(transaction, deal_id, party)
    return tuple(
        OpenQuestion(subject=subject, name=name, asked_by=thread.asked_by)
        for subject, name in names.items()
        if (thread := threads.get(subject)) and thread.asked_by
    )


def _read(transaction: Transaction, deal_id: str, party: PartyName) -> dict[str, Comments]:
    own, event = tables.own_number(party), tables.event
    rows = transaction.connection.execute(
        select(event.c.seq, event.c.kind, event.c.actor, event.c.body)
        .where(
            event.c.deal_id == deal_id,
            event.c.kind.in_(("message", "question_answered")),
            event.c.body != _CHAT,
            own.is_not(None),
        )
        .order_by(event.c.seq)
    )
    threads: dict[str, Comments] = {}
    for row in rows:
        anchor = _anchored.decode(row.body).anchor
        if anchor is None:
            continue
        thread = threads.setdefault(anchor, Comments())
        if row.kind == "message":
            thread.add(row.seq, "buyer" if ledger.by_buyer(row.actor) else "seller")
        else:
            thread.asked_by = None
    return threads


def threads(
    found: Mapping[str, Comments], party: PartyName, people: Mapping[str, Person]
) -> Mapping[str, Thread]:
    return {
        anchor: Thread(
            count=len(each.seqs),
            entries=tuple(entry(row, party, people[row.actor]) for row in each.rows),
            asked_by=each.asked_by,
        )
        for anchor, each in found.items()
    }


def _rows(transaction: Transaction, deal_id: str, seqs: Sequence[int]) -> dict[int, Any]:
    found: dict[int, Any] = {}
    event = tables.event
    # Databases take only so many values in one list.
    for start in range(0, len(seqs), 500):
        some = seqs[start : start + 500]
        query = select(event).where(event.c.deal_id == deal_id, event.c.seq.in_(some))
        found |= {row.seq: row for row in transaction.connection.execute(query)}
    return found
