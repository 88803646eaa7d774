"""Read the lines of a UBL Quotation."""

from collections import Counter

from lxml import etree

from portal.errors import Sentence
from portal.intake.fields import KEY
from portal.intake.ubl.draft import Draft
from portal.intake.ubl.prices import either, is_charge, read_price
from portal.intake.ubl.taxes import Derived, only_category, put_category, read_tax
from portal.intake.ubl.xml import every, find, text
from portal.intake.warnings import warn_once

_ALTERNATIVES = ("cac:SellerProposedSubstituteLineItem", "cac:AlternativeLineItem")


def read_lines(draft: Draft, root: etree._Element, lines: list[etree._Element], currency: str) -> None:
    keys = Counter(text(line, "cac:LineItem/cbc:ID") for line in lines)
    derived: list[Derived] = []
    without_tax: list[tuple[str, etree._Element]] = []
    for index, line in enumerate(lines):
        pointer = f"/lines/{index}"
        draft.mark(pointer, line)
        number = find(line, "cac:LineItem/cbc:ID")
        if KEY.fullmatch(text(number)) and keys[text(number)] == 1:
            draft.put_text(f"{pointer}/key", number)
        _read_item(draft, pointer, line)
        price = read_price(draft, pointer, line, currency)
        derived_tax = read_tax(draft, f"{pointer}/tax", line, price.net if price else None, currency)
        if derived_tax:
            derived.append(derived_tax)
        elif not draft.has(f"{pointer}/tax"):
            without_tax.append((pointer, line))
    _warn_of_derived(draft, derived)
    _use_document_tax(draft, root, without_tax)
    alternatives = [
        draft.place(each) for line in lines for path in _ALTERNATIVES for each in every(line, path)
    ]
    draft.warnings += warn_once(
        alternatives, "The alternative is not read; the line itself is.", "Quote it as a line of its own."
    )


def _read_item(draft: Draft, pointer: str, line: etree._Element) -> None:
    item = find(line, "cac:LineItem/cac:Item")
    name = None if item is None else find(item, "cbc:Name")
    descriptions = [] if item is None else every(item, "cbc:Description")
    # In UBL an item may have no name; then its first description is used.
    if not text(name) and descriptions:
        name = descriptions.pop(0)
    draft.put_text(f"{pointer}/name", name)
    for identification in ("cac:SellersItemIdentification", "cac:StandardItemIdentification"):
        number = None if item is None else find(item, f"{identification}/cbc:ID")
        if text(number) and not draft.has(f"{pointer}/sku"):
            draft.put_text(f"{pointer}/sku", number)
    descriptions += [*every(line, "cac:LineItem/cbc:Note"), *every(line, "cbc:Note")]
    paragraphs = list(
        dict.fromkeys(text(each) for each in descriptions if text(each) and text(each) != text(name))
    )
    if paragraphs:
        draft.put(f"{pointer}/description", "\n".join(paragraphs), descriptions[0])
    draft.put(f"{pointer}/explanation", "\n".join(_charge_reasons(line)), line)
    for bound, limit in (("min_quantity", "cbc:MinimumQuantity"), ("max_quantity", "cbc:MaximumQuantity")):
        draft.put_number(f"{pointer}/bounds/{bound}", either(line, limit))


def _charge_reasons(line: etree._Element) -> list[str]:
    """Describe each allowance and charge that names a reason."""
    return [
        f"{text(each, 'cbc:AllowanceChargeReason')}: {'+' if is_charge(each) else '-'}{text(each, 'cbc:Amount')}"
        for each in every(line, "cac:LineItem/cac:AllowanceCharge")
        if text(each, "cbc:AllowanceChargeReason")
    ]


def _warn_of_derived(draft: Draft, derived: list[Derived]) -> None:
    for rate in sorted({each.rate for each in derived}):
        places = [draft.place(each.source) for each in derived if each.rate == rate]
        draft.warnings += warn_once(
            places,
            Sentence("The line states its tax as an amount; the rate of %(rate)s %% is derived.", rate=rate),
            "State the percentage.",
        )


def _use_document_tax(draft: Draft, root: etree._Element, lines: list[tuple[str, etree._Element]]) -> None:
    category = only_category(root)
    if category is None:
        return
    for pointer, _ in lines:
        put_category(draft, f"{pointer}/tax", category)
    draft.warnings += warn_once(
        [draft.place(line) for _, line in lines],
        "The line states no tax; the one of the document is used.",
        "State it on the line.",
    )
