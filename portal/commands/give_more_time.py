"""Let the offer stand longer, whether it has expired or not."""

from datetime import date

from portal.access import Actor, deal_for
from portal.commands import publishing
from portal.commands.extending import publish_until
from portal.commands.publishing import Published
from portal.commands.telling import tell_buyers
from portal.commands.unit_of_work import UnitOfWork
from portal.domain import ledger


def give_more_time(
    work: UnitOfWork, actor: Actor, deal_id: str, *, valid_until: date, key: str | None = None
) -> Published:
    """`valid_until`: the last day, in the offer's time zone."""
    deal = deal_for(work, actor, deal_id)

    def run() -> Published:
        deal.require("give_more_time")
        published, offer = publish_until(work, deal, valid_until, "extend")
        work.append(deal_id, deal.actor, ledger.MoreTimeGiven(valid_until=offer.valid_until_instant))
        work.append(deal_id, deal.actor, publishing.event(published, "rep"))
        tell_buyers(work, deal, "new_answer", offer, {"revision": str(published.revision)})
        return published

    return work.once(deal.actor, deal_id, "give_more_time", key, [valid_until], Published, run)
