"""What waits for a manager, and what managers have decided: who asked, why, and what it comes to. For the seller alone."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select

from portal.access import DeskSession, deal_for
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer
from portal.domain.change.ended_offers import Decision as EndedOfferDecision
from portal.domain.ledger import ledger, seller_events
from portal.reading.desk.approval_changes import AnsweredChange, answered_changes
from portal.reading.desk.approval_outcomes import OUTCOMES
from portal.reading.desk.outcome import Outcome
from portal.reading.desk.weigh_answers import weigh
from portal.storage import tables
from portal.storage.session import Transaction

NEWEST = 20


class StoredPublication(msgspec.Struct):
    """The part of the stored publication that decides what it comes to."""

    answers: tuple[Answer, ...] = ()
    answer_notes: dict[str, str] = {}
    note: str = ""
    ended_offers: dict[str, EndedOfferDecision] = {}


_publication = msgspec.json.Decoder(StoredPublication)
_edits = msgspec.json.Decoder(tuple[Change, ...])


@dataclass(frozen=True, kw_only=True)
class WaitingApproval:
    """`road`: what waits: "publish" a revision, "send" a draft, or "requote". `note` is what buyers would read beside the
    revision."""

    id: str
    road: str
    deal_id: str
    title: str
    company: str
    currency: str
    revision: int
    asked_by: str
    asked_at: datetime
    note: str
    changes: tuple[AnsweredChange, ...]
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a manager decided; `note` is for the team."""

    deal_id: str
    title: str
    company: str
    asked_by: str
    decided_by: str
    at: datetime
    granted: bool
    edited: bool
    returned: bool
    note: str


def waiting(
    transaction: Transaction, actor: DeskSession, deal_id: str | None = None
) -> tuple[WaitingApproval, ...]:
    """What waits to be decided, oldest first; of one deal when `deal_id` is given."""
    approval, deal = tables.approval, tables.deal
    query = (
        select(approval, deal.c.title, deal.c.company, deal.c.revision)
        .join(deal, deal.c.id == approval.c.deal_id)
        .where(approval.c.state == "waiting")
        .order_by(approval.c.asked_at)
    )
    if deal_id is not None:
        query = query.where(approval.c.deal_id == deal_id)
    rows = transaction.connection.execute(query).all()
    names = _names(transaction, {row.asked_by for row in rows})
    return tuple(_shown(transaction, actor, row, names) for row in rows)


def decided(transaction: Transaction) -> tuple[Decision, ...]:
    """The newest decisions, newest first."""
    event, approval, deal = tables.event, tables.approval, tables.deal
    rows = transaction.connection.execute(
        select(
            event.c.body, event.c.personal, event.c.actor, event.c.at, deal.c.id, deal.c.title, deal.c.company
        )
        .join(deal, deal.c.id == event.c.deal_id)
        .where(tables.kind_is("approval_decided"))
        .order_by(event.c.at.desc(), event.c.seq.desc())
        .limit(NEWEST)
    ).all()
    bodies = [ledger.decode_body(row.body) for row in rows]
    ids = [body.approval for body in bodies if isinstance(body, seller_events.ApprovalDecided)]
    found = transaction.connection.execute(
        select(approval.c.id, approval.c.asked_by).where(approval.c.id.in_(ids))
    )
    asked = {row.id: row.asked_by for row in found}
    names = _names(transaction, {*asked.values(), *(row.actor for row in rows)})
    return tuple(
        Decision(
            deal_id=row.id,
            title=row.title,
            company=row.company,
            asked_by=names.get(asked.get(body.approval, ""), ""),
            decided_by=names.get(row.actor, ""),
            at=row.at,
            granted=body.granted,
            edited=body.edited,
            returned=body.returned,
            note=ledger.decode_personal(row.personal).note,
        )
        for row, body in zip(rows, bodies, strict=True)
        if isinstance(body, seller_events.ApprovalDecided)
    )


def stored(publication: bytes) -> StoredPublication:
    """What a rep wanted to publish, from the bytes that wait."""
    return _publication.decode(publication)


def _names(transaction: Transaction, actors: set[str]) -> dict[str, str]:
    ids = {actor.removeprefix("rep:") for actor in actors}
    found = transaction.connection.execute(
        select(tables.rep.c.id, tables.rep.c.name).where(tables.rep.c.id.in_(ids))
    )
    return {f"rep:{row.id}": row.name for row in found}


def _shown(transaction: Transaction, actor: DeskSession, row: Any, names: dict[str, str]) -> WaitingApproval:
    deal = deal_for(transaction, actor, row.deal_id)
    if row.road == "publish":
        publication, edits = stored(row.publication), _edits.decode(row.edits)
        changes = answered_changes(transaction, deal, publication.answers, edits)
        outcome = weigh(
            transaction,
            deal,
            publication.answers,
            edits,
            publisher=row.asked_by,
            decisions=publication.ended_offers,
        )
    else:
        publication, changes = StoredPublication(), ()
        outcome = OUTCOMES[row.road](transaction, deal, row)
    return WaitingApproval(
        id=row.id,
        road=row.road,
        deal_id=row.deal_id,
        title=row.title,
        company=row.company,
        currency=deal.currency,
        revision=row.revision + 1,
        asked_by=names.get(row.asked_by, ""),
        asked_at=row.asked_at,
        note=publication.note,
        changes=changes,
        outcome=outcome,
    )
