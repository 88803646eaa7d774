"""Mark the comments on a line or a term as answered, where a reply in the same place is not needed."""

from portal.access import Actor, deal_for
from portal.commands.conversation.post_message import anchored
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import shared_events
from portal.reading.deal_page import comments


@command("close_question")
def close_question(work: UnitOfWork, actor: Actor, deal_id: str, *, anchor: str) -> None:
    """Either side may. What is answered already stays so; Invalid when there is no such line or term."""
    deal = deal_for(work, actor, deal_id)
    deal.require("comment")
    subject = anchored(work, deal, anchor)
    if subject and any(
        each.asked_by for each in comments.open_questions(work, deal_id, deal.party, {subject: ""})
    ):
        work.append(deal_id, deal.actor, shared_events.QuestionAnswered(anchor=subject))
