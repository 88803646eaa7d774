"""The entry: bytes of a quote in any format that is read, to the offer they make or every reason why not."""

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from pydantic import ValidationError

from portal.domain.offer.revision import Offer, PrivateFigures, canonical_bytes, digest
from portal.domain.offer.totals import totals
from portal.errors import Problem, Sentence
from portal.intake import offering, rules, warnings
from portal.intake.contact import NewContact, contact_of, parse_contact
from portal.intake.document import Document
from portal.intake.fields import LAST_DAY, shown
from portal.intake.json_document import read_json
from portal.intake.out_of_bounds import out_of_bounds
from portal.intake.problems import problems_of, refusal
from portal.intake.quote import DEFAULT_VALIDITY, Quote
from portal.intake.sheet import xlsx_file
from portal.intake.sheet.csv_file import read_csv
from portal.intake.sheet.quote import looks_like_a_table, read_sheet
from portal.intake.ubl.quotation import read_quotation
from portal.intake.unreadable import unreadable

__all__ = ["IncomingQuote", "NewContact", "parse_contact", "read_quote"]

LARGEST = 10 * 1024 * 1024
FORMATS = (
    "Parley reads quotes as JSON quote documents, as CSV and XLSX, and as UBL 2.0 to 2.4 Quotations (XML)."
)


class IncomingQuote(msgspec.Struct, frozen=True, kw_only=True):
    """A quote that holds, not yet a deal.

    `external_id` is the sender's, or made from the content. `number` is what the sender calls it, "" when it does not.
    `fingerprint` (SHA-256, hex) is equal for equal content; an end that the document does not state is no content.
    """

    external_id: str
    number: str
    offer: Offer
    private: PrivateFigures
    contacts: tuple[NewContact, ...]
    seller_contact_email: str
    warnings: tuple[Problem, ...]
    fingerprint: str


def read_quote(
    data: bytes,
    filename: str,
    *,
    today: date,
    zone: str,
    valid_until: date | None = None,
    contacts: Sequence[NewContact] = (),
) -> IncomingQuote:
    """Read a quote. `today` is the seller's day and `zone` their time zone; `valid_until` replaces the document's own end,
    `contacts` are added to its contacts and win over them. Invalid, with every problem at its place, when it does not hold.
    """
    document = _document(data, filename)
    quote = _checked(document, today=today, valid_until=valid_until)
    stated_end = valid_until or quote.valid_until
    ends = stated_end or today + DEFAULT_VALIDITY
    offer = offering.offer_of(quote, valid_until=ends, zone=zone)
    private = offering.private_of(quote)
    computed = totals(offer)
    comparison = document.compare(computed)
    if problems := [*document.placed(out_of_bounds(offer, computed)), *comparison.problems]:
        raise refusal(problems)
    people = _people(quote, contacts)
    open_points = warnings.left_open(quote, ends=ends, stated=stated_end is not None, contacts=people)
    fingerprint = _fingerprint(offer, private, people, stated_end)
    return IncomingQuote(
        external_id=quote.external_id or f"content-{fingerprint[:24]}",
        number=quote.external_id,
        offer=offer,
        private=private,
        contacts=people,
        seller_contact_email=quote.seller.contact.email,
        warnings=(*document.warnings, *comparison.warnings, *document.placed(open_points)),
        fingerprint=fingerprint,
    )


def _document(data: bytes, filename: str) -> Document:
    """The document by what its bytes are; the name only says what a file that is neither was meant to be."""
    if len(data) > LARGEST:
        raise unreadable(
            "",
            Sentence(
                "It has %(size)s MB, and at most %(limit)s MB are read.",
                size=len(data) >> 20,
                limit=LARGEST >> 20,
            ),
            "Split the quote.",
        )
    if data.startswith(xlsx_file.START):
        return read_sheet(xlsx_file.read_xlsx(data))
    if data.startswith(xlsx_file.OLD):
        raise unreadable(
            "", "It is an old Excel file, or one with a password.", "Save it as .xlsx, without a password."
        )
    if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4]:
        raise unreadable("", "It is not in UTF-8 (it looks like UTF-16).", "Save it again as UTF-8.")
    start = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if not start:
        raise unreadable("", "The file is empty.", FORMATS)
    if start == b"<":
        return read_quotation(data)
    if start in (b"{", b"[") or filename.lower().endswith(".json"):
        fields, problems = read_json(data)
        return Document(fields, problems)
    if filename.lower().endswith((".csv", ".tsv")) or looks_like_a_table(_first_line(data)):
        return read_sheet(read_csv(data))
    raise unreadable(
        "",
        Sentence("%(filename)s is in none of the formats that are read.", filename=shown(filename)),
        FORMATS,
    )


def _first_line(data: bytes) -> str:
    return data[:8192].removeprefix(b"\xef\xbb\xbf").lstrip().partition(b"\n")[0].decode("cp1252", "replace")


def _checked(document: Document, *, today: date, valid_until: date | None) -> Quote:
    problems = [*document.problems, *_given_end(valid_until, today)]
    found = rules.across(document.fields)
    quote = None
    try:
        quote = Quote.model_validate(document.fields, context={"today": None if valid_until else today})
    except ValidationError as error:
        found = problems_of(error, Quote) + found
    problems += document.placed(found)
    if problems or quote is None:
        raise refusal(problems)
    return quote


def _given_end(valid_until: date | None, today: date) -> list[Problem]:
    if valid_until is None or today <= valid_until <= LAST_DAY:
        return []
    return [
        Problem(
            "--valid-until",
            Sentence(
                "%(day)s is not between today and %(last)s.",
                day=valid_until,
                last=LAST_DAY,
            ),
            "Give another day.",
        )
    ]


def _people(quote: Quote, given: Sequence[NewContact]) -> tuple[NewContact, ...]:
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
    # What the installation adds is not the sender's content: the same file stays the same tomorrow and after a move.
    for name in ("valid_until_instant", "time_zone"):
        del content[name]
    content["valid_until"] = stated_end
    by_address = sorted(people, key=lambda person: person.email)
    return digest(canonical_bytes(_Content(offer=content, private=private, contacts=by_address)))
