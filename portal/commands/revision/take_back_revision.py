"""Take back a revision that nobody on the other side has opened: what stood before stands again, under a new number.

Numbers are never given out twice, and both sides keep the record. An acceptance and a take-back at the same instant have
one winner: each needs the deal's row, and the second finds another revision, or another state. A mail about it that has
not left yet does not leave. What the revision said is erased from the ledger; who published it and took it back stays.
"""

from sqlalchemy import select, update

from portal.access import Actor, Deal, deal_for
from portal.commands.outbox.cancel_mail import cancel_news, hold_mail
from portal.commands.revision import publish
from portal.commands.revision.clearing import clear_unchanged
from portal.commands.revision.publish import Published
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import ledger, shared_events
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
        hold_mail(work, deal)
        if reason := _reason_to_stay(work, deal, revision, present=present):
            raise Conflict(reason)
        before = documents.read_revision(work, deal_id, revision - 1).offer
        private = private_documents.read_private_figures(work, deal_id, revision - 1)
        answered = publication(work, deal)
        published = publish.publish(work, deal, clear_unchanged(work, deal, before, private, "nobody"))
        reopened = _ask_again(work, answered)
        work.append(deal_id, deal.actor, _event(published, revision, reopened))
        cancel_news(work, deal, revision)
        _erase(work, deal, revision)
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


def _erase(work: UnitOfWork, deal: Deal, revision: int) -> None:
    """Nothing of what the revision said stays in the ledger: its note, its answers and their notes."""
    event = tables.event
    mine = (event.c.deal_id == deal.id, tables.kind_is("revision"))
    rows = work.connection.execute(select(event.c.seq, event.c.body).where(*mine)).all()
    for row in rows:
        fact = ledger.decode_body(row.body)
        if isinstance(fact, shared_events.RevisionPublished) and fact.revision == revision:
            work.connection.execute(update(event).where(*mine, event.c.seq == row.seq).values(personal=None))


def _event(published: Published, revision: int, reopened: tuple[str, ...]) -> shared_events.RevisionPublished:
    """Without what differs, which would tell what the revision had changed."""
    return shared_events.RevisionPublished(
        revision=published.revision,
        digest=published.digest,
        signed="rep",
        takes_back=revision,
        reopens=reopened,
    )
