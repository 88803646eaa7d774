"""Put the proposed spread of an overall price into the seller's own edits, for the rep to change and publish."""

from portal.access import Actor, deal_for
from portal.commands.negotiation import open_asks
from portal.commands.revision import draft_revision
from portal.commands.revision.draft_revision import Edits
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import target_distribution
from portal.domain.offer import money
from portal.errors import Conflict, Invalid
from portal.storage import documents, private_documents


@command("carry_target")
def carry_target(work: UnitOfWork, actor: Actor, deal_id: str) -> Edits:
    """Conflict when nobody asks for an overall price any more, Invalid when no line can carry it above its floor."""
    deal = deal_for(work, actor, deal_id)
    deal.require("edit")
    wanted = [
        (ask, each)
        for ask in open_asks.open_asks(work, deal_id)
        for each in ask.changes
        if each.field == "target"
    ]
    if not wanted:
        raise Conflict("Nobody asks for an overall price any more.")
    ask, change = wanted[-1]
    offer = documents.read_revision(work, deal_id, deal.revision).offer
    private = private_documents.read_private_figures(work, deal_id, deal.revision)
    edits = draft_revision.edits_of(work, deal).changes
    found = target_distribution.proposed(offer, private, ask, money.parse(change.value), edits)
    if not found.enough:
        raise Invalid("The negotiable lines can't carry this without going below their floors.", [])
    return draft_revision.put_changes(work, actor, deal_id, changes=found.changes)
