"""Send a draft: it becomes revision 1, and every contact whose right was not taken back gets an invitation."""

from sqlalchemy import delete

from portal.access import Actor, deal_for
from portal.commands.people.issue_link import addressees, invite
from portal.commands.revision import publish
from portal.commands.revision.publish import Published
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import shared_events
from portal.errors import Invalid
from portal.storage import documents, private_documents, tables


@command("send_proposal")
def send_proposal(work: UnitOfWork, actor: Actor, deal_id: str, *, key: str | None = None) -> Published:
    """Invalid when there is nobody to send it to, or when its validity has ended."""
    deal = deal_for(work, actor, deal_id)

    def run() -> Published:
        deal.require("send")
        offer = documents.read_draft(work, deal_id)
        contacts = addressees(work, deal)
        if not contacts:
            raise Invalid.field(
                "contacts",
                "Nobody can be invited yet.",
                "Add a contact with a mail address. Somebody whose links were revoked needs a new one first.",
            )
        if offer.valid_until_instant <= work.now:
            raise Invalid.field(
                "valid_until",
                "This proposal was valid until %(day)s.",
                "Give it a later day.",
                day=offer.valid_until,
            )
        private = private_documents.read_private_figures(work, deal_id, 0)
        published = publish.publish(work, deal, offer, private, verb="send")
        work.connection.execute(delete(tables.draft).where(tables.draft.c.deal_id == deal_id))
        work.append(
            deal_id,
            deal.actor,
            shared_events.ProposalSent(revision=published.revision, digest=published.digest),
        )
        for contact in contacts:
            invite(work, deal, contact, offer)
        return published

    return work.once(deal.actor, deal_id, "send_proposal", key, [], Published, run)
