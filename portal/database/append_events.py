"""Append events to ledgers: their numbers, their link in each party's chain, and their effect on the buyer's waiting time.

A deal's head is read and written once for all of its events, so that many cost little more than one.
"""

import os
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, func, select

from portal.database.ledger_sql import HEAD, insert_events, move_heads
from portal.domain.ledger import event_body, ledger
from portal.domain.ledger.event_kinds import KINDS, names
from portal.domain.ledger.response_time import turn_effect
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page import turn
from portal.storage import tables
from portal.storage.session import Transaction

SALT = 16
# What begins a wait and has no row of its own that says whether it is open still.
_QUESTIONS = names(lambda kind: kind.by_buyer == "begins" and kind.name != "counteroffer")
_READ = tuple(name for name in StoredEvent._fields if name != "head")


class NewEvent(msgspec.Struct, frozen=True, kw_only=True):
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


def append_events(work: Transaction, events: Sequence[NewEvent]) -> list[StoredEvent]:
    """Append events in the given order, each to the chain of every party that may read it.

    Returns them as a reader would find them; a message comes with the head of its deal after it.
    """
    ids = list(dict.fromkeys(event.deal_id for event in events))
    deals = {deal.id: deal for deal in work.connection.execute(_HEADS, {"deals": ids})}
    heads = {deal_id: dict(zip(HEAD, deal, strict=False)) for deal_id, deal in deals.items()}
    rows, found = [], []
    for event in events:
        deal, head = deals[event.deal_id], heads[event.deal_id]
        row = _row(work, event, head)
        rows.append(row)
        stands = turn.head(deal, head["buyer_waits_since"], work.now) if row["kind"] == "message" else None
        found.append(StoredEvent._make([*map(row.__getitem__, _READ), stands]))
    insert_events(work.connection, rows)
    move_heads(work.connection, [{**head, "deal": deal_id} for deal_id, head in heads.items()])
    return found


def _row(work: Transaction, event: NewEvent, head: dict[str, Any]) -> dict[str, Any]:
    """Return the event's row, and move its deal's head on."""
    now, salt, personal = work.now, os.urandom(SALT), ledger.encode_personal(event.personal)
    head["seq"] += 1
    row: dict[str, Any] = {
        "deal_id": event.deal_id,
        "seq": head["seq"],
        "kind": event.body.kind,
        "audience": event.body.audience(),
        "actor": event.actor,
        "at": now,
        "body": ledger.encode_body(event.body),
        "personal": personal,
        "personal_digest": ledger.personal_digest(salt, personal),
        "salt": salt,
        "key": event.key,
    }
    for party in ("buyer", "seller"):
        _link(row, head, party)
    if KINDS[event.body.kind].moves_inbox:
        head["last_event_at"] = now
    match turn_effect(event.body, event.actor):
        case "begins":
            head["buyer_waits_since"] = head["buyer_waits_since"] or now
        case "ends":
            head["buyer_waits_since"] = None
        case "lifts" if head["buyer_waits_since"] == now:
            head["buyer_waits_since"] = None
        case "withdraws":
            head["buyer_waits_since"] = _first_unanswered(work, event.deal_id, head["buyer_waits_since"])
        case "replaces":
            head["buyer_waits_since"] = (
                _first_unanswered(work, event.deal_id, head["buyer_waits_since"]) or now
            )
    return row


def _first_unanswered(work: Transaction, deal_id: str, since: datetime | None) -> datetime | None:
    """When the first ask or question was made that waits for an answer, of those from `since` on."""
    if since is None:
        return None
    ask, event = tables.counteroffer.c, tables.event.c
    asked = select(func.min(ask.made_at, type_=ask.made_at.type)).where(
        ask.deal_id == deal_id, ask.state == "open", ask.made_at >= since
    )
    said = select(func.min(event.at, type_=event.at.type)).where(
        event.deal_id == deal_id,
        event.kind.in_(_QUESTIONS),
        event.actor.startswith("contact:"),
        event.at >= since,
    )
    found = (work.connection.execute(query).scalar() for query in (asked, said))
    return min((at for at in found if at is not None), default=None)


def _link(row: dict[str, Any], head: dict[str, Any], party: str) -> None:
    """Give the row its number and digest in a party's chain; None where the party may not read it."""
    number, digest = f"{party}_seq", f"{party}_digest"
    if row["audience"] not in ("table", party):
        row[number] = row[digest] = None
        return
    head[number] += 1
    link = ledger.Link(
        deal=row["deal_id"],
        seq=head[number],
        at=row["at"],
        actor=row["actor"],
        body=msgspec.Raw(row["body"]),
        personal=row["personal_digest"],
        salt=row["salt"].hex(),
    )
    head[digest] = ledger.chain(head[digest], link)
    row[number], row[digest] = head[number], head[digest]
