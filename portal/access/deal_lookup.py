"""The one way to get a deal: `deal_for`, and `deals_for` for many at once.

Session, grant and role are read in the same snapshot as the deal, so a revocation takes effect with the next call. A session
without a grant gets NotFound, whether the deal exists or not.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Select

from portal.access import queries
from portal.access.actors import Actor, BuyerSession, DeskSession, System
from portal.access.deal import Deal
from portal.access.sessions import csrf_for, rep_for
from portal.domain.deal import lifecycle
from portal.domain.ledger.event_body import PartyName
from portal.errors import NotFound
from portal.storage import tables
from portal.storage.session import Transaction

_Key = tuple[Actor, str]


def deal_for(transaction: Transaction, actor: Actor, deal_id: str) -> Deal:
    """Return the deal, locked when the transaction writes.

    NotFound when the actor has no right to it, SignInNeeded when the session has ended.
    """
    match actor:
        case BuyerSession(id=session_id):
            return _deal_for_buyer(transaction, session_id, deal_id)
        case DeskSession(id=session_id):
            rep = rep_for(transaction, session_id)
            return _deal_for_seller(transaction, deal_id, actor=f"rep:{rep.id}", name=rep.name, role=rep.role)
        case System(name=name):
            return _deal_for_seller(transaction, deal_id, actor=f"system:{name}", name=name, role="admin")


def deals_for(transaction: Transaction, pairs: Collection[_Key]) -> dict[_Key, Deal]:
    """Return what `deal_for` returns, for many buyers and reps at once. A pair without a right is left out."""
    deal_ids = sorted({deal_id for _, deal_id in pairs})
    # The row locks put the writers of one deal in order on PostgreSQL. SQLite has one writer.
    if transaction.writing and transaction.connection.dialect.name != "sqlite":
        transaction.connection.execute(queries.LOCK_DEALS, {"deals": deal_ids})
    return _deals_for_buyers(transaction, pairs, deal_ids) | _deals_for_reps(transaction, pairs, deal_ids)


def _deals_for_buyers(
    transaction: Transaction, pairs: Collection[_Key], deal_ids: list[str]
) -> dict[_Key, Deal]:
    buyers = {actor.id: actor for actor, _ in pairs if isinstance(actor, BuyerSession)}
    if not buyers:
        return {}
    parameters = {"deals": deal_ids, "sessions": list(buyers), "now": transaction.now}
    rows = transaction.connection.execute(queries.GRANTED_DEALS, parameters)
    return {(buyers[row.session_id], row.id): _buyers_deal(transaction, row) for row in rows}


def _deals_for_reps(
    transaction: Transaction, pairs: Collection[_Key], deal_ids: list[str]
) -> dict[_Key, Deal]:
    sessions = {actor.id for actor, _ in pairs if isinstance(actor, DeskSession)}
    if not sessions:
        return {}
    execute = transaction.connection.execute
    parameters = {"sessions": list(sessions), "now": transaction.now}
    reps = {row.session_id: row for row in execute(queries.REPS, parameters)}
    heads = {row.id: row for row in execute(queries.DEALS, {"deals": deal_ids})}
    deals: dict[_Key, Deal] = {}
    for actor, deal_id in pairs:
        if isinstance(actor, DeskSession) and actor.id in reps and deal_id in heads:
            rep = reps[actor.id]
            deals[actor, deal_id] = _deal(
                transaction,
                heads[deal_id],
                actor=f"rep:{rep.id}",
                name=rep.name,
                party="seller",
                role=rep.role,
            )
    return deals


def _deal_for_buyer(transaction: Transaction, session_id: str, deal_id: str) -> Deal:
    parameters = {"deal": deal_id, "session": session_id, "now": transaction.now}
    query = _lock_if_writing(transaction, queries.GRANTED_DEAL)
    row = transaction.connection.execute(query, parameters).first()
    if row is None:
        csrf_for(transaction, BuyerSession(session_id))  # raises SignInNeeded when the session has ended
        raise NotFound("There is no such proposal.")
    return _buyers_deal(transaction, row)


def _deal_for_seller(transaction: Transaction, deal_id: str, *, actor: str, name: str, role: str) -> Deal:
    query = _lock_if_writing(transaction, queries.DEAL)
    row = transaction.connection.execute(query, {"deal": deal_id}).first()
    if row is None:
        raise NotFound("There is no such deal.")
    return _deal(transaction, row, actor=actor, name=name, party="seller", role=role)


def _lock_if_writing(transaction: Transaction, query: Select[Any]) -> Select[Any]:
    return query.with_for_update(of=tables.deal) if transaction.writing else query


def _buyers_deal(transaction: Transaction, row: Any) -> Deal:
    return _deal(
        transaction,
        row,
        actor=f"contact:{row.contact_id}",
        name=row.contact_name,
        party="buyer",
        role=row.role,
    )


def _deal(transaction: Transaction, row: Any, *, actor: str, name: str, party: PartyName, role: str) -> Deal:
    head = dict(zip(queries.HEAD_COLUMNS, row, strict=False))
    head["state"] = lifecycle.effective_state(row.state, row.valid_until, transaction.now)
    return Deal(**head, actor=actor, actor_name=name, party=party, role=role)
