"""Note that a person has looked at a revision: once each, and only after a form or the socket of the page was used."""

import msgspec
from sqlalchemy import select

from portal.access import Actor, deal_for
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import shared_events
from portal.storage import tables


class Viewed(msgspec.Struct, frozen=True, kw_only=True):
    first: bool


@command("record_view")
def record_view(work: UnitOfWork, actor: Actor, deal_id: str) -> Viewed:
    deal = deal_for(work, actor, deal_id)
    if deal.party != "buyer":
        return Viewed(first=False)
    event, key = shared_events.Viewed(revision=deal.revision), f"revision-{deal.revision}"
    known = work.connection.execute(
        select(tables.event.c.seq).where(
            tables.event.c.deal_id == deal_id,
            tables.event.c.actor == deal.actor,
            tables.event.c.kind == event.kind,
            tables.event.c.key == key,
        )
    ).first()
    if known is None:
        work.append(deal_id, deal.actor, event, key=key)
    return Viewed(first=known is None)
