"""A UBL Quotation (OASIS UBL 2.0 to 2.4) as a quote document. Places are XPaths.

What it says is kept or refused; what is left aside (alternatives, prepaid amounts) is told in a warning.
"""

import re
from collections import Counter

from babel import Locale, UnknownLocaleError
from lxml import etree

from portal.domain.offer import money
from portal.errors import Sentence
from portal.intake.document import Document
from portal.intake.fields import shown
from portal.intake.problems import refusal
from portal.intake.ubl.draft import Draft
from portal.intake.ubl.lines import read_lines
from portal.intake.ubl.parties import read_delivery, read_parties
from portal.intake.ubl.prices import is_charge
from portal.intake.ubl.stated import comparison
from portal.intake.ubl.taxes import put_category
from portal.intake.ubl.xml import every, find, parse, text

MOST_LINES = 5000
VERSIONS = re.compile(r"2\.[0-4]")
# Amounts of another purpose, which may well be in another currency.
_ASIDE = frozenset(
    {
        "PayableAlternativeAmount",
        "TransactionCurrencyTaxAmount",
        "SellerProposedSubstituteLineItem",
        "AlternativeLineItem",
        "UBLExtensions",
    }
)
_ONE = "A quote has one currency; make one quote for each."
_TERMS = (
    ("Delivery terms", "cac:DeliveryTerms/cbc:SpecialTerms"),
    ("Payment terms", "cac:PaymentTerms/cbc:Note"),
)


def read_quotation(data: bytes) -> Document:
    """The document behind `data`; Invalid when it is not a UBL Quotation."""
    root = parse(data)
    draft = Draft(root)
    currency = _currency(draft, root)
    lines = every(root, "cac:QuotationLine")
    if not currency or len(lines) > MOST_LINES:
        if currency:
            draft.refuse(
                lines[0],
                Sentence(
                    "There are %(lines)s lines; at most %(limit)s are read.",
                    lines=len(lines),
                    limit=MOST_LINES,
                ),
                "Split the quote.",
            )
        raise refusal(draft.problems)
    _head(draft, root)
    read_parties(draft, root)
    read_delivery(draft, root)
    _terms(draft, root)
    read_lines(draft, root, lines, currency)
    _adjustments(draft, root)
    compare = comparison(draft, root, currency)
    return Document(draft.fields, draft.problems, draft.warnings, draft.where, compare)


def _currency(draft: Draft, root: etree._Element) -> str:
    """The currency of the amounts that count, "" with a problem when there is none; a problem for each in another."""
    amounts = [each for each in root.iterfind(".//*[@currencyID]") if not _aside(each)]
    named = Counter(each.get("currencyID", "") for each in amounts)
    source = find(root, "cbc:PricingCurrencyCode")
    currency = text(source)
    if named:
        currency = named.most_common(1)[0][0]
        source = next(each for each in amounts if each.get("currencyID") == currency)
    try:
        money.places(currency)
    except KeyError:
        draft.refuse(
            root if source is None else source,
            Sentence("%(currency)s is not a currency of ISO 4217.", currency=shown(currency))
            if currency
            else "No amount names its currency.",
            'Amounts carry it, such as currencyID="EUR".',
        )
        return ""
    draft.put("/currency", currency, source)
    for each in amounts:
        if (other := each.get("currencyID", "")) != currency:
            draft.refuse(
                each,
                Sentence(
                    "The amount is in %(other)s, others are in %(currency)s.",
                    other=shown(other),
                    currency=shown(currency),
                ),
                _ONE,
            )
    return currency


def _aside(amount: etree._Element) -> bool:
    return any(etree.QName(each).localname in _ASIDE for each in (amount, *amount.iterancestors()))


def _head(draft: Draft, root: etree._Element) -> None:
    version = find(root, "cbc:UBLVersionID")
    if version is not None and not VERSIONS.fullmatch(text(version)):
        draft.refuse(
            version,
            Sentence("UBL %(version)s is not read.", version=shown(text(version))),
            "Send UBL 2.0 to 2.4.",
        )
    number = find(root, "cbc:ID")
    number = find(root, "cbc:UUID") if not text(number) else number
    draft.put_text("/external_id", number)
    draft.put("/title", f"Quotation {text(number)}".strip(), root if number is None else number)
    draft.put_text("/valid_until", find(root, "cac:ValidityPeriod/cbc:EndDate"))
    notes = [note for note in every(root, "cbc:Note") if text(note)]
    if notes:
        draft.put("/introduction", "\n\n".join(text(note) for note in notes), notes[0])
    language = root.find(".//*[@languageID]")
    if language is not None:
        draft.put("/language", _language(language.get("languageID", "")), language)


def _language(written: str) -> str:
    """The language without its region; "" (the default then) when it is none that is known here."""
    primary = written.strip().replace("_", "-").partition("-")[0].lower()
    try:
        return Locale(primary).language
    except (ValueError, UnknownLocaleError):
        return ""


def _terms(draft: Draft, root: etree._Element) -> None:
    index = 0
    for name, path in _TERMS:
        parts = [part for part in every(root, path) if text(part)]
        if parts:
            draft.put(f"/terms/{index}/name", name, parts[0])
            draft.put(f"/terms/{index}/value", "\n".join(text(part) for part in parts), parts[0])
            index += 1


def _adjustments(draft: Draft, root: etree._Element) -> None:
    for index, each in enumerate(every(root, "cac:AllowanceCharge")):
        pointer = f"/adjustments/{index}"
        kind = "charge" if is_charge(each) else "discount"
        draft.put(f"{pointer}/kind", kind, each)
        draft.put(f"{pointer}/label", text(each, "cbc:AllowanceChargeReason") or kind.title(), each)
        draft.put_number(f"{pointer}/amount", find(each, "cbc:Amount"))
        category = find(each, "cac:TaxCategory")
        if category is not None:
            put_category(draft, f"{pointer}/tax", category)
