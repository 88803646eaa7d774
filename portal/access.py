"""The one door: `deal_for(transaction, actor, id)` is the only way to get a deal, for page, socket, API and CLI alike.

Actors carry ids only. Sessions, grants and roles are read afresh in the same snapshot as the deal, so that a
revocation holds from the next look. A session without a grant finds nothing (404), whether the deal exists or not.
"""

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, select

from portal.domain.deal import lifecycle, roles
from portal.domain.ledger.event_body import PartyName
from portal.errors import NotAllowed, NotFound, SignInNeeded
from portal.storage import tables
from portal.storage.session import Transaction


class BuyerSession(msgspec.Struct, frozen=True):
    """A buyer's browser; it holds the grants that were opened in it."""

    id: str


class DeskSession(msgspec.Struct, frozen=True):
    """A rep's browser."""

    id: str


class System(msgspec.Struct, frozen=True):
    """The installation itself: "cli", "api", "sweeper", "policy". Sits on the seller's side, may do everything."""

    name: str


Actor = BuyerSession | DeskSession | System


class Rep(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody of the seller's, signed in."""

    id: str
    name: str
    email: str
    role: str
    language: str
    csrf: str


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """A deal as one actor finds it: its head, and who is looking. `state` already knows the clock."""

    id: str
    number: str
    external_id: str
    state: str
    title: str
    company: str
    currency: str
    language: str
    owner_id: str | None
    valid_until: datetime
    revision: int
    digest: str
    seq: int
    buyer_seq: int
    seller_seq: int
    buyer_waits_since: datetime | None
    # Who is looking: "contact:ID", "rep:ID" or "system:NAME", and from which side.
    actor: str
    actor_name: str
    party: PartyName
    role: str

    @property
    def position(self) -> int:
        """The newest number of the stream of whoever is looking."""
        return self.buyer_seq if self.party == "buyer" else self.seller_seq

    @property
    def contact_id(self) -> str | None:
        return self.actor.removeprefix("contact:") if self.party == "buyer" else None

    def can(self, capability: str) -> bool:
        return lifecycle.can(self.state, self.role, capability)

    def require(self, capability: str) -> None:
        """NotAllowed, with a sentence that says why, when the role or the state does not permit it."""
        if not self.can(capability):
            raise NotAllowed(lifecycle.refusal(self.state, self.role, capability))


_NOW = bindparam("now", type_=tables.session.c.expires_at.type)
# They come first in every row that a seat is made from.
_NAMES = (
    *("id", "number", "external_id", "state", "title", "company", "currency", "language", "owner_id"),
    *("valid_until", "revision", "digest", "seq", "buyer_seq", "seller_seq", "buyer_waits_since"),
)
_HEAD = tuple(tables.deal.c[name] for name in _NAMES)


def deal_for(transaction: Transaction, actor: Actor, deal_id: str) -> Deal:
    """The deal, locked when the transaction writes. NotFound without a right to it, SignInNeeded without a session."""
    match actor:
        case BuyerSession(id=session_id):
            return _for_buyer(transaction, session_id, deal_id)
        case DeskSession(id=session_id):
            rep = rep_for(transaction, session_id)
            return _for_seller(transaction, deal_id, actor=f"rep:{rep.id}", name=rep.name, role=rep.role)
        case System(name=name):
            return _for_seller(transaction, deal_id, actor=f"system:{name}", name=name, role="admin")


def rep_for(transaction: Transaction, session_id: str) -> Rep:
    """Whoever is signed in with this session; SignInNeeded when it has ended or the rep has left."""
    row = transaction.connection.execute(_REP, {"session": session_id, "now": transaction.now}).first()
    if row is None:
        raise SignInNeeded("You are signed out. Ask for a new sign-in link.")
    return Rep(**row._mapping)


def seller_role(transaction: Transaction, actor: Actor) -> str:
    """The role of somebody of the seller's where no deal is meant (receivers, orders); NotFound for a buyer."""
    match actor:
        case DeskSession(id=session_id):
            return rep_for(transaction, session_id).role
        case System():
            return "admin"
        case BuyerSession():
            raise NotFound("There is no such page.")


def require(transaction: Transaction, actor: Actor, capability: str) -> None:
    """NotAllowed when the actor's role may not do this in the installation; NotFound for a buyer."""
    roles.require(seller_role(transaction, actor), capability)


def csrf_for(transaction: Transaction, actor: BuyerSession | DeskSession) -> str:
    """The token that unsafe requests of this session must carry; SignInNeeded when the session has ended."""
    party: PartyName = "buyer" if isinstance(actor, BuyerSession) else "seller"
    asked = {"session": actor.id, "now": transaction.now}
    found = transaction.connection.execute(_CSRF[party], asked).scalar()
    if found is None:
        raise SignInNeeded("This session has ended. Open the link from your mail again.")
    return str(found)


def _living(now: Any, party: PartyName) -> tuple[ColumnElement[bool], ...]:
    session = tables.session
    return session.c.party == party, session.c.revoked_at.is_(None), session.c.expires_at > now


def deals_for(
    transaction: Transaction, wanted: Collection[tuple[Actor, str]]
) -> dict[tuple[Actor, str], Deal]:
    """What `deal_for` would find, for many buyers and reps at once; whoever finds nothing is missing.

    Deals are locked in the order of their ids, so that two writers of several cannot wait for each other.
    """
    read, now, deals = (
        transaction.connection.execute,
        transaction.now,
        sorted({deal_id for _, deal_id in wanted}),
    )
    if transaction.writing and transaction.connection.dialect.name != "sqlite":
        read(_LOCK, {"deals": deals})
    found: dict[tuple[Actor, str], Deal] = {}
    buyers = {actor.id: actor for actor, _ in wanted if isinstance(actor, BuyerSession)}
    if buyers:
        for row in read(_GRANTED_MANY, {"deals": deals, "sessions": list(buyers), "now": now}):
            found[buyers[row.session_id], row.id] = _buyers_seat(transaction, row)
    desks = {actor.id for actor, _ in wanted if isinstance(actor, DeskSession)}
    if desks:
        reps = {row.session_id: row for row in read(_REPS, {"sessions": list(desks), "now": now})}
        heads = {row.id: row for row in read(_HEADS, {"deals": deals})}
        for actor, deal_id in wanted:
            if isinstance(actor, DeskSession) and actor.id in reps and deal_id in heads:
                rep = reps[actor.id]
                found[actor, deal_id] = _seat(
                    transaction,
                    heads[deal_id],
                    actor=f"rep:{rep.id}",
                    name=rep.name,
                    party="seller",
                    role=rep.role,
                )
    return found


def _granted() -> Select[Any]:
    """Every deal that a living session holds a living grant of (at `now`), with the contact it was given to."""
    session, held, grant, contact = tables.session, tables.session_grant, tables.grant, tables.contact
    return (
        select(
            *_HEAD,
            session.c.id.label("session_id"),
            contact.c.id.label("contact_id"),
            contact.c.name.label("contact_name"),
            contact.c.role,
        )
        .select_from(tables.deal)
        .join(held, held.c.deal_id == tables.deal.c.id)
        .join(session, session.c.id == held.c.session_id)
        .join(grant, grant.c.id == held.c.grant_id)
        .join(contact, contact.c.id == grant.c.contact_id)
        .where(
            tables.deal.c.state != "draft",
            *_living(_NOW, "buyer"),
            grant.c.revoked_at.is_(None),
            grant.c.expires_at > _NOW,
        )
    )


_DEALS = tables.deal.c.id.in_(bindparam("deals", expanding=True))
_SESSIONS = tables.session.c.id.in_(bindparam("sessions", expanding=True))
# Put together once: at thousands of messages a second this costs more than asking.
_LOCK = select(tables.deal.c.id).where(_DEALS).order_by(tables.deal.c.id).with_for_update()
_GRANTED = _granted().where(
    tables.deal.c.id == bindparam("deal"), tables.session.c.id == bindparam("session")
)
_GRANTED_MANY = _granted().where(_DEALS, _SESSIONS)
_SESSION = tables.session.c.id == bindparam("session")
_CSRF: dict[PartyName, Select[Any]] = {
    "buyer": select(tables.session.c.csrf).where(_SESSION, *_living(_NOW, "buyer")),
    "seller": select(tables.session.c.csrf).where(_SESSION, *_living(_NOW, "seller")),
}
_HEADS = select(*_HEAD).where(_DEALS)
_DESKS = (
    select(
        *(tables.rep.c[name] for name in ("id", "name", "email", "role", "language")), tables.session.c.csrf
    )
    .join_from(tables.session, tables.rep, tables.session.c.rep_id == tables.rep.c.id)
    .where(*_living(_NOW, "seller"), tables.rep.c.active)
)
_REP, _REPS = (
    _DESKS.where(_SESSION),
    _DESKS.add_columns(tables.session.c.id.label("session_id")).where(_SESSIONS),
)


def _for_buyer(transaction: Transaction, session_id: str, deal_id: str) -> Deal:
    asked = {"deal": deal_id, "session": session_id, "now": transaction.now}
    row = transaction.connection.execute(_locked(transaction, _GRANTED), asked).first()
    if row is None:
        csrf_for(transaction, BuyerSession(session_id))
        raise NotFound("There is no such proposal.")
    return _buyers_seat(transaction, row)


def _buyers_seat(transaction: Transaction, row: Any) -> Deal:
    return _seat(
        transaction,
        row,
        actor=f"contact:{row.contact_id}",
        name=row.contact_name,
        party="buyer",
        role=row.role,
    )


def _for_seller(transaction: Transaction, deal_id: str, *, actor: str, name: str, role: str) -> Deal:
    query = select(*_HEAD).where(tables.deal.c.id == deal_id)
    row = transaction.connection.execute(_locked(transaction, query)).first()
    if row is None:
        raise NotFound("There is no such deal.")
    return _seat(transaction, row, actor=actor, name=name, party="seller", role=role)


def _locked(transaction: Transaction, query: Select[Any]) -> Select[Any]:
    # The deal's row lock puts the commands of one deal in order (PostgreSQL; SQLite has one writer).
    return query.with_for_update(of=tables.deal) if transaction.writing else query


def _seat(transaction: Transaction, row: Any, *, actor: str, name: str, party: PartyName, role: str) -> Deal:
    head = dict(zip(_NAMES, row, strict=False))
    head["state"] = lifecycle.effective_state(row.state, row.valid_until, transaction.now)
    return Deal(**head, actor=actor, actor_name=name, party=party, role=role)


def new_id() -> str:
    """An id that cannot be guessed: 128 random bits, safe in an address and on a command line."""
    while (found := secrets.token_urlsafe(16)).startswith("-"):
        pass  # a command line would take it for an option
    return found


def new_token() -> str:
    """A secret for a link or a cookie: 256 random bits. Only its `token_hash` is stored."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """SHA-256, hex. The token has full entropy, so that no slow hash is needed."""
    return hashlib.sha256(token.encode()).hexdigest()
