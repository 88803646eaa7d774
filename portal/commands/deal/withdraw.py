"""The seller takes the offer off the table."""

from portal.access import Actor, deal_for
from portal.commands.deal.decline import Closed
from portal.commands.deal.transition import close_asks, move
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import ledger, shared_events


@command("withdraw")
def withdraw(
    work: UnitOfWork, actor: Actor, deal_id: str, *, reason: str = "", key: str | None = None
) -> Closed:
    """`reason` is read by the buyers."""
    deal = deal_for(work, actor, deal_id)

    def run() -> Closed:
        deal.require("withdraw")
        text = written(reason, "reason", longest=2_000, required=False)
        close_asks(work, deal, "withdrawn")
        move(work, deal, "withdraw")
        personal = ledger.Personal(reason=text) if text else None
        work.append(deal_id, deal.actor, shared_events.Withdrawn(revision=deal.revision), personal)
        return Closed(state="withdrawn")

    return work.once(deal.actor, deal_id, "withdraw", key, [reason], Closed, run)
