"""What happened last in a deal, as one line of the inbox says it."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, func, select

from portal.domain.change.change import Change
from portal.domain.change.effect import effect_of
from portal.domain.change.items import find_line_or_term
from portal.domain.ledger import event_kinds, ledger, shared_events
from portal.domain.ledger.event_body import Body
from portal.domain.offer.revision import Revision
from portal.errors import Invalid
from portal.storage import documents, tables
from portal.storage.session import Transaction

LONGEST_TEXT = 200

# The seller's own notes and housekeeping are found on the deal.
_SHOWN = event_kinds.names(lambda kind: kind.in_inbox)


@dataclass(frozen=True, kw_only=True)
class LastEvent:
    """`by_buyer` and `who` say whose it was. `subject` names the line or term that a comment (`text`) is on; `gap` is what a
    counteroffer takes off the contract's net; `people` counts those who have opened the page."""

    kind: str
    at: datetime
    who: str
    by_buyer: bool
    fact: Body
    subject: str = ""
    text: str = ""
    gap: Decimal | None = None
    people: int = 0


def last_events(
    transaction: Transaction, deals: Sequence[str], asking: Collection[str]
) -> dict[str, LastEvent]:
    """The newest event worth telling of each deal, by deal id; a deal without one is left out.

    Who only looks does not hide what somebody of theirs has asked or said before.
    Where an ask is open (`asking`) and the seller has only talked since, the ask is still what there is to tell.
    """
    kind = tables.event.c.kind
    found = {row.deal_id: row for row in _newest(transaction, deals, kind.in_(_SHOWN))}
    seen = [deal for deal, row in found.items() if row.kind == "viewed"]
    before = _newest(transaction, seen, and_(kind.in_(_SHOWN), kind != "viewed"))
    found |= {row.deal_id: row for row in before if ledger.by_buyer(row.actor)}
    talked = [deal for deal in asking if deal in found and not ledger.by_buyer(found[deal].actor)]
    found |= {row.deal_id: row for row in _newest(transaction, talked, tables.kind_is("counteroffer"))}
    rows = list(found.values())
    names = _names(transaction, {row.actor for row in rows})
    offers = _offers(transaction, [row.deal_id for row in rows if row.kind in ("message", "counteroffer")])
    people = _viewers(transaction, [row.deal_id for row in rows if row.kind == "viewed"])
    return {
        row.deal_id: _last_event(row, names, offers.get(row.deal_id), people[row.deal_id]) for row in rows
    }


def _newest(transaction: Transaction, deals: Sequence[str], such: ColumnElement[bool]) -> Sequence[Any]:
    event, deal, last = tables.event, tables.deal, tables.event.alias()
    # Of each deal from its end backwards: an inbox of long deals must not read them.
    newest = (
        select(event.c.seq)
        .where(event.c.deal_id == deal.c.id, such)
        .order_by(event.c.seq.desc())
        .limit(1)
        .correlate(deal)
        .scalar_subquery()
    )
    query = (
        select(last.c.deal_id, last.c.kind, last.c.actor, last.c.at, last.c.body, last.c.personal)
        .select_from(deal)
        .join(last, (last.c.deal_id == deal.c.id) & (last.c.seq == newest))
        .where(deal.c.id.in_(deals))
    )
    return transaction.connection.execute(query).all()


def _names(transaction: Transaction, actors: set[str]) -> dict[str, str]:
    """Names by actor ("contact:ID", "rep:ID"); a "system:NAME" has none."""
    names: dict[str, str] = {}
    for prefix, people in (("contact:", tables.contact), ("rep:", tables.rep)):
        ids = [actor.removeprefix(prefix) for actor in actors if actor.startswith(prefix)]
        found = transaction.connection.execute(select(people.c.id, people.c.name).where(people.c.id.in_(ids)))
        names |= {f"{prefix}{row.id}": row.name for row in found}
    return names


def _offers(transaction: Transaction, deals: Sequence[str]) -> dict[str, Revision]:
    """The current revision of each deal that has one."""
    heads = select(tables.deal.c.id, tables.deal.c.revision).where(
        tables.deal.c.id.in_(deals), tables.deal.c.revision > 0
    )
    found = transaction.connection.execute(heads).all()
    return {head.id: documents.read_revision(transaction, head.id, head.revision) for head in found}


def _viewers(transaction: Transaction, deals: Sequence[str]) -> Counter[str]:
    """How many people have opened each deal."""
    event = tables.event
    counted = transaction.connection.execute(
        select(event.c.deal_id, func.count(event.c.actor.distinct()))
        .where(event.c.deal_id.in_(deals), tables.kind_is("viewed"))
        .group_by(event.c.deal_id)
    )
    return Counter({row[0]: row[1] for row in counted})


def _last_event(row: Any, names: dict[str, str], current: Revision | None, people: int) -> LastEvent:
    fact = ledger.decode_body(row.body)
    last = LastEvent(
        kind=row.kind,
        at=row.at,
        who=names.get(row.actor, ""),
        by_buyer=ledger.by_buyer(row.actor),
        fact=fact,
        people=people,
    )
    match fact:
        case shared_events.MessagePosted(anchor=anchor):
            text = ledger.decode_personal(row.personal).body[:LONGEST_TEXT]
            item = find_line_or_term(current.offer, anchor) if current and anchor else None
            return replace(last, text=text, subject=item.name if item else "")
        case shared_events.CounterofferMade(changes=changes):
            return replace(last, gap=_gap(current, changes))
    return last


def _gap(current: Revision | None, changes: Sequence[Change]) -> Decimal | None:
    """What the changes do to the contract's net value; None when they no longer fit the current revision."""
    if current is None:
        return None
    try:
        return effect_of(current.offer, changes).gap
    except Invalid:
        return None
