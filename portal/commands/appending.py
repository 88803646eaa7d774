"""Events onto ledgers: their numbers, their place in each party's chain, and what they do to a buyer's wait.

Many at once cost little more than one: a head is read and written once per deal, however many events it takes on.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from portal.commands.rows import insert_events, move_heads
from portal.domain import ledger
from portal.domain.waiting import waiting
from portal.storage import tables
from portal.storage.session import Transaction

SALT = 16


@dataclass(frozen=True, kw_only=True, slots=True)
class New:
    """An event to append; the deal must be locked. `key` makes it once for its author and kind."""

    deal_id: str
    actor: str
    body: ledger.Body
    personal: ledger.Personal | None = None
    key: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Appended:
    """Where an event stands: the deal's number and each party's own (None where the party does not see it)."""

    seq: int
    buyer_seq: int | None
    seller_seq: int | None


_head = tables.deal.c
_HEADS = select(
    _head.id,
    _head.seq,
    _head.buyer_seq,
    _head.buyer_digest,
    _head.seller_seq,
    _head.seller_digest,
    _head.buyer_waits_since,
    _head.last_event_at,
).where(_head.id.in_(bindparam("deals", expanding=True)))


def append_events(work: Transaction, events: Sequence[New]) -> list[Appended]:
    """Append in the order given; the chain of each party that may read an event goes on with it."""
    ids = list(dict.fromkeys(event.deal_id for event in events))
    heads = {row.id: dict(row._mapping) for row in work.connection.execute(_HEADS, {"deals": ids})}
    rows = [_row(event, heads[event.deal_id], work.now) for event in events]
    insert_events(work.connection, rows)
    moves = [{**head, "deal": deal_id} for deal_id, head in heads.items()]
    for move in moves:
        del move["id"]
    move_heads(work.connection, moves)
    return [
        Appended(seq=row["seq"], buyer_seq=row["buyer_seq"], seller_seq=row["seller_seq"]) for row in rows
    ]


def _row(event: New, head: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The event's row; its deal's head moves on with it."""
    salt, stored, text = (
        os.urandom(SALT),
        ledger.encode_body(event.body),
        ledger.encode_personal(event.personal),
    )
    audience, hidden = event.body.audience(), ledger.personal_digest(salt, text)
    head["seq"] += 1
    row: dict[str, Any] = {
        "deal_id": event.deal_id,
        "seq": head["seq"],
        "kind": event.body.kind,
        "audience": audience,
        "actor": event.actor,
        "at": now,
        "body": stored,
        "personal": text,
        "personal_digest": hidden,
        "salt": salt,
        "key": event.key,
    }
    for party in ("buyer", "seller"):
        number, digest = f"{party}_seq", f"{party}_digest"
        if audience not in ("table", party):
            row[number] = row[digest] = None
            continue
        head[number] += 1
        link = ledger.Link(
            deal=event.deal_id,
            seq=head[number],
            at=now,
            actor=event.actor,
            body=msgspec.Raw(stored),
            personal=hidden,
            salt=salt.hex(),
        )
        head[digest] = ledger.chain(head[digest], link)
        row[number], row[digest] = head[number], head[digest]
    if audience != "buyer":
        # The seller's inbox goes by it: what the buyers keep to themselves moves nothing there.
        head["last_event_at"] = now
    match waiting(event.body, event.actor):
        case "begins":
            head["buyer_waits_since"] = head["buyer_waits_since"] or now
        case "ends":
            head["buyer_waits_since"] = None
        case "lifts" if head["buyer_waits_since"] == now:
            head["buyer_waits_since"] = None
    return row
