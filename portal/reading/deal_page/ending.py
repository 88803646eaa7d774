"""How a deal ended: the order that acceptance created, or who closed it and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.access import Deal
from portal.domain.ledger import ledger, shared_events
from portal.reading.deal_page.people import Person
from portal.storage import tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class Placed:
    """The order that acceptance made; `total` is the contract's, with tax."""

    number: str
    revision: int
    total: Decimal
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a deal that is not open came to be so; `reason` is what the person wrote."""

    at: datetime
    who: Person
    reason: str


def load_endings(transaction: Transaction, deal: Deal) -> dict[str, Any]:
    """The newest event of each kind that closes a deal or asks for more time, by kind."""
    event = tables.event
    kinds = ("declined", "withdrawn", "expired", "more_time_asked")
    rows = transaction.connection.execute(
        select(event).where(event.c.deal_id == deal.id, tables.kind_is(*kinds))
    )
    return {row.kind: row for row in tables.sort_by_seq(rows)}


def ending_of(row: Any, known: Mapping[str, Person]) -> Ending | None:
    if row is None:
        return None
    return Ending(at=row.at, who=known[row.actor], reason=ledger.decode_personal(row.personal).reason)


def order_of(transaction: Transaction, deal: Deal) -> Placed | None:
    if deal.state != "accepted":
        return None
    order, event = tables.order, tables.event
    row = transaction.connection.execute(select(order).where(order.c.deal_id == deal.id)).first()
    accepted = transaction.connection.execute(
        select(event.c.at, event.c.body, event.c.personal).where(
            event.c.deal_id == deal.id, tables.kind_is("accepted")
        )
    ).first()
    if row is None or accepted is None:
        return None
    fact = ledger.decode_body(accepted.body)
    assert isinstance(fact, shared_events.Accepted)
    return Placed(
        number=row.number,
        revision=row.revision,
        total=Decimal(fact.total),
        by=ledger.decode_personal(accepted.personal).name,
        at=accepted.at,
    )
