"""The seller's own house: its name, its reps, their sessions, and who receives what an order becomes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select

from portal.access import Rep
from portal.domain.deal import roles
from portal.domain.order.formats import FORMATS, WRITTEN
from portal.reading.operator import reminders
from portal.storage import tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class Colleague:
    """A rep as others see them."""

    id: str
    name: str
    email: str
    role: str
    active: bool

    @property
    def has_limits(self) -> bool:
        """Whether guard rails limit what they publish."""
        return self.active and not roles.may(self.role, "publish_beyond_limits")


@dataclass(frozen=True, kw_only=True)
class OpenSession:
    """A browser in which somebody of the seller's is signed in. `current`: the one that asks."""

    id: str
    rep: str
    email: str
    created_at: datetime
    expires_at: datetime
    agent: str
    address: str
    current: bool


@dataclass(frozen=True, kw_only=True)
class Receiver:
    """Where operations, accounting or analysis get their part; a webhook's secret is never read again."""

    id: str
    kind: str
    transport: str
    target: str
    format: str
    active: bool


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What the page of settings shows to `rep`."""

    seller_name: str
    hue: int
    colleagues: tuple[Colleague, ...]
    sessions: tuple[OpenSession, ...]
    receivers: tuple[Receiver, ...]
    # How long a buyer may wait, and whether `rep` is reminded of those who wait longer.
    goal_hours: int
    reminded: bool
    # Names and labels of the formats that receivers can have.
    formats: tuple[tuple[str, str], ...] = tuple((name, FORMATS[name].label) for name in WRITTEN)


def load(transaction: Transaction, rep: Rep, session_id: str) -> Installation:
    """Reps see their own sessions, managers and admins everybody's."""
    seller = transaction.connection.execute(
        select(tables.installation.c.seller_name, tables.installation.c.hue)
    ).first()
    return Installation(
        seller_name=seller.seller_name if seller else "",
        hue=seller.hue if seller else 255,
        colleagues=colleagues(transaction),
        sessions=_sessions(transaction, rep, session_id),
        receivers=tuple(Receiver(**row) for row in _receivers(transaction)),
        goal_hours=reminders.response_goal(transaction) // timedelta(hours=1),
        reminded="waiting" not in reminders.switched_off(transaction, f"rep:{rep.id}"),
    )


def colleagues(transaction: Transaction) -> tuple[Colleague, ...]:
    """Every rep, by name."""
    rep = tables.rep
    rows = transaction.connection.execute(
        select(rep.c.id, rep.c.name, rep.c.email, rep.c.role, rep.c.active).order_by(rep.c.name, rep.c.email)
    )
    return tuple(Colleague(**row) for row in rows.mappings())


def _sessions(transaction: Transaction, rep: Rep, session_id: str) -> tuple[OpenSession, ...]:
    session, owner = tables.session, tables.rep
    query = (
        select(session, owner.c.name.label("rep"), owner.c.email)
        .join(owner, owner.c.id == session.c.rep_id)
        .where(session.c.revoked_at.is_(None), session.c.expires_at > transaction.now)
        .order_by(owner.c.name, session.c.created_at.desc())
    )
    if not roles.may(rep.role, "end_sessions"):
        query = query.where(owner.c.id == rep.id)
    return tuple(
        OpenSession(
            id=row.id,
            rep=row.rep,
            email=row.email,
            created_at=row.created_at,
            expires_at=row.expires_at,
            agent=row.agent,
            address=row.address,
            current=row.id == session_id,
        )
        for row in transaction.connection.execute(query)
    )


def _receivers(transaction: Transaction) -> Sequence[Any]:
    receiver = tables.receiver
    columns = (receiver.c.id, receiver.c.kind, receiver.c.transport, receiver.c.target, receiver.c.format)
    query = select(*columns, receiver.c.active).order_by(receiver.c.kind, receiver.c.target)
    return transaction.connection.execute(query).mappings().all()
