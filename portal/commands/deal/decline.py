"""The buyer says no, with a reason. The seller can come back with a new revision."""

import msgspec

from portal.access import Actor, deal_for
from portal.commands.deal.transition import close_asks, move
from portal.commands.mail.notify import notify_sellers
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import ledger, shared_events


class Closed(msgspec.Struct, frozen=True, kw_only=True):
    state: str


@command("decline")
def decline(work: UnitOfWork, actor: Actor, deal_id: str, *, reason: str, key: str | None = None) -> Closed:
    deal = deal_for(work, actor, deal_id)

    def run() -> Closed:
        deal.require("decline")
        text = written(reason, "reason", longest=2_000)
        close_asks(work, deal, "declined")
        move(work, deal, "decline")
        work.append(
            deal_id, deal.actor, shared_events.Declined(revision=deal.revision), ledger.Personal(reason=text)
        )
        facts = {"happened": "declined", "who": deal.actor_name}
        notify_sellers(work, deal, shared_events.Declined, facts)
        return Closed(state="declined")

    return work.once(deal.actor, deal_id, "decline", key, [reason], Closed, run)
