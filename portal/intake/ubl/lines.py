"""The lines of a UBL Quotation."""

from collections import Counter

from lxml import etree

from portal.errors import Sentence
from portal.intake.fields import KEY
from portal.intake.ubl.draft import Draft
from portal.intake.ubl.prices import either, is_charge, read_price
from portal.intake.ubl.taxes import Derived, only_category, put_category, read_tax
from portal.intake.ubl.xml import every, find, text
from portal.intake.warnings import told_once

_ALTERNATIVES = ("cac:SellerProposedSubstituteLineItem", "cac:AlternativeLineItem")


def read_lines(draft: Draft, root: etree._Element, lines: list[etree._Element], currency: str) -> None:
    keys = Counter(text(line, "cac:LineItem/cbc:ID") for line in lines)
    derived: list[Derived] = []
    silent: list[tuple[str, etree._Element]] = []
    for index, line in enumerate(lines):
        pointer = f"/lines/{index}"
        draft.mark(pointer, line)
        number = find(line, "cac:LineItem/cbc:ID")
        if KEY.fullmatch(text(number)) and keys[text(number)] == 1:
            draft.put_text(f"{pointer}/key", number)
        _item(draft, pointer, line)
        price = read_price(draft, pointer, line, currency)
        found = read_tax(draft, f"{pointer}/tax", line, price.net if price else None, currency)
        if found:
            derived.append(found)
        elif not draft.has(f"{pointer}/tax"):
            silent.append((pointer, line))
    _tell_derived(draft, derived)
    _tax_of_the_whole(draft, root, silent)
    left = [draft.place(each) for line in lines for path in _ALTERNATIVES for each in every(line, path)]
    draft.warnings += told_once(
        left, "The alternative is not read; the line itself is.", "Quote it as a line of its own."
    )


def _item(draft: Draft, pointer: str, line: etree._Element) -> None:
    item = find(line, "cac:LineItem/cac:Item")
    name = None if item is None else find(item, "cbc:Name")
    told = [] if item is None else every(item, "cbc:Description")
    # UBL lets an item go without a name; its description says then what it is.
    if not text(name) and told:
        name = told.pop(0)
    draft.put_text(f"{pointer}/name", name)
    for identification in ("cac:SellersItemIdentification", "cac:StandardItemIdentification"):
        number = None if item is None else find(item, f"{identification}/cbc:ID")
        if text(number) and not draft.has(f"{pointer}/sku"):
            draft.put_text(f"{pointer}/sku", number)
    told += [*every(line, "cac:LineItem/cbc:Note"), *every(line, "cbc:Note")]
    paragraphs = list(dict.fromkeys(text(each) for each in told if text(each) and text(each) != text(name)))
    if paragraphs:
        draft.put(f"{pointer}/description", "\n".join(paragraphs), told[0])
    draft.put(f"{pointer}/explanation", "\n".join(_reasons(line)), line)
    for bound, limit in (("min_quantity", "cbc:MinimumQuantity"), ("max_quantity", "cbc:MaximumQuantity")):
        draft.put_number(f"{pointer}/bounds/{bound}", either(line, limit))


def _reasons(line: etree._Element) -> list[str]:
    """Why the price is not quantity x price: each allowance and charge that names a reason."""
    return [
        f"{text(each, 'cbc:AllowanceChargeReason')}: {'+' if is_charge(each) else '-'}{text(each, 'cbc:Amount')}"
        for each in every(line, "cac:LineItem/cac:AllowanceCharge")
        if text(each, "cbc:AllowanceChargeReason")
    ]


def _tell_derived(draft: Draft, derived: list[Derived]) -> None:
    for rate in sorted({each.rate for each in derived}):
        places = [draft.place(each.source) for each in derived if each.rate == rate]
        draft.warnings += told_once(
            places,
            Sentence("The line states its tax as an amount; the rate of %(rate)s %% is derived.", rate=rate),
            "State the percentage.",
        )


def _tax_of_the_whole(draft: Draft, root: etree._Element, silent: list[tuple[str, etree._Element]]) -> None:
    category = only_category(root)
    if category is None:
        return
    for pointer, _ in silent:
        put_category(draft, f"{pointer}/tax", category)
    draft.warnings += told_once(
        [draft.place(line) for _, line in silent],
        "The line states no tax; the one of the document is used.",
        "State it on the line.",
    )
