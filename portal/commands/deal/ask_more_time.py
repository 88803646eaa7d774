"""A buyer asks the seller to let an expired offer stand again."""

import msgspec

from portal.access import Actor, deal_for
from portal.commands.mail.notify import notify_sellers
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import ledger, shared_events


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    position: int


@command("ask_more_time")
def ask_more_time(
    work: UnitOfWork, actor: Actor, deal_id: str, *, body: str = "", key: str | None = None
) -> Asked:
    deal = deal_for(work, actor, deal_id)

    def run() -> Asked:
        deal.require("ask_more_time")
        text = written(body, "body", longest=2_000, required=False)
        appended = work.append(deal_id, deal.actor, shared_events.MoreTimeAsked(), ledger.Personal(body=text))
        facts = {"happened": "more_time_asked", "who": deal.actor_name}
        notify_sellers(work, deal, shared_events.MoreTimeAsked, facts)
        return Asked(position=appended.buyer_seq or 0)

    return work.once(deal.actor, deal_id, "ask_more_time", key, [body], Asked, run)
