"""Take deliveries out of the outbox for a while, so that no other worker delivers them too.

A lease that is not renewed runs out, and what a dead worker left is taken up by another. The number of the attempt
tells a worker that was thought dead from the one that took over.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec
from sqlalchemy import select, update

from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.reading.operator.deliveries import is_due
from portal.storage import tables

LEASE = timedelta(seconds=60)


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the outbox with what its delivery needs. `id` is the same over all attempts, `at` is this one's time.

    A hand-off has a receiver (`target`, `format`, `secret`) and its part of the order (`kind`, `document`); a mail has
    neither.
    """

    id: str
    transport: str
    attempt: int
    at: datetime
    deal_id: str | None
    payload: bytes
    target: str = ""
    format: str = ""
    secret: str = ""
    kind: str = ""
    document: bytes = b""


class Leased(msgspec.Struct, frozen=True, kw_only=True):
    deliveries: tuple[Delivery, ...]


class Renewed(msgspec.Struct, frozen=True, kw_only=True):
    """False when the lease had run out and the delivery is somebody else's now."""

    held: bool


@command("lease_deliveries")
def lease_deliveries(work: UnitOfWork, *, transports: Sequence[str], limit: int = 1) -> Leased:
    """The deliveries that are due, oldest first, leased for 60 s from now; attempts count up."""
    outbox = tables.outbox
    # SQLite has one writer and no FOR UPDATE; SQLAlchemy leaves it out there.
    ids = work.connection.scalars(
        select(outbox.c.id)
        .where(is_due(work, transports))
        .order_by(outbox.c.next_at, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    ).all()
    if not ids:
        return Leased(deliveries=())
    work.connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids))
        .values(leased_until=work.now + LEASE, attempts=outbox.c.attempts + 1)
    )
    receiver, part = tables.receiver, tables.work_order
    rows = work.connection.execute(
        select(outbox, receiver.c.target, receiver.c.format, receiver.c.secret, part.c.kind, part.c.document)
        .select_from(outbox)
        .outerjoin(receiver, receiver.c.id == outbox.c.receiver_id)
        .outerjoin(part, part.c.id == outbox.c.work_order_id)
        .where(outbox.c.id.in_(ids))
        .order_by(outbox.c.next_at, outbox.c.id)
    )
    return Leased(
        deliveries=tuple(
            Delivery(
                id=row.id,
                transport=row.transport,
                attempt=row.attempts,
                at=work.now,
                deal_id=row.deal_id,
                payload=row.payload,
                target=row.target or "",
                format=row.format or "",
                secret=row.secret or "",
                kind=row.kind or "",
                document=row.document or b"",
            )
            for row in rows
        )
    )


@command("lease_deliveries.renew_lease")
def renew_lease(work: UnitOfWork, delivery_id: str, attempt: int) -> Renewed:
    """Another 60 s for a delivery that takes its time."""
    outbox = tables.outbox
    renewed = work.connection.execute(
        update(outbox)
        .where(outbox.c.id == delivery_id, outbox.c.attempts == attempt, outbox.c.state == "waiting")
        .values(leased_until=work.now + LEASE)
    )
    return Renewed(held=renewed.rowcount == 1)


@command("lease_deliveries.give_back")
def give_back(work: UnitOfWork, delivery_id: str, attempt: int) -> Renewed:
    """What a worker that has to end cannot finish: due again at once, for whoever is there."""
    outbox = tables.outbox
    mine = (outbox.c.id == delivery_id, outbox.c.attempts == attempt, outbox.c.state == "waiting")
    given = work.connection.execute(update(outbox).where(*mine).values(leased_until=None))
    return Renewed(held=given.rowcount == 1)
