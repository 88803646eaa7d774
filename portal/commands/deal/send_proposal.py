"""Send a draft: it becomes revision 1, and every contact whose right was not taken back gets an invitation."""

from sqlalchemy import delete

from portal.access import Actor, Deal, deal_for
from portal.commands.people.issue_link import addressees, invite
from portal.commands.revision import publish
from portal.commands.revision.clearing import clear, hold
from portal.commands.revision.publish import Published
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import shared_events
from portal.domain.policy.checks import By
from portal.domain.policy.gate import Waits
from portal.errors import Invalid
from portal.storage import documents, private_documents, tables


@command("send_proposal")
def send_proposal(
    work: UnitOfWork, actor: Actor, deal_id: str, *, approved: bool = False, key: str | None = None
) -> Published:
    """Invalid when there is nobody to send it to, or when its validity has ended. Prices below a floor wait for a manager,
    unless they were `approved` where the quote comes from."""
    deal = deal_for(work, actor, deal_id)
    by: By | None = "manager" if approved else None
    return work.once(
        deal.actor, deal_id, "send_proposal", key, [], Published, lambda: send(work, deal, by=by)
    )


def send(work: UnitOfWork, deal: Deal, *, by: By | None = None) -> Published:
    """Send the deal's draft. `by` as in `clear`."""
    deal.require("send")
    offer = documents.read_draft(work, deal.id)
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
    cleared = clear(work, deal, offer, private_documents.read_private_figures(work, deal.id, 0), by)
    if isinstance(cleared, Waits):
        return hold(work, deal, cleared, road="send")
    published = publish.publish(work, deal, cleared, verb="send")
    publish.end_waiting_approvals(work, deal)
    work.connection.execute(delete(tables.draft).where(tables.draft.c.deal_id == deal.id))
    work.append(
        deal.id,
        deal.actor,
        shared_events.ProposalSent(revision=published.revision, digest=published.digest),
    )
    for contact in contacts:
        invite(work, deal, contact, offer)
    return published
