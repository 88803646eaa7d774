"""What waits for a manager: a publication below the floor, what it comes to, and who asked. For the seller's pages alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import select

from portal.access import DeskSession, deal_for
from portal.domain.change import Change
from portal.domain.counteroffer import Answer
from portal.reading.outcome import Outcome, weigh
from portal.storage import tables
from portal.storage.session import Transaction


class StoredPublication(msgspec.Struct):
    """The part of the stored publication that decides what it comes to."""

    answers: tuple[Answer, ...] = ()
    note: str = ""


_publication = msgspec.json.Decoder(StoredPublication)
_edits = msgspec.json.Decoder(tuple[Change, ...])


@dataclass(frozen=True, kw_only=True)
class WaitingApproval:
    """`note` is what buyers would read beside the revision."""

    id: str
    deal_id: str
    title: str
    company: str
    revision: int
    asked_by: str
    asked_at: datetime
    note: str
    outcome: Outcome


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
    names = _names(transaction, rows)
    return tuple(_shown(transaction, actor, row, names) for row in rows)


def stored(publication: bytes) -> StoredPublication:
    """What a rep wanted to publish, from the bytes that wait."""
    return _publication.decode(publication)


def _names(transaction: Transaction, rows: Sequence[Any]) -> dict[str, str]:
    ids = {row.asked_by.removeprefix("rep:") for row in rows}
    found = transaction.connection.execute(
        select(tables.rep.c.id, tables.rep.c.name).where(tables.rep.c.id.in_(ids))
    )
    return {f"rep:{row.id}": row.name for row in found}


def _shown(transaction: Transaction, actor: DeskSession, row: Any, names: dict[str, str]) -> WaitingApproval:
    publication = stored(row.publication)
    deal = deal_for(transaction, actor, row.deal_id)
    return WaitingApproval(
        id=row.id,
        deal_id=row.deal_id,
        title=row.title,
        company=row.company,
        revision=row.revision + 1,
        asked_by=names.get(row.asked_by, ""),
        asked_at=row.asked_at,
        note=publication.note,
        outcome=weigh(transaction, deal, publication.answers, _edits.decode(row.edits)),
    )
