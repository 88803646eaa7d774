"""Take a quote in: a draft of a new deal, or the next revision of the deal that came from the same quote."""

from collections.abc import Iterable
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from portal.access import Actor, deal_for, new_id
from portal.commands.mail.notify import notify_buyers
from portal.commands.revision import publish
from portal.commands.revision.revision_mail import revision_values
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import ledger, shared_events
from portal.domain.offer.revision import Offer, canonical_bytes
from portal.domain.offer.totals import revise
from portal.errors import Conflict
from portal.intake.incoming import IncomingQuote, NewContact
from portal.storage import documents, tables


class Imported(msgspec.Struct, frozen=True, kw_only=True):
    """`created` is False when the quote was known; `revision` is what --requote published, else 0."""

    deal: str
    number: str
    created: bool
    revision: int = 0


@command("import_quote")
def import_quote(work: UnitOfWork, actor: Actor, quote: IncomingQuote, *, requote: bool = False) -> Imported:
    """One deal per external id. Other content under a known id raises Conflict, or becomes a revision with `requote`."""
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
    return _requote(work, actor, known.id, quote)


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
            title=offer.title,
            company=offer.buyer.name,
            currency=offer.currency,
            language=offer.language,
            owner_id=_owner(work, quote.seller_contact_email),
            valid_until=offer.valid_until_instant,
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
    _seat(work, deal_id, quote.contacts)
    work.mark_changed(deal_id)
    return Imported(deal=deal_id, number=number, created=True)


def _requote(work: UnitOfWork, actor: Actor, deal_id: str, quote: IncomingQuote) -> Imported:
    deal, offer = deal_for(work, actor, deal_id), _signed(work, quote.offer)
    if deal.state != "draft":
        deal.require("publish")
    # First of all, so that whoever is new in the quote is told of it like everybody else.
    _seat(work, deal_id, quote.contacts, by=deal.actor)
    if deal.state == "draft":
        draft = tables.draft
        work.connection.execute(
            update(draft)
            .where(draft.c.deal_id == deal_id)
            .values(document=canonical_bytes(revise(offer)), private=canonical_bytes(quote.private))
        )
        head = {
            "title": offer.title,
            "company": offer.buyer.name,
            "currency": offer.currency,
        }
        work.connection.execute(
            update(tables.deal)
            .where(tables.deal.c.id == deal_id)
            .values(valid_until=offer.valid_until_instant, language=offer.language, **head)
        )
        published = publish.Published(revision=0, digest="")
    else:
        if offer.currency != deal.currency:
            raise Conflict(
                "Deal %(number)s is in %(currency)s; a revision can't change the currency.",
                number=deal.number,
                currency=deal.currency,
            )
        before = documents.read_revision(work, deal_id, deal.revision).offer
        published = publish.publish(work, deal, offer, quote.private)
        changed = publish.changed_subjects(before, offer)
        work.append(deal_id, deal.actor, publish.event(published, "rep", changed=changed))
        told = {"revision": str(published.revision), **revision_values(work, deal, published)}
        notify_buyers(work, deal, shared_events.RevisionPublished, offer, told)
    work.connection.execute(
        update(tables.deal).where(tables.deal.c.id == deal_id).values(fingerprint=quote.fingerprint)
    )
    work.mark_changed(deal_id)
    return Imported(deal=deal_id, number=deal.number, created=False, revision=published.revision)


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


def _seat(work: UnitOfWork, deal_id: str, contacts: Iterable[NewContact], *, by: str = "") -> None:
    """Add the quote's contacts, and give those who are there already the role it states; told in the ledger `by` someone."""
    contact = tables.contact
    rows = work.connection.execute(
        select(contact.c.email, contact.c.id, contact.c.role).where(contact.c.deal_id == deal_id)
    )
    present = {row.email: (row.id, row.role) for row in rows}
    for person in contacts:
        email = person.email.lower()
        known, role = present.get(email, ("", ""))
        if known and role != person.role:
            work.connection.execute(update(contact).where(contact.c.id == known).values(role=person.role))
            if by:
                work.append(deal_id, by, shared_events.ContactRoleChanged(contact=known, role=person.role))
        if known:
            continue
        added = new_id()
        present[email] = (added, person.role)
        if by:
            work.append(deal_id, by, shared_events.ContactAdded(contact=added, role=person.role))
        work.connection.execute(
            insert(contact).values(
                id=added,
                deal_id=deal_id,
                name=person.name or person.email,
                email=email,
                role=person.role,
                created_at=work.now,
            )
        )
