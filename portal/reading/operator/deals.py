"""Deals as the command line lists them: every one of the installation, newest first."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import or_, select

from portal.domain.deal import lifecycle
from portal.domain.offer import money
from portal.errors import NotFound
from portal.storage import tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class ListedDeal:
    """One deal at a glance; `total` is the contract's, tax included."""

    deal: str
    number: str
    external_id: str
    state: str
    title: str
    company: str
    revision: int
    total: Decimal
    currency: str
    valid_until: datetime


def every(transaction: Transaction) -> list[ListedDeal]:
    """All deals."""
    deal = tables.deal
    rows = transaction.connection.execute(select(deal).order_by(deal.c.created_at.desc(), deal.c.id))
    return [_listed(row, transaction.now) for row in rows]


def identify(transaction: Transaction, name: str) -> str:
    """The id of the deal with this id, number ("2026-0007") or external id; NotFound when there is none."""
    deal = tables.deal
    found = transaction.connection.execute(
        select(deal.c.id).where(or_(deal.c.id == name, deal.c.number == name, deal.c.external_id == name))
    ).scalar()
    if found is None:
        raise NotFound("There is no deal %(name)s. `portal deal list` shows all.", name=name)
    return str(found)


def _listed(row: Any, now: datetime) -> ListedDeal:
    return ListedDeal(
        deal=row.id,
        number=row.number,
        external_id=row.external_id,
        state=lifecycle.effective_state(row.state, row.valid_until, now),
        title=row.title,
        company=row.company,
        revision=row.revision,
        total=money.from_minor(row.contract_total, row.currency),
        currency=row.currency,
        valid_until=row.valid_until,
    )
