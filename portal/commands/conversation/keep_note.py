"""Keep an internal note: the seller's side room, which no buyer can see or count."""

from portal.access import Actor, deal_for
from portal.commands.conversation.post_message import Posted, anchored, say
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import seller_events


@command("keep_note")
def keep_note(
    work: UnitOfWork,
    actor: Actor,
    deal_id: str,
    *,
    body: str,
    anchor: str | None = None,
    key: str | None = None,
) -> Posted:
    """The same key with the same text gives the first result; with another text, Conflict."""
    deal = deal_for(work, actor, deal_id)
    deal.require("note")
    return say(work, deal, seller_events.NoteSaved(anchor=anchored(work, deal, anchor)), body, key)
