"""A new quote for a deal that is there: merged with what was negotiated, then through the gate like everything else."""

from collections.abc import Sequence

from sqlalchemy import update

from portal.access import Deal
from portal.commands.mail.notify import notify_buyers
from portal.commands.people.seat_contacts import seat_contacts
from portal.commands.revision import publish
from portal.commands.revision.clearing import clear, hold
from portal.commands.revision.publish import Published
from portal.commands.revision.revision_mail import revision_values
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import standing_offer
from portal.domain.difference.changed_subjects import changed_subjects
from portal.domain.ledger import shared_events
from portal.domain.offer.revision import canonical_bytes
from portal.domain.offer.totals import revise
from portal.domain.policy.checks import By
from portal.domain.policy.gate import Waits
from portal.domain.requote.clash import Clash
from portal.errors import Conflict
from portal.reading.desk.new_quote import NewQuote, merged_with
from portal.storage import documents, tables
from portal.storage.imported_quotes import ImportedQuote, store_imported_quote


class Undecided(Conflict):
    """The deal and the quote both changed something, and nobody has said yet which of them holds."""

    def __init__(self, clashes: Sequence[Clash], currency: str) -> None:
        self.clashes, self.currency = tuple(clashes), currency
        self.problems = tuple(each.problem(currency) for each in clashes)
        super().__init__(
            "This quote and what was negotiated disagree. Decide each point, then import it again."
        )


def requote(work: UnitOfWork, deal: Deal, quote: NewQuote, *, by: By | None = None) -> Published:
    """Merge the quote into the deal and publish what comes out, or let it wait for a manager.

    Undecided, with every clash, when both sides moved; Conflict for another currency. `by` as in `clear`.
    """
    if quote.offer.currency != deal.currency:
        raise Conflict(
            "Deal %(number)s is in %(currency)s; a revision can't change the currency.",
            number=deal.number,
            currency=deal.currency,
        )
    merged, base, private = merged_with(work, deal, quote, signed=by == "manager")
    if merged.clashes:
        raise Undecided(merged.clashes, deal.currency)
    before = documents.read_revision(work, deal.id, deal.revision).offer
    kept = [
        each.key
        for each in standing_offer.broken(before, merged.offer)
        if quote.decided.get(f"standing:{each.key}:whole") != "take"
    ]
    cleared = clear(work, deal, merged.offer, private, by, kept=kept)
    if isinstance(cleared, Waits):
        return hold(work, deal, cleared, road="requote", arguments=quote)
    # First, so that whoever is new in the quote is told of it like everybody else.
    seat_contacts(work, deal.id, quote.contacts, by=deal.actor)
    published = publish.publish(work, deal, cleared)
    changed = changed_subjects(before, merged.offer)
    work.append(deal.id, deal.actor, publish.event(published, "rep", changed=changed))
    values = {"revision": str(published.revision), **revision_values(work, deal, published)}
    notify_buyers(work, deal, shared_events.RevisionPublished, merged.offer, values)
    store_imported_quote(work, deal.id, base)
    keep_fingerprint(work, deal.id, quote.fingerprint)
    return published


def replace_draft(work: UnitOfWork, deal: Deal, quote: NewQuote) -> None:
    """A draft that nobody has seen is the quote's to say."""
    seat_contacts(work, deal.id, quote.contacts, by=deal.actor)
    draft, offer = tables.draft, quote.offer
    work.connection.execute(
        update(draft)
        .where(draft.c.deal_id == deal.id)
        .values(document=canonical_bytes(revise(offer)), private=canonical_bytes(quote.private))
    )
    publish.end_waiting_approvals(work, deal)
    work.connection.execute(
        update(tables.deal).where(tables.deal.c.id == deal.id).values(**publish.deal_head(offer))
    )
    store_imported_quote(work, deal.id, ImportedQuote(offer=offer, generated=quote.generated))
    keep_fingerprint(work, deal.id, quote.fingerprint)


def keep_fingerprint(work: UnitOfWork, deal_id: str, fingerprint: str) -> None:
    """The content is known from now on, so that importing it again changes nothing."""
    deal = tables.deal
    work.connection.execute(update(deal).where(deal.c.id == deal_id).values(fingerprint=fingerprint))
    work.mark_changed(deal_id)
