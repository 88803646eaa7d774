"""Take back a revision that nobody on the other side has opened: what stood before stands again, under a new number.

Numbers are never given out twice, and both sides keep the record. An acceptance and a take-back at the same instant have
one winner: each needs the deal's row, and the second finds another revision, or another state. A mail about it that has
not left yet does not leave.
"""

from sqlalchemy import select, update

from portal.access import Actor, Deal, deal_for
from portal.commands.outbox.cancel_mail import cancel_news
from portal.commands.revision import publish
from portal.commands.revision.clearing import clear_unchanged
from portal.commands.revision.publish import Published
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change.changed_subjects import changed_subjects
from portal.domain.ledger import shared_events
from portal.domain.offer.revision import Offer
from portal.errors import Conflict, Sentence
from portal.reading.desk.take_back_rules import obstacle, publication
from portal.storage import documents, private_documents, tables


@command("take_back_revision")
def take_back_revision(
    work: UnitOfWork,
    actor: Actor,
    deal_id: str,
    *,
    revision: int,
    present: bool = False,
    key: str | None = None,
) -> Published:
    """The revision that stands instead. Conflict, with the reason, when `revision` can't be taken back (any more).

    `present`: somebody of the buyer's has the page open, and may be reading it.
    """
    deal = deal_for(work, actor, deal_id)

    def run() -> Published:
        deal.require("take_back")
        if reason := _reason_to_stay(work, deal, revision, present=present):
            raise Conflict(reason)
        now, before = (
            documents.read_revision(work, deal_id, number).offer for number in (revision, revision - 1)
        )
        private = private_documents.read_private_figures(work, deal_id, revision - 1)
        answered = publication(work, deal)
        published = publish.publish(work, deal, clear_unchanged(work, deal, before, private, "nobody"))
        reopened = _ask_again(work, answered)
        work.append(deal_id, deal.actor, _event(published, revision, reopened, now, before))
        cancel_news(work, deal, revision)
        return published

    return work.once(deal.actor, deal_id, "take_back_revision", key, [revision], Published, run)


def _reason_to_stay(work: UnitOfWork, deal: Deal, revision: int, *, present: bool) -> str:
    """Why the revision can't be taken back; "" when it can."""
    if revision != deal.revision:
        return Sentence("Revision %(revision)s arrived meanwhile. Look at it first.", revision=deal.revision)
    if reason := obstacle(work, deal):
        return reason
    if present:
        return Sentence(
            "%(company)s has the page open; only a newer revision corrects it.", company=deal.company
        )
    return ""


def _ask_again(work: UnitOfWork, fact: shared_events.RevisionPublished | None) -> tuple[str, ...]:
    """Open again what the revision had answered; the ids."""
    ask, answered = tables.counteroffer, fact.counteroffers if fact else ()
    mine = (ask.c.id.in_(answered), ask.c.state == "answered")
    ids = tuple(work.connection.execute(select(ask.c.id).where(*mine).order_by(ask.c.event_seq)).scalars())
    if ids:
        work.connection.execute(update(ask).where(*mine).values(state="open"))
    return ids


def _event(
    published: Published, revision: int, reopened: tuple[str, ...], now: Offer, before: Offer
) -> shared_events.RevisionPublished:
    return shared_events.RevisionPublished(
        revision=published.revision,
        digest=published.digest,
        signed="rep",
        changed=changed_subjects(now, before),
        takes_back=revision,
        reopens=reopened,
    )
