"""What the outbox and the database tell an operator; no deal is named."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from portal.storage import tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class OutboxHealth:
    """Deliveries that wait, how long the oldest has been due, and those that were given up."""

    waiting: int
    failed: int
    oldest: timedelta


def outbox(transaction: Transaction) -> OutboxHealth:
    box = tables.outbox
    counts = {
        row.state: row
        for row in transaction.connection.execute(
            select(
                box.c.state,
                func.count().label("how_many"),
                func.min(box.c.next_at, type_=box.c.next_at.type).label("first"),
            )
            .where(box.c.state.in_(("waiting", "failed")))
            .group_by(box.c.state)
        )
    }
    waiting, failed = counts.get("waiting"), counts.get("failed")
    overdue = transaction.now - waiting.first if waiting else timedelta(0)
    return OutboxHealth(
        waiting=waiting.how_many if waiting else 0,
        failed=failed.how_many if failed else 0,
        oldest=max(overdue, timedelta(0)),
    )
