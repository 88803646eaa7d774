"""The figures of a UBL line, and the price that makes exactly its net."""

from dataclasses import dataclass
from decimal import Decimal

from portal.domain.offer import money, revision
from portal.domain.offer.capacity import AMOUNT_LIMIT
from portal.domain.offer.totals import line_net
from portal.errors import Sentence


@dataclass(frozen=True)
class LinePrice:
    """A price that makes the line's `net`, in the document's currency."""

    unit_price: Decimal
    base_quantity: Decimal
    discount_percent: Decimal
    net: Decimal


@dataclass(frozen=True)
class LineFigures:
    """The figures of a line: the price `each` is for `per` units, `surcharge` is charges less allowances."""

    count: Decimal
    per: Decimal
    each: Decimal | None
    stated: Decimal | None
    surcharge: Decimal

    @property
    def sentence(self) -> Sentence:
        """The figures as a product."""
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
