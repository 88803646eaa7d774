"""A contact's scenarios and what colleagues share, each against the offer as it stands; and several beside each other.

For the buyers' pages alone. Published prices and limits only: nothing private to the seller is within reach here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select

from portal.access import Deal
from portal.domain.offer.revision import Offer
from portal.reading.buyer import tray as trays
from portal.reading.buyer.tray import Tray
from portal.storage import tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class Scenario:
    """`name` may be empty. `owner` is the contact's name; `mine` whether it is the reader's own."""

    id: str
    name: str
    owner: str
    mine: bool
    active: bool
    base_revision: int
    made_at: datetime
    shared_at: datetime | None
    tray: Tray


def load(transaction: Transaction, deal: Deal, offer: Offer) -> tuple[Scenario, ...]:
    """The reader's own, the active one first, then what colleagues share; the older before the newer."""
    if deal.party != "buyer" or not deal.contact_id:
        return ()
    scenario, contact = tables.scenario, tables.contact
    mine = scenario.c.contact_id == deal.contact_id
    rows = transaction.connection.execute(
        select(scenario, contact.c.name.label("owner"))
        .join(contact, contact.c.id == scenario.c.contact_id)
        .where(scenario.c.deal_id == deal.id, or_(mine, scenario.c.shared_at.is_not(None)))
    ).all()
    found = [_scenario(row, deal, offer, transaction) for row in rows]
    return tuple(sorted(found, key=lambda each: (not each.mine, not each.active, each.made_at, each.id)))


def chosen(found: Sequence[Scenario], wanted: Sequence[str], most: int) -> tuple[Scenario, ...]:
    """Those to stand beside each other: the ones asked for, else the reader's own."""
    picked = [each for each in found if each.id in wanted] or [each for each in found if each.mine]
    return tuple(picked[:most])


def _scenario(row: Any, deal: Deal, offer: Offer, transaction: Transaction) -> Scenario:
    mine = row.contact_id == deal.contact_id
    return Scenario(
        id=row.id,
        name=row.name,
        owner=row.owner,
        mine=mine,
        # Which one a colleague works on is nobody's business.
        active=mine and row.active,
        base_revision=row.base_revision,
        made_at=row.made_at,
        shared_at=row.shared_at,
        tray=trays.of_row(row, offer, today=transaction.now.date()),
    )
