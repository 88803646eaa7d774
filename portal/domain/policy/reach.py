"""What a buyer could reach alone from an offer: the lowest price of each line, and how little the whole could come to.

Alone means: options and choices in any setting, usable if-you-then offers in any order, and quantities that a break or a
price that holds there prices. It is a bound and no enumeration, linear in lines x offers: each line is taken at its lowest,
whatever the others do. Percentages of whole-deal discounts count on every line, a once-only amount by net over the
once-lines at the smallest base that can be reached. Charges never lift a price.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property

from portal.domain.change import standing_offer
from portal.domain.offer import money
from portal.domain.offer.revision import Consequence, Line, Offer, StandingOffer
from portal.domain.policy.line_reach import HUNDRED, LineReach


class Reach:
    """What the buyer could reach alone from `offer`."""

    def __init__(self, offer: Offer) -> None:
        self.offer = offer
        usable = [
            each for each in offer.standing_offers if not each.taken and standing_offer.fits(offer, each)
        ]
        gives: dict[str, list[tuple[StandingOffer, Consequence]]] = {}
        self._demands: dict[str, list[Decimal]] = {}
        for standing in usable:
            for consequence in standing.then:
                gives.setdefault(consequence.line, []).append((standing, consequence))
            for condition in standing.when:
                if condition.line:
                    self._demands.setdefault(condition.line, []).append(condition.min_quantity or money.ZERO)
        self.lines: Mapping[str, LineReach] = {
            line.key: LineReach(line, gives.get(line.key, ()), self._demands.get(line.key, ()))
            for line in offer.lines
            if self._selectable(line)
        }

    def net_price(self, key: str, unit_price: Decimal) -> Decimal:
        """A line's net unit price less its share of whole-deal discounts."""
        line = self.lines[key].line
        share = self.percent + (self.amount_percent if line.billing == "once" else money.ZERO)
        return unit_price - money.divide(money.times(unit_price, share), HUNDRED) if share else unit_price

    def lowest(self, key: str) -> Decimal:
        """The lowest net unit price of a line, with its share of whole-deal discounts."""
        return self.net_price(key, self.lines[key].lowest)

    @cached_property
    def percent(self) -> Decimal:
        """What all percentage discounts take off every line."""
        return money.add(
            each.percent
            for each in self.offer.adjustments
            if each.kind == "discount" and each.percent is not None
        )

    @cached_property
    def amount(self) -> Decimal:
        """All once-only discounts."""
        return money.add(
            each.amount
            for each in self.offer.adjustments
            if each.kind == "discount" and each.amount is not None
        )

    @cached_property
    def amount_percent(self) -> Decimal:
        """The once-only discounts in percent of the smallest base; a hundred where there is none."""
        if not self.amount:
            return money.ZERO
        base = self.once_base
        return money.divide(money.times(self.amount, HUNDRED), base) if base else HUNDRED

    @cached_property
    def once_base(self) -> Decimal:
        """The least that the selected once-lines can come to, net."""
        return self.least(
            (line for line in self.offer.lines if line.billing == "once"), lambda _line: Decimal(1)
        )

    @cached_property
    def least_contract(self) -> Decimal:
        """The least that the contract can come to, net of percentages; never less than nothing."""
        whole = self.least(self.offer.lines, _periods)
        least = money.times(whole, HUNDRED - self.percent).scaleb(-2) - self.amount
        return max(least, money.ZERO)

    def least(self, lines: Iterable[Line], weight: Callable[[Line], Decimal]) -> Decimal:
        """The least that these lines' nets can come to, each times its weight, in one period.

        Without what adds: options left out, the cheapest of each choice group chosen.
        """
        parts: list[Decimal] = []
        groups: dict[str, list[Decimal]] = {}
        for line in lines:
            if line.key not in self.lines:
                continue
            factor = weight(line)
            least = min(money.times(net, factor) for net in self._nets(line))
            if line.choice_group:
                groups.setdefault(line.choice_group, []).append(least)
            elif line.selected and not line.optional:
                parts.append(least)
            else:
                parts.append(min(least, money.ZERO))
        for group, found in groups.items():
            must = self._must_choose(group, len(found))
            parts.append(min(found) if must else min([*found, money.ZERO]))
        return money.add(parts)

    def _must_choose(self, group: str, lines: int) -> bool:
        """Whether one of exactly these lines is selected in any setting."""
        members = [line for line in self.offer.lines if line.choice_group == group]
        return len(members) == lines and any(line.selected for line in members)

    def _nets(self, line: Line) -> Iterator[Decimal]:
        for quantity, price in self.lines[line.key].prices.items():
            exact = money.divide(money.times(quantity, price), line.price_base_quantity)
            yield money.amount(exact, self.offer.currency)

    def _selectable(self, line: Line) -> bool:
        return line.selected or bool(line.choice_group) or line.optional or line.key in self._demands


def _periods(line: Line) -> Decimal:
    return Decimal(1 if line.billing == "once" else line.periods)
