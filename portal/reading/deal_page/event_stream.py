"""A deal's ledger as open connections follow it: what comes after a position, and how far deals have got.

Queries over many deals are one statement each, because one process asks for all its sockets at once.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Any, NamedTuple, TypeVar

import msgspec
from sqlalchemy import Integer, Select, Text, and_, bindparam, cast, column, func, select
from sqlalchemy.dialects.postgresql import JSONB

from portal.access import Actor, Deal, deal_for
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page import turn
from portal.storage import tables
from portal.storage.session import Transaction

T = TypeVar("T")
CHUNK = 500


class StreamHead(NamedTuple):
    """How far a deal has got: its own counter and each party's."""

    deal_id: str
    seq: int
    buyer_seq: int
    seller_seq: int

    def position(self, party: PartyName) -> int:
        return self.buyer_seq if party == "buyer" else self.seller_seq


@dataclass(frozen=True, kw_only=True)
class Opening:
    """A deal and what follows a position of it, from one snapshot."""

    deal: Deal
    epoch: str
    events: Sequence[StoredEvent]


_EVENT = tuple(tables.event.c[name] for name in StoredEvent._fields if name in tables.event.c)
_HEAD = (tables.deal.c.id, tables.deal.c.seq, tables.deal.c.buyer_seq, tables.deal.c.seller_seq)


def opening(transaction: Transaction, actor: Actor, deal_id: str, after: int, limit: int) -> Opening:
    """The deal as `actor` finds it (errors of `deal_for`), and at most `limit` events of their stream after `after`."""
    deal = deal_for(transaction, actor, deal_id)
    return Opening(
        deal=deal,
        epoch=epoch(transaction),
        events=_following(transaction, deal_id, deal.party, after, limit, newest=deal.position),
    )


def events_after(
    transaction: Transaction, deal_id: str, party: PartyName, after: int, limit: int
) -> list[StoredEvent]:
    """At most `limit` events of a party's stream, in its order."""
    head = transaction.connection.execute(select(*_HEAD).where(tables.deal.c.id == deal_id)).first()
    newest = StreamHead(*head).position(party) if head else 0
    return _following(transaction, deal_id, party, after, limit, newest=newest)


def _following(
    transaction: Transaction, deal_id: str, party: PartyName, after: int, limit: int, *, newest: int
) -> list[StoredEvent]:
    """`newest`: the party's newest number in this snapshot."""
    missing, seq = newest - after, tables.event.c.seq
    if missing <= 0:
        return []
    query = select(*_EVENT).where(tables.event.c.deal_id == deal_id, tables.own_after(party, after))
    if missing <= limit:
        # Numbers have no holes, so the newest that many are the ones: nothing of what came before is passed over.
        newest_first = transaction.connection.execute(query.order_by(seq.desc()).limit(missing)).all()
        return [StoredEvent(*row) for row in reversed(newest_first)]
    return [StoredEvent(*row) for row in transaction.connection.execute(query.order_by(seq).limit(limit))]


def epoch(transaction: Transaction) -> str:
    """The database's own name; another one after a backup was restored."""
    return str(transaction.connection.execute(select(tables.installation.c.epoch)).scalar_one())


def new_events(transaction: Transaction, known: Mapping[str, int], limit: int) -> list[StoredEvent]:
    """Of each deal what follows its known `seq`: both parties' events, in order, at most `limit` in all, with its head."""
    found: list[StoredEvent] = []
    for part in chunks(known.items()):
        asked = {"known": msgspec.json.encode(dict(part)).decode(), "most": limit - len(found)}
        rows = transaction.connection.execute(_new_events(transaction.connection.dialect.name), asked).all()
        standing = turn.heads(transaction, {row.deal_id for row in rows})
        found += [StoredEvent._make((*row, standing[row.deal_id])) for row in rows]
        if len(found) >= limit:
            break
    return found


def heads(transaction: Transaction, known: Mapping[str, int]) -> list[StreamHead]:
    """Heads of those deals that have got beyond their known `seq`."""
    found: list[StreamHead] = []
    for part in chunks(known.items()):
        wanted, deal_id, seq = _wanted(transaction.connection.dialect.name)
        query = (
            select(*_HEAD)
            .select_from(wanted)
            .join(tables.deal, and_(tables.deal.c.id == deal_id, tables.deal.c.seq > seq))
        )
        asked = {"known": msgspec.json.encode(dict(part)).decode()}
        found += [StreamHead(*row) for row in transaction.connection.execute(query, asked)]
    return found


@cache
def _new_events(dialect: str) -> Select[Any]:
    wanted, deal_id, seq = _wanted(dialect)
    return (
        select(*_EVENT)
        .select_from(wanted)
        .join(tables.event, and_(tables.event.c.deal_id == deal_id, tables.event.c.seq > seq))
        .order_by(tables.event.c.deal_id, tables.event.c.seq)
        .limit(bindparam("most", type_=Integer))
    )


def _wanted(dialect: str) -> tuple[Any, Any, Any]:
    """`known`, deal ids and numbers, as a table inside the query: one parameter, so the statement is compiled once."""
    bound = bindparam("known", type_=Text)
    if dialect == "sqlite":
        wanted = func.json_each(bound).table_valued(column("key", Text), column("value", Integer))
        return wanted, wanted.c.key, wanted.c.value
    wanted = func.jsonb_each_text(cast(bound, JSONB)).table_valued(column("key", Text), column("value", Text))
    return wanted, wanted.c.key, cast(wanted.c.value, Integer)


def chunks(many: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(many)
    while part := list(islice(rest, CHUNK)):
        yield part
