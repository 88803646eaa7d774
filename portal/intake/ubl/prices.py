"""Read the price of a line of a UBL Quotation: quantity x price / base quantity, with its allowances and charges.

An allowance of a line becomes a discount when it is a percentage of at most six places. Otherwise it is included in the
price. In both cases the line's net is the amount that the document states.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from portal.domain.offer import money, revision
from portal.domain.offer.totals import line_net
from portal.errors import Sentence
from portal.intake.field_errors import format_decimal
from portal.intake.fields import AMOUNT_LIMIT
from portal.intake.ubl.draft import Draft
from portal.intake.ubl.xml import every, find, text

_CORRECT_ONE = "Correct one of the two."


@dataclass(frozen=True)
class LinePrice:
    """A price that makes the line's `net`, in the document's currency."""

    unit_price: Decimal
    base_quantity: Decimal
    discount_percent: Decimal
    net: Decimal


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
    net = figures.net(currency)
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


@dataclass(frozen=True)
class _Figures:
    """The figures of a line: the price `each` is for `per` units, `surcharge` is charges less allowances."""

    count: Decimal
    per: Decimal
    each: Decimal | None
    stated: Decimal | None
    surcharge: Decimal

    @property
    def sentence(self) -> Sentence:
        product = Sentence(
            "quantity %(count)s x price %(each)s / %(per)s",
            count=self.count,
            each=self.each or money.ZERO,
            per=self.per,
        )
        if not self.surcharge:
            return product
        return Sentence(
            "%(product)s with allowances and charges of %(surcharge)s",
            product=product,
            surcharge=self.surcharge,
        )

    @property
    def gross(self) -> Decimal:
        """The amount before allowances and charges."""
        if self.each is None:
            return money.CONTEXT.subtract(self.stated or money.ZERO, self.surcharge)
        return money.divide(money.times(self.count, self.each), self.per)

    def net(self, currency: str) -> Decimal:
        return money.amount(money.add([self.gross, self.surcharge]), currency)

    def price(self, currency: str) -> LinePrice | None:
        """Return the first price that makes exactly the net.

        Candidates: the stated price with a discount, a unit price that includes all charges, one price for all units.
        """
        net, gross = self.net(currency), self.gross
        candidates = [
            (money.six(money.divide(money.times(net, self.per), self.count)), self.per, money.ZERO),
            (net, self.count, money.ZERO),
        ]
        if self.each is not None:
            less = money.times(money.CONTEXT.subtract(gross, net), Decimal(100))
            percent = money.divide(less, gross) if gross and self.surcharge else money.ZERO
            if percent == money.six(percent) and 0 <= percent <= 100:
                candidates.insert(0, (self.each, self.per, money.six(percent)))
        prices = (LinePrice(*each, net=net) for each in candidates if 0 <= each[0] < AMOUNT_LIMIT)
        return next((each for each in prices if _net(each, self.count, currency) == net), None)


def _read_figures(
    draft: Draft, line: etree._Element, sources: Sequence[etree._Element | None]
) -> _Figures | None:
    """Read quantity, base quantity, price and amount; None when one is not usable."""
    problem_count = len(draft.problems)
    count, per, each, stated = [draft.number(source) for source in sources]
    surcharge = sum_of(draft, every(line, "cac:LineItem/cac:AllowanceCharge"))
    per = Decimal(1) if per is None else per
    # Validation reports a quantity that is missing or not positive.
    if len(draft.problems) > problem_count or count is None or count <= 0 or per <= 0:
        return None
    return _Figures(count, per, each, stated, surcharge)


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


def _net(price: LinePrice, count: Decimal, currency: str) -> Decimal:
    line = revision.Line(
        key="",
        name="",
        quantity=count,
        unit_price=price.unit_price,
        price_base_quantity=price.base_quantity,
        discount_percent=price.discount_percent,
    )
    return line_net(line, currency)
