"""The outbox as people and workers see it: what was handed off to whom, what waits, what failed and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

import msgspec
from sqlalchemy import ColumnElement, Row, and_, false, or_, select

from portal import access
from portal.domain.deal.mail import Mail
from portal.storage import stored_sentences, tables
from portal.storage.session import Transaction

MOST = 500


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One row of the list of hand-offs. `to` is a folder, a webhook's host or a mail address.

    `state` is waiting, sent, failed or (a mail) cancelled; a waiting one with `busy` is on its way just now, else it is
    tried at `next_at`.
    """

    id: str
    what: str
    order: str
    deal_id: str | None
    company: str
    transport: str
    to: str
    state: str
    busy: bool
    attempts: int
    created_at: datetime
    next_at: datetime
    done_at: datetime | None
    error: str

    @property
    def can_retry(self) -> bool:
        return not self.busy and not (self.transport == "mail" and self.state in ("sent", "cancelled"))


def deliveries(
    transaction: Transaction, actor: access.Actor, *, state: str = "", mail: bool = False, limit: int = MOST
) -> tuple[Delivery, ...]:
    """Hand-offs, failed ones first, then the newest; mails too when `mail`. NotFound for a buyer."""
    access.require(transaction, actor, "see_hand_offs")
    outbox, receiver, part = tables.outbox, tables.receiver, tables.work_order
    query = (
        select(
            outbox,
            receiver.c.target,
            part.c.kind,
            part.c.fulfilment,
            tables.order.c.number,
            tables.deal.c.company,
        )
        .select_from(outbox)
        .outerjoin(receiver, receiver.c.id == outbox.c.receiver_id)
        .outerjoin(part, part.c.id == outbox.c.work_order_id)
        .outerjoin(tables.order, tables.order.c.id == part.c.order_id)
        .outerjoin(tables.deal, tables.deal.c.id == outbox.c.deal_id)
        .order_by(outbox.c.state != "failed", outbox.c.created_at.desc(), outbox.c.id)
        .limit(limit)
    )
    if not mail:
        query = query.where(outbox.c.transport != "mail")
    if state:
        query = query.where(outbox.c.state == state)
    return tuple(_delivery(row, transaction.now) for row in transaction.connection.execute(query))


def is_due(transaction: Transaction, transports: Sequence[str]) -> ColumnElement[bool]:
    """Waiting, its time has come, nobody is at it, and its receiver is not switched off."""
    outbox, receiver = tables.outbox, tables.receiver
    off = select(receiver.c.id).where(receiver.c.active == false())
    return and_(
        outbox.c.state == "waiting",
        outbox.c.transport.in_(transports),
        outbox.c.next_at <= transaction.now,
        or_(outbox.c.leased_until.is_(None), outbox.c.leased_until <= transaction.now),
        or_(outbox.c.receiver_id.is_(None), outbox.c.receiver_id.not_in(off)),
    )


def anything_due(transaction: Transaction, transports: Sequence[str]) -> bool:
    query = select(tables.outbox.c.id).where(is_due(transaction, transports)).limit(1)
    return transaction.connection.execute(query).first() is not None


def _delivery(row: Row[Any], now: datetime) -> Delivery:
    letter = msgspec.json.decode(row.payload, type=Mail) if row.transport == "mail" else None
    return Delivery(
        id=row.id,
        what=letter.template if letter else row.fulfilment or row.kind,
        order=row.number or "",
        deal_id=row.deal_id,
        company=row.company or "",
        transport=row.transport,
        to=letter.to_email if letter else _shown(row.transport, row.target),
        state=row.state,
        busy=row.state == "waiting" and row.leased_until is not None and row.leased_until > now,
        attempts=row.attempts,
        created_at=row.created_at,
        next_at=row.next_at,
        done_at=row.done_at,
        error=stored_sentences.from_text(row.error),
    )


def _shown(transport: str, target: str) -> str:
    """A webhook's path may be a secret of the receiver's."""
    return urlsplit(target).netloc if transport == "webhook" else target
