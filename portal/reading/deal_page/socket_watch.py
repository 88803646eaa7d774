"""What one process watches for all its sockets at once: how far their deals have got, and whose sessions may go on."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, select

from portal.reading.deal_page import event_stream
from portal.reading.deal_page.event_stream import StreamHead
from portal.storage import tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class SessionRights:
    """Which sessions live, and the role each has: buyers per (session, deal), reps per session."""

    sessions: frozenset[str]
    grants: Mapping[tuple[str, str], str]
    reps: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Observed:
    """What has changed for the sockets of a process: `heads` of deals beyond what it knew, `rights` of its sessions,
    and `moved`, every deal with an event since an instant."""

    epoch: str
    heads: Sequence[StreamHead]
    rights: SessionRights
    moved: Mapping[str, int]


def observe(
    transaction: Transaction,
    *,
    known: Mapping[str, int],
    buyers: Iterable[str],
    reps: Iterable[str],
    moved_within: timedelta | None,
) -> Observed:
    """Read everything a process watches: deals with their known `seq`, and sessions."""
    return Observed(
        epoch=event_stream.epoch(transaction),
        heads=event_stream.heads(transaction, known),
        rights=session_rights(transaction, buyers, reps),
        moved={} if moved_within is None else _moved_since(transaction, transaction.now - moved_within),
    )


def session_rights(transaction: Transaction, buyers: Iterable[str], reps: Iterable[str]) -> SessionRights:
    """What these sessions (of buyers and of reps) may still do, at the transaction's instant."""
    grants: dict[tuple[str, str], str] = {}
    roles: dict[str, str] = {}
    sessions: set[str] = set()
    for part in event_stream.chunks(buyers):
        sessions |= {row.id for row in transaction.connection.execute(_living(transaction, part))}
        found = transaction.connection.execute(_granted(transaction, part))
        grants |= {(row.session_id, row.deal_id): row.role for row in found}
    for part in event_stream.chunks(reps):
        query = _living(transaction, part).add_columns(tables.rep.c.role)
        query = query.join(tables.rep, tables.rep.c.id == tables.session.c.rep_id).where(tables.rep.c.active)
        roles |= {row.id: row.role for row in transaction.connection.execute(query)}
    return SessionRights(sessions=frozenset(sessions), grants=grants, reps=roles)


def _moved_since(transaction: Transaction, instant: datetime) -> dict[str, int]:
    found = transaction.connection.execute(
        select(tables.deal.c.id, tables.deal.c.seq).where(tables.deal.c.last_event_at >= instant)
    )
    return {row.id: row.seq for row in found}


def _living(transaction: Transaction, sessions: Sequence[str]) -> Select[Any]:
    session = tables.session
    return select(session.c.id).where(
        session.c.id.in_(sessions), session.c.revoked_at.is_(None), session.c.expires_at > transaction.now
    )


def _granted(transaction: Transaction, sessions: Sequence[str]) -> Select[Any]:
    held, grant, contact = tables.session_grant, tables.grant, tables.contact
    return (
        select(held.c.session_id, held.c.deal_id, contact.c.role)
        .join(grant, grant.c.id == held.c.grant_id)
        .join(contact, contact.c.id == grant.c.contact_id)
        .where(
            held.c.session_id.in_(sessions),
            grant.c.revoked_at.is_(None),
            grant.c.expires_at > transaction.now,
        )
    )
