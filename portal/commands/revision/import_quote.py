"""Take a quote in: a draft of a new deal, or the next revision of the deal that came from the same quote."""

from collections.abc import Mapping
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from portal.access import Actor, Deal, deal_for, new_id
from portal.commands.people.seat_contacts import seat_contacts
from portal.commands.revision import requote as requoting
from portal.commands.revision.publish import deal_head
from portal.commands.revision.requote import replace_draft
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import ledger
from portal.domain.offer.revision import Offer, canonical_bytes
from portal.domain.offer.totals import revise
from portal.domain.requote.merge import Decision
from portal.errors import Conflict
from portal.intake.incoming import IncomingQuote
from portal.reading.desk.new_quote import NewQuote
from portal.storage import tables
from portal.storage.imported_quotes import ImportedQuote, store_imported_quote


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """`created` is False when the quote was known; `revision` is what --requote published, else 0; `approval` is set when
    that waits for a manager."""

    deal: str
    number: str
    created: bool
    revision: int = 0
    approval: str | None = None


@command("import_quote")
def import_quote(
    work: UnitOfWork,
    actor: Actor,
    quote: IncomingQuote,
    *,
    requote: bool = False,
    approved: bool = False,
    decided: Mapping[str, Decision] | None = None,
) -> Imported:
    """One deal per external id. Other content under a known id raises Conflict, or becomes a revision with `requote`.

    `approved`: its prices were approved where it comes from. `decided`: which of both holds where the deal and the quote
    disagree (see `requote`); Undecided while something is open.
    """
    known = _known(work, quote)
    if known is None:
        try:
            with work.connection.begin_nested():
                return _new_deal(work, quote)
        except IntegrityError:
            # On PostgreSQL another process may take the same quote in at this instant.
            known = _known(work, quote)
            if known is None:
                raise
    if known.fingerprint == quote.fingerprint:
        return Imported(deal=known.id, number=known.number, created=False)
    if not requote:
        raise Conflict(
            "Quote %(external_id)s is already deal %(number)s, with other content. "
            "Import it with --requote to make it the next revision.",
            external_id=quote.external_id,
            number=known.number,
        )
    new = NewQuote(
        offer=_signed(work, quote.offer),
        private=quote.private,
        contacts=quote.contacts,
        fingerprint=quote.fingerprint,
        generated=quote.generated,
        decided=dict(decided or {}),
    )
    return _requoted(work, deal_for(work, actor, known.id), new, approved=approved)


def _requoted(work: UnitOfWork, deal: Deal, quote: NewQuote, *, approved: bool) -> Imported:
    imported = Imported(deal=deal.id, number=deal.number, created=False)
    if deal.state == "draft":
        replace_draft(work, deal, quote)
        return imported
    deal.require("publish")
    published = requoting.requote(work, deal, quote, by="manager" if approved else None)
    return replace(imported, revision=published.revision, approval=published.approval)


def _known(work: UnitOfWork, quote: IncomingQuote) -> Any:
    """The deal of this quote, locked, so that of two who bring the same new content the second finds it done."""
    deal = tables.deal
    query = select(deal.c.id, deal.c.number, deal.c.fingerprint).where(
        deal.c.external_id == quote.external_id
    )
    return work.connection.execute(query.with_for_update()).first()


def _new_deal(work: UnitOfWork, quote: IncomingQuote) -> Imported:
    year = work.now.year
    deal_id, number = new_id(), f"{year}-{work.next_number(f'deal-{year}'):04d}"
    offer = _signed(work, quote.offer)
    work.connection.execute(
        insert(tables.deal).values(
            id=deal_id,
            number=number,
            external_id=quote.external_id,
            fingerprint=quote.fingerprint,
            state="draft",
            owner_id=_owner(work, quote.seller_contact_email),
            **deal_head(offer),
            created_at=work.now,
            last_event_at=work.now,
            buyer_digest=ledger.GENESIS,
            seller_digest=ledger.GENESIS,
        )
    )
    work.connection.execute(
        insert(tables.draft).values(
            deal_id=deal_id, document=canonical_bytes(revise(offer)), private=canonical_bytes(quote.private)
        )
    )
    seat_contacts(work, deal_id, quote.contacts)
    store_imported_quote(work, deal_id, ImportedQuote(offer=offer, generated=quote.generated))
    work.mark_changed(deal_id)
    return Imported(deal=deal_id, number=number, created=True)


def _owner(work: UnitOfWork, email: str) -> str | None:
    return work.connection.execute(
        select(tables.rep.c.id).where(tables.rep.c.email == email.lower(), tables.rep.c.active)
    ).scalar()


def _signed(work: UnitOfWork, offer: Offer) -> Offer:
    """An offer that names no seller is the installation's."""
    if offer.seller.name:
        return offer
    name = work.connection.execute(select(tables.installation.c.seller_name)).scalar_one()
    return replace(offer, seller=replace(offer.seller, name=name))
