"""A conflict in a buyer's draft: the offer moved since the ask was written, and the buyer stays with it."""

from portal.access import Actor, deal_for
from portal.commands.negotiation import draft_counteroffer
from portal.commands.negotiation.draft_counteroffer import Draft
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork


@command("keep_ask")
def keep_ask(work: UnitOfWork, actor: Actor, deal_id: str, change_id: str) -> Draft:
    """From now on the ask is held against what the offer says today; one that is not in the draft changes nothing.

    Invalid when it may not be asked of today's offer.
    """
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    draft = draft_counteroffer.draft_of(work, deal)
    kept = [change for change in draft.changes if change.id == change_id]
    if not kept:
        return draft
    reason = draft.reasons.get(change_id, "")
    return draft_counteroffer.put_changes(work, actor, deal_id, changes=kept, reason=reason)
