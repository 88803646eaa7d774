"""Tick an option, or choose another line of a group: the offer prices it already, so the next revision is there at once."""

from collections.abc import Sequence

from portal.access import Actor, deal_for
from portal.commands.negotiation import open_asks
from portal.commands.revision import publish
from portal.commands.revision.clearing import clear_unchanged
from portal.commands.revision.publish import Published
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import counteroffer, standing_offer
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.changed_subjects import changed_subjects
from portal.domain.change.published_prices import inside_offer
from portal.errors import Conflict, Invalid
from portal.storage import documents, private_documents


@command("choose")
def choose(
    work: UnitOfWork,
    actor: Actor,
    deal_id: str,
    *,
    changes: Sequence[Change],
    revision: int,
    key: str | None = None,
) -> Published:
    """`revision` is the one the buyer saw. Conflict when it moved; Invalid when a change is more than a choice."""
    deal = deal_for(work, actor, deal_id)

    def run() -> Published:
        deal.require("choose")
        if revision != deal.revision:
            raise Conflict(
                "Revision %(revision)s arrived meanwhile. Look at it and choose again.",
                revision=deal.revision,
            )
        offer = documents.read_revision(work, deal_id, deal.revision).offer
        problems = counteroffer.check(offer, changes)
        if problems:
            raise Invalid("This can't be chosen.", problems)
        if not inside_offer(offer, changes):
            raise Invalid("This changes more than the offer leaves open. Send it as a counteroffer.", [])
        chosen = apply(offer, changes, concession=False)
        if undone := standing_offer.broken(offer, chosen):
            raise Invalid(
                "“%(label)s” was taken on this condition. Ask for the change in a counteroffer instead.",
                [],
                label=undone[0].label,
            )
        private = private_documents.read_private_figures(work, deal_id, deal.revision)
        published = publish.publish(work, deal, clear_unchanged(work, deal, chosen, private, "buyer"))
        # By comparison, for another line of a choice group is touched as well, by being left.
        changed = changed_subjects(offer, chosen)
        open_asks.settle_choices(work, deal, changed)
        work.append(deal_id, deal.actor, publish.event(published, "offer", changed=changed))
        return published

    return work.once(deal.actor, deal_id, "choose", key, [list(changes), revision], Published, run)
