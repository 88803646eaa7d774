"""Read the tax of a line of a UBL Quotation: stated by category, or as an amount, or for the whole document."""

from dataclasses import dataclass
from decimal import Decimal
from typing import get_args

from lxml import etree

from portal.domain.offer import money
from portal.errors import Sentence
from portal.intake.field_errors import format_decimal
from portal.intake.parts import TaxCategory
from portal.intake.ubl.draft import Draft, decimal_string
from portal.intake.ubl.prices import either
from portal.intake.ubl.xml import every, find, text

# OIOUBL's own code list beside UNCL 5305.
_CATEGORIES = {
    "StandardRated": "S",
    "ZeroRated": "Z",
    "ReverseCharge": "AE",
    **{code: code for code in get_args(TaxCategory)},
}
_PLACES = (
    "cac:LineItem/cac:Item/cac:ClassifiedTaxCategory",
    "cac:LineItem/cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory",
)


@dataclass(frozen=True)
class Derived:
    """A rate that a line states only as an amount."""

    rate: Decimal
    source: etree._Element


def put_category(draft: Draft, pointer: str, category: etree._Element) -> None:
    """Set the tax from a cac:TaxCategory or cac:ClassifiedTaxCategory. The percent may be in the subtotal around it."""
    draft.mark(pointer, category)
    code = find(category, "cbc:ID")
    draft.put(f"{pointer}/category", _CATEGORIES.get(text(code), text(code)), code)
    percent = find(category, "cbc:Percent")
    subtotal = category.getparent()
    if percent is None and subtotal is not None:
        percent = find(subtotal, "cbc:Percent")
    draft.put_number(f"{pointer}/rate", percent)
    draft.put_text(f"{pointer}/reason", find(category, "cbc:TaxExemptionReason"))
    draft.put_text(f"{pointer}/reason_code", find(category, "cbc:TaxExemptionReasonCode"))


def read_tax(
    draft: Draft, pointer: str, line: etree._Element, net: Decimal | None, currency: str
) -> Derived | None:
    """Set the tax of a QuotationLine whose net is `net`. Return a derived rate, to warn once for all lines."""
    amount = either(line, "cbc:TotalTaxAmount")
    if amount is None:
        amount = find(line, "cac:LineItem/cac:TaxTotal/cbc:TaxAmount")
    for path in _PLACES:
        category = find(line, path)
        if category is not None and (text(category, "cbc:Percent") or text(category, "cbc:ID")):
            put_category(draft, pointer, category)
            _check_amount(draft, category, amount, net, currency)
            return None
    stated = draft.number(amount)
    if amount is None or stated is None or not net:
        return None
    rate = _derive_rate(stated, net, currency)
    if rate is None:
        draft.refuse(
            amount,
            Sentence("No percentage of %(net)s makes a tax of %(stated)s.", net=net, stated=stated),
            "State the percentage.",
        )
        return None
    draft.put(f"{pointer}/rate", format_decimal(rate), amount)
    draft.put(f"{pointer}/category", "S" if rate else "Z", amount)
    return Derived(rate, amount)


def only_category(root: etree._Element) -> etree._Element | None:
    """Return the tax category of the document, which applies to every line; None unless there is exactly one."""
    categories = every(root, "cac:TaxTotal/cac:TaxSubtotal/cac:TaxCategory")
    return categories[0] if len(categories) == 1 else None


def _derive_rate(tax: Decimal, net: Decimal, currency: str) -> Decimal | None:
    """Return the percentage with the fewest places that makes this tax."""
    exact = money.divide(money.times(tax, Decimal(100)), net)
    for places in range(7):
        rate = exact.quantize(Decimal(1).scaleb(-places), context=money.CONTEXT)
        computed = money.amount(money.divide(money.times(net, rate), Decimal(100)), currency)
        if computed == tax and 0 <= rate <= 100:
            return rate
    return None


def _check_amount(
    draft: Draft, category: etree._Element, amount: etree._Element | None, net: Decimal | None, currency: str
) -> None:
    """Refuse an amount that differs from the rate by more than rounding: tax is computed on the sum of a group."""
    stated = draft.number(amount)
    try:
        rate = money.parse(decimal_string(text(category, "cbc:Percent")))
    except ValueError:
        return
    if amount is None or stated is None or net is None:
        return
    made = money.amount(money.divide(money.times(net, rate), Decimal(100)), currency)
    if abs(stated - made) > money.from_minor(1, currency):
        draft.refuse(
            amount,
            Sentence(
                "The line states a tax of %(stated)s, and %(rate)s %% of %(net)s is %(made)s.",
                stated=stated,
                rate=rate,
                net=net,
                made=made,
            ),
        )
