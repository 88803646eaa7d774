"""Use a magic link: looking at it changes nothing, opening it makes a session that holds the grant."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import func, insert, select

from portal.access import Deal, System, deal_for, new_token, token_hash
from portal.commands.people.issue_link import addressees, invite, not_taken_back
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.errors import NotFound
from portal.storage import documents, tables
from portal.storage.session import Transaction

SESSION = timedelta(days=60)
# At most this many links an hour are mailed to one contact, however often they are asked for.
LINKS_AN_HOUR = 3


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """What the join page names."""

    deal: str
    number: str
    title: str
    company: str
    seller: str
    name: str
    email: str
    language: str


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """`cookie` is the session's secret; the database keeps its hash."""

    deal_id: str
    cookie: str


def look_at_link(transaction: Transaction, token: str) -> Invitation | None:
    """The invitation behind a link; None when it is unknown, expired or revoked, which look alike."""
    row = _granted(transaction, token)
    if row is None:
        return None
    seller = documents.read_revision(transaction, row.deal_id, row.revision).offer.seller.name
    return Invitation(
        deal=row.deal_id,
        number=row.number,
        title=row.title,
        company=row.company,
        seller=seller,
        name=row.name,
        email=row.email,
        language=row.language,
    )


@command("join")
def join(
    work: UnitOfWork, token: str, *, session_id: str | None, agent: str = "", address: str = ""
) -> Joined:
    """A new session, always: one that was there before may be somebody else's plant, and only lends its grants.

    NotFound when the link is unknown, expired or revoked.
    """
    row = _granted(work, token)
    if row is None:
        raise NotFound("This link is not valid any more.")
    cookie = new_token()
    session = token_hash(cookie)
    work.connection.execute(
        insert(tables.session).values(
            id=session,
            party="buyer",
            csrf=new_token(),
            created_at=work.now,
            expires_at=work.now + SESSION,
            agent=agent[:500],
            address=address,
        )
    )
    held = {row.deal_id: row.grant_id}
    for earlier in _held_before(work, session_id):
        held.setdefault(earlier.deal_id, earlier.grant_id)
    work.connection.execute(
        insert(tables.session_grant),
        [{"session_id": session, "deal_id": deal, "grant_id": grant} for deal, grant in held.items()],
    )
    return Joined(deal_id=row.deal_id, cookie=cookie)


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Says nothing about whether there is such a person."""


@command("join.request_link")
def request_link(
    work: UnitOfWork, *, token: str | None = None, deal_id: str | None = None, email: str | None = None
) -> Asked:
    """Mail a new link to the person behind an expired one, or to an address that is a contact (of that deal, if named).

    The answer is the same whatever was found. A revoked right stays revoked.
    """
    contact, grant = tables.contact, tables.grant
    if token:
        query = (
            select(contact, contact.c.deal_id)
            .join(grant, grant.c.contact_id == contact.c.id)
            .where(grant.c.token_hash == token_hash(token))
        )
    else:
        query = select(contact).where(contact.c.email == (email or "").strip().lower())
        if deal_id:
            query = query.where(contact.c.deal_id == deal_id)
    found = work.connection.execute(query.where(not_taken_back()).limit(5)).all()
    # Deals are locked in the order of their ids, so that two who ask cannot wait for each other.
    for person in sorted(found, key=lambda each: str(each.deal_id)):
        deal = deal_for(work, System("link"), person.deal_id)
        if deal.revision and _may_have_another(work, deal, person):
            offer = documents.read_revision(work, deal.id, deal.revision).offer
            invite(work, deal, person, offer, template="new_link")
    return Asked()


def _may_have_another(work: UnitOfWork, deal: Deal, person: Any) -> bool:
    """Asked with the deal locked: the right may have been taken back since it was looked up."""
    grant = tables.grant.c
    lately = select(func.count()).where(
        grant.contact_id == person.id, grant.issued_at > work.now - timedelta(hours=1)
    )
    if work.connection.execute(lately).scalar_one() >= LINKS_AN_HOUR:
        return False
    return person.id in {each.id for each in addressees(work, deal)}


def _granted(transaction: Transaction, token: str) -> Any:
    grant, contact, deal = tables.grant, tables.contact, tables.deal
    return transaction.connection.execute(
        select(
            grant.c.id.label("grant_id"),
            grant.c.deal_id,
            *(contact.c[name] for name in ("name", "email")),
            *(deal.c[name] for name in ("number", "title", "company", "language", "revision")),
        )
        .join_from(grant, contact, contact.c.id == grant.c.contact_id)
        .join(deal, deal.c.id == grant.c.deal_id)
        .where(
            grant.c.token_hash == token_hash(token),
            grant.c.revoked_at.is_(None),
            grant.c.expires_at > transaction.now,
            deal.c.revision > 0,
        )
    ).first()


def _held_before(work: UnitOfWork, session_id: str | None) -> Sequence[Any]:
    if not session_id:
        return []
    held, session = tables.session_grant, tables.session
    return work.connection.execute(
        select(held.c.deal_id, held.c.grant_id)
        .join(session, session.c.id == held.c.session_id)
        .where(session.c.id == session_id, session.c.revoked_at.is_(None), session.c.expires_at > work.now)
    ).all()
