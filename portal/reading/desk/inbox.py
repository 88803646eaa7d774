"""The rep's inbox: a row per deal, whoever has waited longest first.

Nothing of a revision's private document is read here. Rows come by page and by socket from the same two functions, so
that a row that arrives later looks like one that was there from the start.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, Select, func, select

from portal.domain.deal import lifecycle
from portal.domain.deal.reminders import DEFAULT_GOAL
from portal.domain.offer import money, totals
from portal.reading.desk.inbox_queries import count_closed, is_going, is_within_reach, matches
from portal.reading.desk.inbox_row import CLOSING, HOUR, InboxRow, View
from portal.reading.desk.last_event import LastEvent, last_events
from portal.storage import documents, tables
from portal.storage.session import Transaction

# What is closed only grows; older deals are found by searching.
MOST_CLOSED = 100


@dataclass(frozen=True, kw_only=True)
class Inbox:
    """One view's rows, and how many each tab has (`more`: closed deals beyond the newest hundred)."""

    view: View
    rows: tuple[InboxRow, ...]
    counts: Mapping[str, int]
    more: bool


def load(transaction: Transaction, view: View) -> Inbox:
    """The inbox as one rep looks at it."""
    everything = _rows(transaction, view)
    per_tab = Counter[str](row.tab for row in everything)
    closed = count_closed(transaction, view)
    counts = {
        "all": per_tab["needs"] + per_tab["waiting"] + closed["over"],
        "needs": per_tab["needs"],
        "waiting": per_tab["waiting"],
        "closing": sum(row.closing for row in everything),
        "won": closed["won"],
        "lost": closed["lost"],
    }
    shown = [row for row in everything if row.within(view)]
    return Inbox(view=view, rows=tuple(shown), counts=counts, more=closed["over"] > MOST_CLOSED)


def rows(transaction: Transaction, view: View) -> tuple[InboxRow, ...]:
    """The rows of a view, in their order."""
    return load(transaction, view).rows


def row(transaction: Transaction, deal_id: str, view: View) -> InboxRow | None:
    """One deal's row; None when there is no such deal or the view does not show it."""
    found = _read(transaction, _heads().where(tables.deal.c.id == deal_id))
    return found[0] if found and found[0].within(view) else None


def needing(transaction: Transaction, rep_id: str) -> int:
    """How many deals of the rep, or of nobody, wait for the seller."""
    view = View(rep_id=rep_id, whose="mine")
    heads = transaction.connection.execute(_heads().where(is_within_reach(view), is_going())).all()
    return sum(_row(head, None, transaction.now).tab == "needs" for head in heads)


def _rows(transaction: Transaction, view: View) -> list[InboxRow]:
    heads, newest = _heads().where(is_within_reach(view)), tables.deal.c.last_event_at.desc()
    closed = heads.where(~is_going(), matches(view)).order_by(newest).limit(MOST_CLOSED)
    found = [*_read(transaction, heads.where(is_going())), *_read(transaction, closed)]
    return sorted(found, key=lambda each: (each.order, each.number))


def _heads() -> Select[Any]:
    """The columns of a row, with what is open beside the deal."""
    deal, ask, approval, revision = tables.deal, tables.counteroffer, tables.approval, tables.revision
    asks = (
        select(ask.c.deal_id, func.count().label("asks"), func.min(ask.c.made_at).label("asked_at"))
        .where(ask.c.state == "open")
        .group_by(ask.c.deal_id)
        .subquery()
    )
    waits = select(approval.c.id).where(approval.c.deal_id == deal.c.id, approval.c.state == "waiting")
    return (
        select(
            deal,
            tables.rep.c.name.label("owner"),
            asks.c.asks,
            asks.c.asked_at,
            revision.c.published_at,
            waits.exists().label("approval"),
            select(tables.installation.c.response_goal).limit(1).scalar_subquery().label("goal"),
        )
        .outerjoin(tables.rep, tables.rep.c.id == deal.c.owner_id)
        .outerjoin(revision, (revision.c.deal_id == deal.c.id) & (revision.c.number == deal.c.revision))
        .outerjoin(asks, asks.c.deal_id == deal.c.id)
    )


def _read(transaction: Transaction, heads: Select[Any]) -> list[InboxRow]:
    found = transaction.connection.execute(heads).all()
    asking = {head.id for head in found if head.asks}
    last = last_events(transaction, [head.id for head in found], asking)
    rows = (_row(head, last.get(head.id), transaction.now) for head in found)
    return [replace(row, value=_drafted(transaction, row)) if row.state == "draft" else row for row in rows]


def _drafted(transaction: Transaction, row: InboxRow) -> Decimal:
    return totals.totals(documents.read_draft(transaction, row.deal_id)).contract.net


def _since(turn: str, waits: Sequence[datetime], head: Row[Any]) -> datetime:
    """When that was asked which whoever's turn it is has not answered: of buyers, the offer. Else when it moved last."""
    if turn == "seller" and waits:
        return min(waits)
    if turn == "buyer" and head.published_at is not None:
        published: datetime = head.published_at
        return published
    moved: datetime = head.last_event_at
    return moved


def _row(head: Row[Any], last: LastEvent | None, now: datetime) -> InboxRow:
    state = lifecycle.effective_state(head.state, head.valid_until, now)
    asks = head.asks or 0
    turn = lifecycle.awaiting(state, open_counteroffers=asks, buyer_waits=head.buyer_waits_since is not None)
    waits = [at for at in (head.buyer_waits_since, head.asked_at) if at is not None]
    goal = DEFAULT_GOAL if head.goal is None else timedelta(minutes=head.goal)
    waited = now - min(waits) if waits and turn == "seller" else timedelta(0)
    return InboxRow(
        deal_id=head.id,
        number=head.number,
        title=head.title,
        company=head.company,
        state=state,
        turn=turn,
        revision=head.revision,
        currency=head.currency,
        value=money.from_minor(head.contract_net, head.currency),
        owner_id=head.owner_id,
        owner=head.owner or "",
        since=_since(turn, waits, head),
        valid_until=head.valid_until,
        closing=state == "open" and head.valid_until - now <= CLOSING,
        asks=asks,
        approval=bool(head.approval),
        last=last,
        goal_hours=goal // HOUR,
        late_hours=max(1, (waited - goal) // HOUR) if waited > goal else 0,
    )
