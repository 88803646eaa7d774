"""Read a quote in any supported format: return the offer that it makes, or raise every problem at once."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from pydantic import ValidationError

from portal.domain.offer.capacity import LAST_DAY
from portal.domain.offer.revision import Offer, PrivateFigures, canonical_bytes, digest
from portal.domain.offer.totals import totals
from portal.errors import Problem
from portal.intake import offering, rules, warnings
from portal.intake.contact import NewContact, contact_of, parse_contact
from portal.intake.document import Document
from portal.intake.formats import read_document
from portal.intake.offer_problems import problems_of_offer
from portal.intake.problems import problems_of, refusal
from portal.intake.quote import DEFAULT_VALIDITY, Quote

__all__ = ["IncomingQuote", "NewContact", "parse_contact", "read_quote"]


class IncomingQuote(msgspec.Struct, frozen=True, kw_only=True):
    """A valid quote that is not yet a deal.

    `external_id` is the sender's, or derived from the content. `number` is the sender's number, or "".
    `fingerprint` (SHA-256, hex) is equal for equal content. A default validity does not count as content.
    `generated`: the parts that got their keys here (see `offering.generated_keys`).
    """

    external_id: str
    number: str
    offer: Offer
    private: PrivateFigures
    contacts: tuple[NewContact, ...]
    seller_contact_email: str
    warnings: tuple[Problem, ...]
    fingerprint: str
    generated: frozenset[str] = frozenset()


def read_quote(
    data: bytes,
    filename: str,
    *,
    today: date,
    zone: str,
    valid_until: date | None = None,
    contacts: Sequence[NewContact] = (),
) -> IncomingQuote:
    """Read a quote. Invalid, with every problem at its place, when it is not valid.

    `today` is the date in the seller's time zone `zone`. `valid_until` replaces the document's own date. `contacts` are
    added to the document's contacts, and replace those with the same address.
    """
    document = read_document(data, filename)
    quote = _validate(document, today=today, valid_until=valid_until)
    stated_end = valid_until or quote.valid_until
    last_day = stated_end or today + DEFAULT_VALIDITY
    offer = offering.offer_of(quote, valid_until=last_day, zone=zone)
    private = offering.private_figures_of(quote)
    computed = totals(offer)
    comparison = document.compare(computed)
    if problems := [*document.relocate(problems_of_offer(offer)), *comparison.problems]:
        raise refusal(problems)
    people = _merge_contacts(quote, contacts)
    open_points = warnings.open_points(
        quote, last_day=last_day, stated=stated_end is not None, contacts=people
    )
    fingerprint = _fingerprint(offer, private, people, stated_end)
    return IncomingQuote(
        external_id=quote.external_id or f"content-{fingerprint[:24]}",
        number=quote.external_id,
        offer=offer,
        private=private,
        contacts=people,
        seller_contact_email=quote.seller.contact.email,
        warnings=(*document.warnings, *comparison.warnings, *document.relocate(open_points)),
        fingerprint=fingerprint,
        generated=offering.generated_keys(quote),
    )


def _validate(document: Document, *, today: date, valid_until: date | None) -> Quote:
    problems = [*document.problems, *_problems_of_end(valid_until, today)]
    field_problems = rules.problems_across(document.fields)
    quote = None
    try:
        quote = Quote.model_validate(document.fields, context={"today": None if valid_until else today})
    except ValidationError as error:
        field_problems = problems_of(error, Quote) + field_problems
    problems += document.relocate(field_problems)
    if problems or quote is None:
        raise refusal(problems)
    return quote


def _problems_of_end(valid_until: date | None, today: date) -> list[Problem]:
    if valid_until is None or today <= valid_until <= LAST_DAY:
        return []
    return [
        Problem.of(
            "--valid-until",
            "%(day)s is not between today and %(last)s.",
            "Give another day.",
            day=valid_until,
            last=LAST_DAY,
        )
    ]


def _merge_contacts(quote: Quote, given: Sequence[NewContact]) -> tuple[NewContact, ...]:
    people = [*(contact_of(contact) for contact in quote.buyer.contacts), *given]
    return tuple({person.email.casefold(): person for person in people}.values())


class _Content(msgspec.Struct):
    offer: dict[str, Any]
    private: PrivateFigures
    contacts: list[NewContact]


def _fingerprint(
    offer: Offer, private: PrivateFigures, people: Sequence[NewContact], stated_end: date | None
) -> str:
    content = msgspec.to_builtins(offer)
    # Not the sender's content: the fingerprint must not depend on the day of the import or on the installation's zone.
    for name in ("valid_until_instant", "time_zone"):
        del content[name]
    content["valid_until"] = stated_end
    sorted_contacts = sorted(people, key=lambda person: person.email)
    return digest(canonical_bytes(_Content(offer=content, private=private, contacts=sorted_contacts)))
