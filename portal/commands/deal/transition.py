"""The one function that moves a deal's state, and what every closing move does to what was still open."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, select, update

from portal.access import Deal
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal import lifecycle
from portal.domain.deal.lifecycle import Verb
from portal.domain.ledger import shared_events
from portal.storage import tables


def move(
    work: UnitOfWork, deal: Deal, verb: Verb, *, only_if: Sequence[ColumnElement[bool]] = (), **columns: Any
) -> bool:
    """Store the state that `verb` leads to, together with `columns`, in one UPDATE; False when `only_if` does not hold.

    NotAllowed, naming both, when the verb leads nowhere from the deal's state.
    """
    state = lifecycle.move(deal.state, verb)
    moved = work.connection.execute(
        update(tables.deal).where(tables.deal.c.id == deal.id, *only_if).values(state=state, **columns)
    )
    return moved.rowcount == 1


def close_asks(work: UnitOfWork, deal: Deal, because: str) -> None:
    """End open counteroffers and waiting approvals with the deal, and say so in the ledger."""
    asks, approvals = tables.counteroffer, tables.approval
    waiting = (asks.c.deal_id == deal.id, asks.c.state == "open")
    ids = tuple(
        work.connection.execute(select(asks.c.id).where(*waiting).order_by(asks.c.event_seq)).scalars()
    )
    if ids:
        work.connection.execute(update(asks).where(*waiting).values(state="closed"))
        work.append(
            deal.id, deal.actor, shared_events.CounteroffersClosed(counteroffers=ids, because=because)
        )
    work.connection.execute(
        update(approvals)
        .where(approvals.c.deal_id == deal.id, approvals.c.state == "waiting")
        .values(state="overtaken", decided_at=work.now)
    )
