"""Take an ask back that has no answer yet. Anybody of the buyer's who may ask may do so."""

from portal.access import Actor, deal_for
from portal.commands.negotiation import open_asks
from portal.commands.negotiation.make_counteroffer import Made
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import shared_events
from portal.errors import Conflict


@command("withdraw_counteroffer")
def withdraw_counteroffer(work: UnitOfWork, actor: Actor, deal_id: str, counteroffer_id: str) -> Made:
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    if counteroffer_id not in {ask.id for ask in open_asks.open_asks(work, deal_id)}:
        raise Conflict("This counteroffer is not open any more; it may have been answered meanwhile.")
    open_asks.set_state(work, [counteroffer_id], "withdrawn")
    work.append(deal_id, deal.actor, shared_events.CounterofferWithdrawn(counteroffer=counteroffer_id))
    return Made(counteroffer=counteroffer_id)
