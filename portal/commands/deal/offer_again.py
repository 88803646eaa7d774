"""Offer an earlier revision again: its content, valid until another day, becomes the next revision.

One step for "we take the first one after all", whether the deal is open or was closed without an acceptance.
"""

from datetime import date

import msgspec

from portal.access import Actor, Deal, deal_for
from portal.commands.deal.extend_validity import offer_until
from portal.commands.mail.notify import notify_buyers
from portal.commands.revision import publish
from portal.commands.revision.clearing import clear, hold
from portal.commands.revision.publish import Published
from portal.commands.revision.revision_mail import revision_values
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.difference.changed_subjects import changed_subjects
from portal.domain.ledger import shared_events
from portal.domain.offer.revision import PrivateFigures
from portal.domain.policy.checks import By
from portal.domain.policy.gate import Waits
from portal.errors import Conflict
from portal.reading.deal_page import history, visible_revisions
from portal.storage import documents, private_documents


class Again(msgspec.Struct, frozen=True, kw_only=True):
    """Which revision is offered again, until the end of which day."""

    revision: int
    valid_until: date


@command("offer_again")
def offer_again(
    work: UnitOfWork, actor: Actor, deal_id: str, *, revision: int, valid_until: date, key: str | None = None
) -> Published:
    """`valid_until`: the last day, in the offer's time zone. Conflict for the current revision, or one that was taken back.

    Open requests stay open. Beyond today's floors or the rep's limits it waits for a manager.
    """
    deal, again = deal_for(work, actor, deal_id), Again(revision=revision, valid_until=valid_until)
    asked = [revision, valid_until]
    return work.once(
        deal.actor, deal_id, "offer_again", key, asked, Published, lambda: publish_again(work, deal, again)
    )


def publish_again(work: UnitOfWork, deal: Deal, again: Again, *, by: By | None = None) -> Published:
    """Publish the earlier revision, signed `by` (see `clear`), or let it wait for a manager."""
    deal.require("offer_again")
    _check_earlier(work, deal, again.revision)
    before = documents.read_revision(work, deal.id, deal.revision).offer
    offer = offer_until(work, deal, again.revision, again.valid_until)
    cleared = clear(work, deal, offer, _private_figures(work, deal, again.revision), by)
    if isinstance(cleared, Waits):
        return hold(work, deal, cleared, road="again", arguments=again)
    published = publish.publish(work, deal, cleared, verb="publish" if deal.state == "open" else "reopen")
    if deal.state != "open":
        work.append(deal.id, deal.actor, shared_events.Reopened(was=deal.state))
    changed = changed_subjects(before, offer)
    work.append(deal.id, deal.actor, publish.event(published, "rep", changed=changed, again=again.revision))
    facts = {"revision": str(published.revision), **revision_values(work, deal, published)}
    notify_buyers(work, deal, shared_events.RevisionPublished, offer, facts)
    return published


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
