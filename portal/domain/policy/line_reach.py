"""The prices and quantities of one line that a buyer could reach alone: see `reach`."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cached_property

from portal.domain.change.fields import spec
from portal.domain.offer import money, pricing
from portal.domain.offer.revision import Consequence, Line, StandingOffer

HUNDRED = Decimal(100)


class LineReach:
    """The prices and quantities of one line that the buyer could reach alone."""

    def __init__(
        self, line: Line, offers: Sequence[tuple[StandingOffer, Consequence]], raised: Iterable[Decimal]
    ) -> None:
        """`offers`: the usable ones that lower its price; `raised`: quantities that conditions of usable ones demand."""
        self.line = line
        self._offers = offers
        self.quantities = tuple(_quantities(line, [*raised, *(_least(each, line.key) for each, _ in offers)]))

    def _stated(self, quantity: Decimal) -> Decimal:
        """The lowest unit price that the line itself has there: a quantity that is left and chosen again is priced anew."""
        line = self.line
        found = pricing.price_at(line, quantity) if quantity != line.quantity else None
        stated = [line.unit_price if found is None else found.unit_price]
        again = quantity != line.quantity or _may_resize(line)
        if again and (reached := pricing.price_break(line, quantity)):
            stated.append(reached.unit_price)
        return min(stated)

    @cached_property
    def _falling(self) -> bool:
        prices = [each.unit_price for each in sorted(self.line.price_breaks, key=lambda each: each.start)]
        return prices == sorted(prices, reverse=True)

    @cached_property
    def prices(self) -> Mapping[Decimal, Decimal]:
        """The lowest net unit price at each quantity where it may change."""
        return {quantity: self.price(quantity) for quantity in self.quantities}

    @cached_property
    def lowest(self) -> Decimal:
        """The lowest net unit price at any of them."""
        return min(self.prices.values())

    def price(self, quantity: Decimal) -> Decimal:
        """The lowest net unit price at one quantity; at that of the line as it stands where the offer names none."""
        units: list[tuple[Decimal, StandingOffer | None]] = [(self._stated(quantity), None)]
        discounts: list[tuple[Decimal, StandingOffer | None]] = [(self.line.discount_percent, None)]
        for standing, gives in self._offers:
            reached = _least(standing, self.line.key) <= quantity
            if gives.unit_price is not None and reached:
                units.append((gives.unit_price, standing))
            # A discount is kept by a smaller quantity that a lower break prices.
            if gives.discount_percent is not None and (reached or not self._falling):
                discounts.append((gives.discount_percent, standing))
        if len(units) == len(discounts) == 1:
            return _net(units[0][0], discounts[0][0])
        units.sort(key=lambda each: each[0])
        discounts.sort(key=lambda each: -each[0])
        if _agree(units[0][1], discounts[0][1]):
            return _net(units[0][0], discounts[0][0])
        return min(
            _net(unit, discount) for unit, one in units for discount, other in discounts if _agree(one, other)
        )


def _quantities(line: Line, raised: Iterable[Decimal]) -> Iterator[Decimal]:
    """Where the line's price may change, among the quantities that the buyer could reach alone; today's first."""
    yield line.quantity
    demanded = {each for each in raised if each > line.quantity}
    if not _may_resize(line):
        yield from sorted(demanded)
        return
    least, most, step = line.bounds.min_quantity or money.ZERO, line.bounds.max_quantity, line.bounds.step
    starts = {each.start for each in line.price_breaks} | demanded
    starts |= {each for each in (line.bounds.min_quantity, most, line.held and line.held.start) if each}
    found = {_on_step(max(start, least), least, step) for start in starts} - {line.quantity}
    yield from sorted(
        each
        for each in found
        if each in demanded or ((most is None or each <= most) and pricing.sells_alone(line, each))
    )


def _on_step(quantity: Decimal, start: Decimal, step: Decimal | None) -> Decimal:
    """The next quantity that the line's steps allow."""
    over = (quantity - start) % step if step else money.ZERO
    return quantity + step - over if step and over else quantity


def _may_resize(line: Line) -> bool:
    return spec("quantity").buyer_may(line)


def _least(standing: StandingOffer, key: str) -> Decimal:
    """The quantity of a line that an if-you-then offer demands; zero where it demands none."""
    return max(
        (each.min_quantity or money.ZERO for each in standing.when if each.line == key), default=money.ZERO
    )


def _agree(one: StandingOffer | None, other: StandingOffer | None) -> bool:
    """Whether both can hold at once: no term with two values. What excludes each other by a choice group is let pass."""
    if one is None or other is None or one is other:
        return True
    values = {each.term: each.value for each in one.when if each.term}
    return all(values.get(each.term, each.value) == each.value for each in other.when if each.term)


def _net(unit_price: Decimal, discount: Decimal) -> Decimal:
    if not discount:
        return unit_price
    return money.six(money.times(unit_price, (HUNDRED - discount).scaleb(-2)))
