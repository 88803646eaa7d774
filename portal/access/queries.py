"""The SQL of access: deals by grant, sessions, reps.

The statements are built once: at thousands of messages a second, building one costs more than executing it.
"""

from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, select

from portal.domain.ledger.event_body import PartyName
from portal.storage import tables

# Each statement that finds a deal selects these columns first.
HEAD_COLUMNS = (
    *("id", "number", "external_id", "state", "title", "company", "currency", "language", "owner_id"),
    *("valid_until", "revision", "digest", "seq", "buyer_seq", "seller_seq", "buyer_waits_since"),
)
_HEAD = tuple(tables.deal.c[name] for name in HEAD_COLUMNS)
_NOW = bindparam("now", type_=tables.session.c.expires_at.type)
_DEAL_IS = tables.deal.c.id == bindparam("deal")
_DEAL_IN = tables.deal.c.id.in_(bindparam("deals", expanding=True))
_SESSION_IS = tables.session.c.id == bindparam("session")
_SESSION_IN = tables.session.c.id.in_(bindparam("sessions", expanding=True))


def _session_is_valid(party: PartyName) -> tuple[ColumnElement[bool], ...]:
    session = tables.session
    return session.c.party == party, session.c.revoked_at.is_(None), session.c.expires_at > _NOW


def _granted_deals() -> Select[Any]:
    """Every deal that a valid session holds a valid grant of (at `now`), with the contact who has the grant."""
    session, session_grant, grant, contact = (
        tables.session,
        tables.session_grant,
        tables.grant,
        tables.contact,
    )
    return (
        select(
            *_HEAD,
            session.c.id.label("session_id"),
            contact.c.id.label("contact_id"),
            contact.c.name.label("contact_name"),
            contact.c.role,
        )
        .select_from(tables.deal)
        .join(session_grant, session_grant.c.deal_id == tables.deal.c.id)
        .join(session, session.c.id == session_grant.c.session_id)
        .join(grant, grant.c.id == session_grant.c.grant_id)
        .join(contact, contact.c.id == grant.c.contact_id)
        .where(
            tables.deal.c.state != "draft",
            *_session_is_valid("buyer"),
            grant.c.revoked_at.is_(None),
            grant.c.expires_at > _NOW,
        )
    )


def _reps() -> Select[Any]:
    """Every active rep with a valid session."""
    columns = (tables.rep.c[name] for name in ("id", "name", "email", "role", "language"))
    return (
        select(*columns, tables.session.c.csrf)
        .join_from(tables.session, tables.rep, tables.session.c.rep_id == tables.rep.c.id)
        .where(*_session_is_valid("seller"), tables.rep.c.active)
    )


def _csrf(party: PartyName) -> Select[Any]:
    return select(tables.session.c.csrf).where(_SESSION_IS, *_session_is_valid(party))


# Locks deals in the order of their ids, so that two writers of several deals cannot deadlock.
LOCK_DEALS = select(tables.deal.c.id).where(_DEAL_IN).order_by(tables.deal.c.id).with_for_update()
GRANTED_DEAL = _granted_deals().where(_DEAL_IS, _SESSION_IS)
GRANTED_DEALS = _granted_deals().where(_DEAL_IN, _SESSION_IN)
DEAL = select(*_HEAD).where(_DEAL_IS)
DEALS = select(*_HEAD).where(_DEAL_IN)
REP = _reps().where(_SESSION_IS)
REPS = _reps().add_columns(tables.session.c.id.label("session_id")).where(_SESSION_IN)
CSRF: dict[PartyName, Select[Any]] = {"buyer": _csrf("buyer"), "seller": _csrf("seller")}
