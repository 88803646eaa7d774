"""Deliver once more: what failed, what waits for its next attempt, and a hand-off that arrived but got lost there."""

import msgspec
from sqlalchemy import or_, select, update

from portal import access
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.errors import Conflict, NotFound
from portal.storage import tables


class Retried(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    state: str


@command("retry_delivery")
def retry_delivery(work: UnitOfWork, actor: access.Actor, delivery_id: str) -> Retried:
    """Due at once, with ten attempts before it and the same id, by which a receiver knows what it has already.

    NotFound for a buyer or an unknown id; Conflict while a worker is at it, and for a mail that was sent or cancelled.
    """
    access.require(work, actor, "retry_hand_offs")
    outbox = tables.outbox
    row = work.connection.execute(
        select(outbox.c.transport, outbox.c.state, outbox.c.leased_until).where(outbox.c.id == delivery_id)
    ).first()
    if row is None:
        raise NotFound("There is no such delivery.")
    if row.state == "cancelled":
        raise Conflict("This mail was cancelled, and its link is not kept. Issue a new link instead.")
    if row.transport == "mail" and row.state == "sent":
        raise Conflict("This mail was sent, and its link is not kept. Issue a new link instead.")
    at_rest = or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= work.now)
    retried = work.connection.execute(
        update(outbox)
        .where(outbox.c.id == delivery_id, at_rest)
        .values(state="waiting", attempts=0, next_at=work.now, leased_until=None, done_at=None, error="")
    )
    if not retried.rowcount:
        raise Conflict("This delivery is on its way just now. Look again in a minute.")
    return Retried(id=delivery_id, state="waiting")
