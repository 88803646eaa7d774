"""Let the offer stand longer, whether it has expired or not."""

from datetime import date

from portal.access import Actor, deal_for
from portal.commands.deal.extend_validity import publish_until
from portal.commands.mail.notify import notify_buyers
from portal.commands.revision import publish
from portal.commands.revision.publish import Published
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import shared_events


@command("give_more_time")
def give_more_time(
    work: UnitOfWork, actor: Actor, deal_id: str, *, valid_until: date, key: str | None = None
) -> Published:
    """`valid_until`: the last day, in the offer's time zone."""
    deal = deal_for(work, actor, deal_id)

    def run() -> Published:
        deal.require("give_more_time")
        published, offer = publish_until(work, deal, valid_until, "extend")
        work.append(deal_id, deal.actor, shared_events.MoreTimeGiven(valid_until=offer.valid_until_instant))
        work.append(deal_id, deal.actor, publish.event(published, "rep"))
        notify_buyers(
            work, deal, shared_events.RevisionPublished, offer, {"revision": str(published.revision)}
        )
        return published

    return work.once(deal.actor, deal_id, "give_more_time", key, [valid_until], Published, run)
