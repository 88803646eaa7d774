"""Read the price of a line of a UBL Quotation: quantity x price / base quantity, with its allowances and charges.

An allowance of a line becomes a discount when it is a percentage of at most six places. Otherwise it is included in the
price. In both cases the line's net is the amount that the document states.
"""

from collections.abc import Sequence
from decimal import Decimal

from lxml import etree

from portal.domain.offer import money
from portal.errors import Sentence
from portal.intake.field_errors import format_decimal
from portal.intake.ubl.draft import Draft
from portal.intake.ubl.line_figures import LineFigures, LinePrice
from portal.intake.ubl.xml import every, find, text

_CORRECT_ONE = "Correct one of the two."


def read_price(draft: Draft, pointer: str, line: etree._Element, currency: str) -> LinePrice | None:
    """Set quantity, price and discount of the QuotationLine `line`; None when its figures are not usable."""
    quantity, extension = either(line, "cbc:Quantity"), either(line, "cbc:LineExtensionAmount")
    price, base = (
        find(line, f"cac:LineItem/cac:Price/cbc:{name}") for name in ("PriceAmount", "BaseQuantity")
    )
    draft.put_number(f"{pointer}/quantity", quantity)
    if quantity is not None:
        draft.put(f"{pointer}/unit", quantity.get("unitCode", "").upper(), quantity)
    draft.put_number(f"{pointer}/unit_price", extension if price is None else price)
    draft.put_number(f"{pointer}/price_base_quantity", base)
    if price is None and extension is None:
        return None
    figures = _read_figures(draft, line, (quantity, base, price, extension))
    if figures is None:
        return None
    line_price = _price_of(draft, line, figures, (price, extension), currency)
    if line_price is None:
        return None
    source = extension if price is None else price
    draft.put(f"{pointer}/unit_price", format_decimal(line_price.unit_price), source)
    draft.put(
        f"{pointer}/price_base_quantity",
        format_decimal(line_price.base_quantity),
        source if base is None else base,
    )
    if line_price.discount_percent:
        draft.put(f"{pointer}/discount_percent", format_decimal(line_price.discount_percent), source)
    return line_price


def _price_of(
    draft: Draft,
    line: etree._Element,
    figures: LineFigures,
    sources: tuple[etree._Element | None, etree._Element | None],
    currency: str,
) -> LinePrice | None:
    """The price that makes the line's net; None when the stated amount contradicts it, or no price makes it."""
    (price, extension), net = sources, figures.net(currency)
    if extension is not None and figures.stated is not None and figures.stated != net:
        draft.refuse(
            extension,
            Sentence(
                "The line states %(stated)s, and %(figures)s comes to %(net)s.",
                stated=figures.stated,
                figures=figures.sentence,
                net=net,
            ),
            _CORRECT_ONE,
        )
        return None
    if price is None and extension is not None:
        draft.warn(
            extension,
            "The line has no price; it is derived from its amount.",
            "Add cac:Price/cbc:PriceAmount.",
        )
    line_price = figures.price(currency)
    if line_price is None:
        draft.refuse(
            line,
            Sentence("The line comes to %(net)s, which no price can make.", net=net),
            "Quote discounts as allowances.",
        )
    return line_price


def _read_figures(
    draft: Draft, line: etree._Element, sources: Sequence[etree._Element | None]
) -> LineFigures | None:
    """Read quantity, base quantity, price and amount; None when one is not usable."""
    problem_count = len(draft.problems)
    count, per, each, stated = [draft.number(source) for source in sources]
    surcharge = sum_of(draft, every(line, "cac:LineItem/cac:AllowanceCharge"))
    per = Decimal(1) if per is None else per
    # Validation reports a quantity that is missing or not positive.
    if len(draft.problems) > problem_count or count is None or count <= 0 or per <= 0:
        return None
    return LineFigures(count, per, each, stated, surcharge)


def either(line: etree._Element, name: str) -> etree._Element | None:
    """Find a field of the line item, or else of the quotation line around it."""
    inner = find(line, f"cac:LineItem/{name}")
    return find(line, name) if inner is None else inner


def sum_of(draft: Draft, charges: list[etree._Element]) -> Decimal:
    """Return charges less allowances."""
    amounts = []
    for each in charges:
        stated = draft.number(find(each, "cbc:Amount")) or money.ZERO
        amounts.append(stated if is_charge(each) else -stated)
    return money.add(amounts)


def is_charge(allowance_charge: etree._Element) -> bool:
    return text(allowance_charge, "cbc:ChargeIndicator").lower() in {"true", "1"}
