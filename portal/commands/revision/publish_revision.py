"""Answer what was asked, add the seller's own edits, and publish the next revision; below the floor a manager approves."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select

from portal.access import Actor, Deal, deal_for
from portal.commands.mail.notify import notify_buyers
from portal.commands.negotiation import open_asks as asks
from portal.commands.revision import draft_revision, publish
from portal.commands.revision.clearing import clear, hold
from portal.commands.revision.publish import Published
from portal.commands.revision.resolve_answers import as_published, resolve_answers
from portal.commands.revision.revision_mail import revision_values
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import ended_offers
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer
from portal.domain.change.ended_offers import Decision
from portal.domain.change.resolve import unkept_grants
from portal.domain.difference.changed_subjects import changed_subjects
from portal.domain.ledger import ledger, shared_events
from portal.domain.policy.checks import By
from portal.domain.policy.gate import Waits
from portal.errors import Conflict, Invalid
from portal.storage import documents, private_documents, tables


class Publication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rep decides: an answer to every open ask, notes by change id, and a note on the whole.

    `ended_offers`: what becomes of the used if-you-then offers whose condition this revision ends, by key.
    """

    base_revision: int
    answers: tuple[Answer, ...] = ()
    answer_notes: dict[str, str] = {}
    note: str = ""
    ended_offers: dict[str, Decision] = {}


@command("publish_revision")
def publish_revision(
    work: UnitOfWork, actor: Actor, deal_id: str, publication: Publication, *, key: str | None = None
) -> Published:
    """Conflict when the revision moved meanwhile; Invalid, with a problem per change, when an answer is missing or wrong."""
    deal = deal_for(work, actor, deal_id)

    def run() -> Published:
        return publish_with(work, deal, publication, draft_revision.edits_of(work, deal).changes)

    return work.once(deal.actor, deal_id, "publish_revision", key, publication, Published, run)


def publish_with(
    work: UnitOfWork,
    deal: Deal,
    publication: Publication,
    edits: Sequence[Change],
    *,
    drafted: Sequence[Change] | None = None,
    by: By | None = None,
) -> Published:
    """Publish in the name of the deal's actor, signed `by` (see `clear`).

    `drafted`: the edits as they stood in the draft, where a manager has changed them; what was drafted since stays there.
    """
    deal.require("publish")
    if publication.base_revision != deal.revision:
        raise Conflict(
            "Revision %(revision)s arrived meanwhile. Look at it, then publish again.",
            revision=deal.revision,
        )
    offer = documents.read_revision(work, deal.id, deal.revision).offer
    open_asks = asks.open_asks(work, deal.id)
    made, answered = resolve_answers(work, deal, offer, open_asks, publication.answers)
    if not open_asks and not edits:
        raise Invalid("There is nothing to publish yet.", [])
    round_number = round_of(work, deal) if open_asks else None
    offered = apply(offer, [*made, *edits], concession=True, round_number=round_number)
    if unkept := unkept_grants(offered, made):
        raise Invalid("The revision does not keep what these answers grant.", unkept)
    # What stays of an if-you-then offer without its condition is a concession like any other.
    kept = ended_offers.kept_keys(offer, offered, publication.ended_offers)
    offered = ended_offers.settle(offer, offered, publication.ended_offers)
    private = private_documents.read_private_figures(work, deal.id, deal.revision)
    cleared = clear(work, deal, offered, private, by, kept=kept)
    if isinstance(cleared, Waits):
        return hold(work, deal, cleared, arguments=publication, edits=edits)
    publish.end_waiting_approvals(work, deal)
    published = publish.publish(work, deal, cleared)
    draft_revision.forget(work, deal, edits if drafted is None else drafted)
    ids = tuple(ask.id for ask in open_asks)
    asks.set_state(work, ids, "answered")
    work.append(
        deal.id,
        deal.actor,
        publish.event(
            published,
            "rep",
            changed=changed_subjects(offer, offered),
            counteroffers=ids,
        ),
        _words(publication, tuple(as_published(offered, each) for each in answered)),
    )
    told = revision_values(
        work, deal, published, answered, publication.answer_notes, publication.note.strip()
    )
    notify_buyers(
        work, deal, shared_events.RevisionPublished, offered, {"revision": str(published.revision), **told}
    )
    return published


def round_of(work: UnitOfWork, deal: Deal) -> int:
    """Which round of counteroffers this answers, from 1: however many asks came in it, one revision answers them."""
    bodies = work.connection.execute(
        select(tables.event.c.body).where(tables.event.c.deal_id == deal.id, tables.kind_is("revision"))
    ).scalars()
    published = (ledger.decode_body(body) for body in bodies)
    return 1 + sum(
        isinstance(each, shared_events.RevisionPublished) and bool(each.counteroffers) for each in published
    )


def _words(publication: Publication, answers: tuple[shared_events.Answered, ...]) -> ledger.Personal:
    """What is erased when the revision is taken back; there also when it is empty, so that the erasure shows."""
    note = written(publication.note, "note", required=False)
    notes = {
        change_id: written(text, f"note:{change_id}", longest=2_000)
        for change_id, text in publication.answer_notes.items()
        if text.strip()
    }
    return ledger.Personal(note=note, reasons=notes, answers=answers)
