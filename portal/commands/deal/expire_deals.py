"""The sweeper: makes visible what the clock has decided already. Every command checks the clock for itself.

What is open or waits stays so: whether the sweeper came by changes nothing of what more time brings back.
"""

import msgspec
from msgspec.structs import replace
from sqlalchemy import select

from portal.access import System, deal_for
from portal.commands.deal.transition import move
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import shared_events
from portal.storage import tables

AT_ONCE = 100


class Swept(msgspec.Struct, frozen=True, kw_only=True):
    """How many deals were closed; ask again when it is `AT_ONCE`."""

    count: int


@command("expire_deals")
def expire_deals(work: UnitOfWork) -> Swept:
    deal = tables.deal
    due = (
        select(deal.c.id)
        .where(deal.c.state == "open", deal.c.valid_until <= work.now)
        .order_by(deal.c.id)
        .limit(AT_ONCE)
    )
    ids = work.connection.execute(due).scalars().all()
    return Swept(count=sum(_expire(work, deal_id) for deal_id in ids))


def _expire(work: UnitOfWork, deal_id: str) -> bool:
    found = deal_for(work, System("sweeper"), deal_id)
    # Another process may have swept, or a rep given more time, between the look and the lock.
    stored = work.connection.execute(
        select(tables.deal.c.state).where(tables.deal.c.id == deal_id)
    ).scalar_one()
    if stored != "open" or found.state != "expired":
        return False
    move(work, replace(found, state=stored), "expire")
    work.append(deal_id, found.actor, shared_events.Expired(revision=found.revision))
    return True
