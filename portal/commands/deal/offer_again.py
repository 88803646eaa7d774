"""Offer an earlier revision again: its content, valid until another day, becomes the next revision.

One step for "we take the first one after all", whether the deal is open or was closed without an acceptance.
"""

from datetime import date

from portal.access import Actor, Deal, deal_for
from portal.commands.deal.extend_validity import offer_until
from portal.commands.mail.notify import notify_buyers
from portal.commands.revision import publish
from portal.commands.revision.publish import Published
from portal.commands.revision.revision_mail import revision_values
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import shared_events
from portal.domain.offer.revision import Offer, PrivateFigures
from portal.domain.policy import authority
from portal.errors import Conflict, NotAllowed
from portal.reading.deal_page import history, visible_revisions
from portal.storage import documents, guard_rails, private_documents


@command("offer_again")
def offer_again(
    work: UnitOfWork, actor: Actor, deal_id: str, *, revision: int, valid_until: date, key: str | None = None
) -> Published:
    """`valid_until`: the last day, in the offer's time zone. Conflict for the current revision, or one that was taken back.

    Open requests stay open. NotAllowed when today's floors or the rep's limits leave it to a manager.
    """
    deal = deal_for(work, actor, deal_id)

    def run() -> Published:
        deal.require("offer_again")
        _check_earlier(work, deal, revision)
        before = documents.read_revision(work, deal_id, deal.revision).offer
        offer = offer_until(work, deal, revision, valid_until)
        private = _private_figures(work, deal, revision)
        _check_authority(work, deal, before, offer, private, revision)
        published = publish.publish(
            work, deal, offer, private, verb="publish" if deal.state == "open" else "reopen"
        )
        if deal.state != "open":
            work.append(deal_id, deal.actor, shared_events.Reopened(was=deal.state))
        changed = publish.changed_subjects(before, offer)
        work.append(deal_id, deal.actor, publish.event(published, "rep", changed=changed, again=revision))
        facts = {"revision": str(published.revision), **revision_values(work, deal, published)}
        notify_buyers(work, deal, shared_events.RevisionPublished, offer, facts)
        return published

    return work.once(deal.actor, deal_id, "offer_again", key, [revision, valid_until], Published, run)


def _check_earlier(work: UnitOfWork, deal: Deal, revision: int) -> None:
    if revision >= deal.revision:
        raise Conflict("Choose a revision before revision %(revision)s.", revision=deal.revision)
    if revision in visible_revisions.taken_back(history.rows(work, deal.id)):
        raise Conflict("Revision %(revision)s was taken back. Choose another.", revision=revision)


def _private_figures(work: UnitOfWork, deal: Deal, revision: int) -> PrivateFigures:
    """Today's; those of then for lines that have gone since."""
    then, now = (
        private_documents.read_private_figures(work, deal.id, number) for number in (revision, deal.revision)
    )
    return PrivateFigures(lines=then.lines | now.lines)


def _check_authority(  # noqa: PLR0917 - what is offered, and what it is judged by
    work: UnitOfWork, deal: Deal, before: Offer, offer: Offer, private: PrivateFigures, revision: int
) -> None:
    reasons = authority.reasons(before, offer, private, guard_rails.read_authority(work, deal.actor))
    if not authority.may_publish(deal.role, reasons):
        raise NotAllowed(
            "Revision %(revision)s goes beyond what you may offer alone today. Ask a manager to offer it again.",
            revision=revision,
        )
