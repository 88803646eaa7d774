"""The comments on each line and term of a deal."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
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
    """The comments on one line or term, oldest first; `count` also counts those that are not shown."""

    entries: tuple[Entry, ...] = ()
    count: int = 0


class _Anchored(msgspec.Struct, frozen=True):
    anchor: str | None = None


_anchored = msgspec.json.Decoder(_Anchored)
_CHAT = ledger.encode_body(shared_events.MessagePosted())


def load(transaction: Transaction, deal_id: str, party: PartyName) -> Mapping[str, tuple[int, Sequence[Any]]]:
    """How many comments each line and term has, and the rows of the newest, oldest first.

    The whole deal is looked through, chat left out by the database: a comment must not drop out of its thread because
    of later chat.
    """
    own, event = tables.own_number(party), tables.event
    messages = transaction.connection.execute(
        select(event.c.seq, event.c.body)
        .where(event.c.deal_id == deal_id, event.c.kind == "message", event.c.body != _CHAT, own.is_not(None))
        .order_by(event.c.seq)
    )
    threads: dict[str, list[int]] = {}
    for seq, body in messages:
        anchor = _anchored.decode(body).anchor
        if anchor is not None:
            threads.setdefault(anchor, []).append(seq)
    wanted = [seq for seqs in threads.values() for seq in seqs[-NEWEST:]]
    rows = _rows(transaction, deal_id, wanted)
    return {anchor: (len(seqs), [rows[seq] for seq in seqs[-NEWEST:]]) for anchor, seqs in threads.items()}


def threads(
    found: Mapping[str, tuple[int, Sequence[Any]]], party: PartyName, people: Mapping[str, Person]
) -> Mapping[str, Thread]:
    return {
        anchor: Thread(count=count, entries=tuple(entry(row, party, people[row.actor]) for row in rows))
        for anchor, (count, rows) in found.items()
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
