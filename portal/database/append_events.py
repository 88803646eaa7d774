"""Events onto ledgers: their numbers, their place in each party's chain, and what they do to a buyer's wait.

Many at once cost little more than one: a head is read and written once per deal, however many events it takes on.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, select

from portal.database.ledger_sql import HEAD, insert_events, move_heads
from portal.domain.ledger import event_body, ledger
from portal.domain.ledger.event_kinds import KINDS
from portal.domain.ledger.response_time import turn_effect
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page import turn
from portal.storage import tables
from portal.storage.session import Transaction

SALT = 16
_READ = tuple(name for name in StoredEvent._fields if name != "head")


class New(msgspec.Struct, frozen=True, kw_only=True):
    """An event to append; the deal must be locked. `key` makes it once for its author and kind."""

    deal_id: str
    actor: str
    body: event_body.Body
    personal: ledger.Personal | None = None
    key: str | None = None


_deal = tables.deal.c
_HEADS = select(*(_deal[name] for name in HEAD), _deal.id, *turn.HEAD).where(
    _deal.id.in_(bindparam("deals", expanding=True))
)


def append_events(work: Transaction, events: Sequence[New]) -> list[StoredEvent]:
    """Append in the order given; the chain of each party that may read an event goes on with it.

    They come back as a reader would find them, a message with where its deal then stands.
    """
    ids = list(dict.fromkeys(event.deal_id for event in events))
    deals = {deal.id: deal for deal in work.connection.execute(_HEADS, {"deals": ids})}
    heads = {deal_id: dict(zip(HEAD, deal, strict=False)) for deal_id, deal in deals.items()}
    rows, found = [], []
    for event in events:
        deal, head = deals[event.deal_id], heads[event.deal_id]
        row = _row(event, head, work.now)
        rows.append(row)
        stands = turn.head(deal, head["buyer_waits_since"], work.now) if row["kind"] == "message" else None
        found.append(StoredEvent._make([*map(row.__getitem__, _READ), stands]))
    insert_events(work.connection, rows)
    move_heads(work.connection, [{**head, "deal": deal_id} for deal_id, head in heads.items()])
    return found


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
    if KINDS[event.body.kind].moves_inbox:
        head["last_event_at"] = now
    match turn_effect(event.body, event.actor):
        case "begins":
            head["buyer_waits_since"] = head["buyer_waits_since"] or now
        case "ends":
            head["buyer_waits_since"] = None
        case "lifts" if head["buyer_waits_since"] == now:
            head["buyer_waits_since"] = None
    return row
