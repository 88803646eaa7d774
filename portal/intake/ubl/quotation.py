"""Read a UBL Quotation (OASIS UBL 2.0 to 2.4) as a quote document. Places are XPaths.

Content is read or refused. Alternatives and prepaid amounts are skipped with a warning.
"""

import re
from collections import Counter

from babel import Locale, UnknownLocaleError
from lxml import etree

from portal.domain.offer import money
from portal.errors import Sentence
from portal.intake.document import Document
from portal.intake.field_errors import format_value
from portal.intake.problems import refusal
from portal.intake.ubl.draft import Draft
from portal.intake.ubl.lines import read_lines
from portal.intake.ubl.parties import read_delivery, read_parties
from portal.intake.ubl.prices import is_charge
from portal.intake.ubl.stated import comparer
from portal.intake.ubl.taxes import put_category
from portal.intake.ubl.xml import every, find, parse, text

MAX_LINES = 5000
VERSIONS = re.compile(r"2\.[0-4]")
# Elements whose amounts are not part of the totals, and may be in another currency.
_IGNORED = frozenset(
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
    """Return the quote document; Invalid when `data` is not a UBL Quotation."""
    root = parse(data)
    draft = Draft(root)
    currency = _read_currency(draft, root)
    lines = every(root, "cac:QuotationLine")
    if not currency or len(lines) > MAX_LINES:
        if currency:
            draft.refuse(
                lines[0],
                Sentence(
                    "There are %(lines)s lines; at most %(limit)s are read.",
                    lines=len(lines),
                    limit=MAX_LINES,
                ),
                "Split the quote.",
            )
        raise refusal(draft.problems)
    _read_head(draft, root)
    read_parties(draft, root)
    read_delivery(draft, root)
    _read_terms(draft, root)
    read_lines(draft, root, lines, currency)
    _read_adjustments(draft, root)
    compare = comparer(draft, root, currency)
    return Document(draft.fields, draft.problems, draft.warnings, draft.where, compare)


def _read_currency(draft: Draft, root: etree._Element) -> str:
    """Set and return the most used currency; "" with a problem when there is none. Other currencies are problems."""
    amounts = [each for each in root.iterfind(".//*[@currencyID]") if not _is_ignored(each)]
    currencies = Counter(each.get("currencyID", "") for each in amounts)
    source = find(root, "cbc:PricingCurrencyCode")
    currency = text(source)
    if currencies:
        currency = currencies.most_common(1)[0][0]
        source = next(each for each in amounts if each.get("currencyID") == currency)
    try:
        money.places(currency)
    except KeyError:
        draft.refuse(
            root if source is None else source,
            Sentence("%(currency)s is not a currency of ISO 4217.", currency=format_value(currency))
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
                    other=format_value(other),
                    currency=format_value(currency),
                ),
                _ONE,
            )
    return currency


def _is_ignored(amount: etree._Element) -> bool:
    return any(etree.QName(each).localname in _IGNORED for each in (amount, *amount.iterancestors()))


def _read_head(draft: Draft, root: etree._Element) -> None:
    version = find(root, "cbc:UBLVersionID")
    if version is not None and not VERSIONS.fullmatch(text(version)):
        draft.refuse(
            version,
            Sentence("UBL %(version)s is not read.", version=format_value(text(version))),
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
    """Return the language without its region; "" when it is not known, so that the default applies."""
    primary = written.strip().replace("_", "-").partition("-")[0].lower()
    try:
        return Locale(primary).language
    except (ValueError, UnknownLocaleError):
        return ""


def _read_terms(draft: Draft, root: etree._Element) -> None:
    index = 0
    for name, path in _TERMS:
        parts = [part for part in every(root, path) if text(part)]
        if parts:
            draft.put(f"/terms/{index}/name", name, parts[0])
            draft.put(f"/terms/{index}/value", "\n".join(text(part) for part in parts), parts[0])
            index += 1


def _read_adjustments(draft: Draft, root: etree._Element) -> None:
    for index, each in enumerate(every(root, "cac:AllowanceCharge")):
        pointer = f"/adjustments/{index}"
        kind = "charge" if is_charge(each) else "discount"
        draft.put(f"{pointer}/kind", kind, each)
        draft.put(f"{pointer}/label", text(each, "cbc:AllowanceChargeReason") or kind.title(), each)
        draft.put_number(f"{pointer}/amount", find(each, "cbc:Amount"))
        category = find(each, "cac:TaxCategory")
        if category is not None:
            put_category(draft, f"{pointer}/tax", category)
