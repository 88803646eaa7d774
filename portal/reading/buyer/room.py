"""The buyers' room: what they say among themselves, and who of theirs is content with what. For the buyers' pages alone.

Numbers are those of the buyers' own stream. Whoever asks for anybody else is given an empty room.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select, union_all

from portal.access import Deal
from portal.domain.ledger import buyer_events, event_kinds, ledger
from portal.reading.deal_page import people
from portal.reading.deal_page.people import Person
from portal.storage import tables
from portal.storage.session import Transaction

NEWEST = 100
KINDS = event_kinds.names(lambda kind: kind.audience == "buyer")


# Built once: every page of a buyer's asks this.
_SIGN_OFFS = (
    select(tables.event)
    .where(
        tables.event.c.deal_id == bindparam("deal_id"),
        tables.kind_is("sign_off"),
        tables.event.c.audience == "buyer",
    )
    .order_by(tables.event.c.seq)
)


@dataclass(frozen=True, kw_only=True)
class RoomEntry:
    """`text` is what the person wrote, Markdown; of a shared scenario it is the name, plain."""

    seq: int
    kind: str
    at: datetime
    who: Person
    fact: ledger.AnyBody
    text: str


@dataclass(frozen=True, kw_only=True)
class Word:
    """The newest word on a topic. `revision` is the one it was said about."""

    topic: str
    verdict: buyer_events.SignOffVerdict
    revision: int
    who: Person
    at: datetime
    note: str


@dataclass(frozen=True, kw_only=True)
class Room:
    """Entries oldest first; `before` asks for what came earlier, None when there is nothing."""

    entries: tuple[RoomEntry, ...] = ()
    words: tuple[Word, ...] = ()
    before: int | None = None


def load(transaction: Transaction, deal: Deal, before: int | None = None) -> Room:
    """The newest entries, or the newest before a number."""
    if deal.party != "buyer":
        return Room()
    rows = _newest(transaction, deal, before)
    named = _people(transaction, deal, rows)
    shown = tuple(entry(row, named[row.actor]) for row in reversed(rows[:NEWEST]))
    return Room(
        entries=shown,
        words=words(transaction, deal),
        before=shown[0].seq if len(rows) > NEWEST else None,
    )


def words(transaction: Transaction, deal: Deal) -> tuple[Word, ...]:
    """The newest word on every topic, what objects first, then what is waited for."""
    if deal.party != "buyer":
        return ()
    newest: dict[str, tuple[Any, buyer_events.SignOff]] = {}
    for row in transaction.connection.execute(_SIGN_OFFS, {"deal_id": deal.id}):
        fact = ledger.decode_body(row.body)
        assert isinstance(fact, buyer_events.SignOff)
        newest[fact.topic.casefold()] = row, fact
    if not newest:
        return ()
    named = _people(transaction, deal, [row for row, _ in newest.values()])
    found = [_word(row, fact, named) for row, fact in newest.values()]
    return tuple(sorted(found, key=lambda each: (_RANK[each.verdict], each.topic.casefold())))


def entry(row: Any, who: Person) -> RoomEntry:
    """`row` is one of the ledger, or an event of the stream."""
    personal = ledger.decode_personal(row.personal)
    return RoomEntry(
        seq=row.buyer_seq or 0,
        kind=row.kind,
        at=row.at,
        who=who,
        fact=ledger.decode_body(row.body),
        text=personal.body or personal.note or personal.name,
    )


_RANK: Mapping[buyer_events.SignOffVerdict, int] = {"objects": 0, "waiting": 1, "fine": 2}


def _word(row: Any, fact: buyer_events.SignOff, named: Mapping[str, Person]) -> Word:
    return Word(
        topic=fact.topic,
        verdict=fact.verdict,
        revision=fact.revision,
        who=named[row.actor],
        at=row.at,
        note=ledger.decode_personal(row.personal).note,
    )


def _newest(transaction: Transaction, deal: Deal, before: int | None) -> Sequence[Any]:
    """One more than are shown, newest first."""
    event = tables.event
    own = [event.c.deal_id == deal.id, event.c.audience == "buyer"]
    if before is not None:
        own.append(tables.own_before(deal.id, "buyer", before))
    # Each kind from its end backwards: neither a long room nor what is said at the table is read through.
    newest = [
        select(event.c.seq).where(*own, tables.kind_is(kind)).order_by(event.c.seq.desc()).limit(NEWEST + 1)
        for kind in KINDS
    ]
    among = union_all(*(select(each.subquery().c.seq) for each in newest))
    query = select(event).where(event.c.deal_id == deal.id, event.c.seq.in_(among))
    return transaction.connection.execute(query.order_by(event.c.seq.desc()).limit(NEWEST + 1)).all()


def _people(transaction: Transaction, deal: Deal, rows: Iterable[Any]) -> Mapping[str, Person]:
    return people.at_table(transaction, deal.id, {row.actor for row in rows}, "")
