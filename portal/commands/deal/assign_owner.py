"""Say whose deal it is; None puts it back into everybody's inbox."""

import msgspec
from sqlalchemy import select, update

from portal.access import Actor, deal_for
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import seller_events
from portal.errors import NotFound
from portal.storage import tables


class Owned(msgspec.Struct, frozen=True, kw_only=True):
    owner: str | None


@command("assign_owner")
def assign_owner(work: UnitOfWork, actor: Actor, deal_id: str, rep_id: str | None) -> Owned:
    deal = deal_for(work, actor, deal_id)
    deal.require("assign_owner")
    rep = tables.rep
    if (
        rep_id
        and not work.connection.execute(select(rep.c.id).where(rep.c.id == rep_id, rep.c.active)).first()
    ):
        raise NotFound("There is no such rep.")
    if rep_id != deal.owner_id:
        work.connection.execute(
            update(tables.deal).where(tables.deal.c.id == deal_id).values(owner_id=rep_id)
        )
        work.append(deal_id, deal.actor, seller_events.OwnerChanged(owner=rep_id))
    return Owned(owner=rep_id)
