"""Reps sign in by a one-time link, mailed or made by the command line; it lives for 15 minutes."""

from datetime import timedelta
from typing import Any

import msgspec
from sqlalchemy import func, insert, select, update

from portal.access import DeskSession, new_token, token_hash
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal.mail import Mail
from portal.errors import NotFound
from portal.storage import tables
from portal.storage.session import Transaction

LINK = timedelta(minutes=15)
SESSION = timedelta(days=30)
LINKS_AT_ONCE = 3


class Issued(msgspec.Struct, frozen=True, kw_only=True):
    """The address, shown once; only a hash of its token is kept."""

    url: str


class SignedIn(msgspec.Struct, frozen=True, kw_only=True):
    """`cookie` is the session's secret; the database keeps its hash."""

    cookie: str
    name: str


class Done(msgspec.Struct, frozen=True, kw_only=True):
    """Says nothing about whether there is such a person."""


@command("sign_in.request_sign_in")
def request_sign_in(work: UnitOfWork, email: str) -> Done:
    """Mail a sign-in link if the address is a rep's; the answer is the same for every address."""
    rep = _rep(work, email)
    if rep is not None and _waiting_links(work, rep.id) < LINKS_AT_ONCE:
        work.enqueue_mail(
            Mail(
                template="sign_in_link",
                to_name=rep.name,
                to_email=rep.email,
                language=rep.language,
                context={"url": _new_link(work, rep.id), "name": rep.name},
            )
        )
    return Done()


@command("sign_in.issue_sign_in_link")
def issue_sign_in_link(work: UnitOfWork, email: str) -> Issued:
    """A link for an operator to hand over; NotFound when there is no such rep."""
    rep = _rep(work, email)
    if rep is None:
        raise NotFound(
            "There is no rep with the address %(email)s. Add one with `portal rep add`.", email=email
        )
    return Issued(url=_new_link(work, rep.id))


def look_at_sign_in(transaction: Transaction, token: str) -> str | None:
    """The name of whom a link signs in; None when it is unknown, used or expired, which look alike."""
    link, rep = tables.sign_in_link, tables.rep
    return transaction.connection.execute(
        select(rep.c.name)
        .join_from(link, rep, rep.c.id == link.c.rep_id)
        .where(
            link.c.token_hash == token_hash(token),
            link.c.used_at.is_(None),
            link.c.expires_at > transaction.now,
            rep.c.active,
        )
    ).scalar()


@command("sign_in")
def sign_in(work: UnitOfWork, token: str, *, agent: str = "", address: str = "") -> SignedIn:
    """Use a link, once: the conditional UPDATE lets one of two at the same instant through. NotFound otherwise."""
    link = tables.sign_in_link
    name = look_at_sign_in(work, token)
    rep_id = work.connection.execute(
        update(link)
        .where(link.c.token_hash == token_hash(token), link.c.used_at.is_(None), link.c.expires_at > work.now)
        .values(used_at=work.now)
        .returning(link.c.rep_id)
    ).scalar()
    if name is None or rep_id is None:
        raise NotFound("This sign-in link was used already or has expired.")
    cookie = new_token()
    work.connection.execute(
        insert(tables.session).values(
            id=token_hash(cookie),
            party="seller",
            rep_id=rep_id,
            csrf=new_token(),
            created_at=work.now,
            expires_at=work.now + SESSION,
            agent=agent[:500],
            address=address,
        )
    )
    return SignedIn(cookie=cookie, name=name)


@command("sign_in.sign_out")
def sign_out(work: UnitOfWork, actor: DeskSession) -> Done:
    """End this session; its sockets close within seconds."""
    session = tables.session
    work.connection.execute(
        update(session)
        .where(session.c.id == actor.id, session.c.revoked_at.is_(None))
        .values(revoked_at=work.now)
    )
    return Done()


def _rep(work: UnitOfWork, email: str) -> Any:
    rep = tables.rep
    return work.connection.execute(
        select(rep).where(rep.c.email == email.strip().lower(), rep.c.active)
    ).first()


def _new_link(work: UnitOfWork, rep_id: str) -> str:
    token = new_token()
    work.connection.execute(
        insert(tables.sign_in_link).values(
            token_hash=token_hash(token), rep_id=rep_id, expires_at=work.now + LINK
        )
    )
    return f"{work.public_url}/desk/sign-in/{token}"


def _waiting_links(work: UnitOfWork, rep_id: str) -> int:
    link = tables.sign_in_link
    return work.connection.execute(
        select(func.count()).where(
            link.c.rep_id == rep_id, link.c.used_at.is_(None), link.c.expires_at > work.now
        )
    ).scalar_one()
