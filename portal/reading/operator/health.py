"""What the outbox and the database tell an operator, and who may ask; no deal is named."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import func, select

from portal.access import token_hash
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


def knows(transaction: Transaction, token: str) -> bool:
    """Whether this is a living token of the API (`portal token new`)."""
    known = tables.api_token
    mine = (known.c.token_hash == token_hash(token), known.c.revoked_at.is_(None))
    return transaction.connection.execute(select(known.c.id).where(*mine)).first() is not None
