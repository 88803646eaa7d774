"""What a later offer gives away against an earlier one, with options and quantities as the buyer could set them.

The sum of what lines and adjustments give: raising one line does not pay for lowering another, and what was published
before (a break, an if-you-then offer) is given already. Prices are the lowest that the buyer could reach at each quantity.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from portal.domain.offer import money
from portal.domain.offer.revision import Adjustment, Line
from portal.domain.offer.term_kind import payment_days
from portal.domain.policy.line_reach import HUNDRED, LineReach
from portal.domain.policy.margin import share
from portal.domain.policy.reach import Reach


class Piece(NamedTuple):
    """One setting of a line: what it gives, and what it came to before; net, over the contract."""

    given: Decimal
    before: Decimal


class Given:
    """What `after` gives against `before`. `day_percent`: what a day of later payment is worth, in percent of the contract;
    None: it has no price."""

    def __init__(self, before: Reach, after: Reach, day_percent: Decimal | None = None) -> None:
        self._before, self._after, self._day_percent = before, after, day_percent
        self._by_sku = _unique_skus(before.offer.lines)

    def lowered(self, key: str) -> tuple[Decimal, ...]:
        """The quantities at which a line costs less than before, its share of whole-deal discounts included."""
        line, old = self._after.lines[key], self._old(self._after.lines[key].line)
        if old is None:
            return line.quantities
        less = self._after.percent > self._before.percent or (
            line.line.billing == "once" and self._after.amount > self._before.amount
        )
        return tuple(each for each in line.quantities if less or line.prices[each] < old.price(each))

    @cached_property
    def percent(self) -> Decimal:
        """Of the contract as it was, at the setting that gives the most of it; six places."""
        later = money.times(Decimal(self.later_days), self._day_percent or money.ZERO)
        return money.six(money.add([share(*self._worst), later]))

    @cached_property
    def later_days(self) -> int:
        """By how many days the terms of payment became longer."""
        days = 0
        for term in self._after.offer.terms:
            old = self._before.offer.term(term.key)
            then, now = payment_days(term, old.value) if old else None, payment_days(term, term.value)
            days += max((now or 0) - then, 0) if then is not None else 0
        return days

    @cached_property
    def amount(self) -> Decimal:
        """The same in money."""
        return money.amount(self._worst.given, self._after.offer.currency)

    @cached_property
    def _worst(self) -> Piece:
        """The setting with the largest share, by Dinkelbach's method: each round takes of every line what beats the last
        share, and a share that no longer grows is the largest."""
        fixed, choices = self._pieces()
        best = _sum([fixed, *(each for group, must in choices if must for each in group[:1])])
        for _ in range(20):
            ratio = _ratio(best)
            chosen = _sum([fixed, *(_beating(ratio, group, must) for group, must in choices)])
            if _ratio(chosen) <= ratio:
                break
            best = chosen
        return best

    def _pieces(self) -> tuple[Piece, list[tuple[list[Piece], bool]]]:
        """What is the same in any setting, and the settings of each line or choice group: one must be taken, or none may."""
        given, before = [self._once()], [self._before_once()]
        choices: list[tuple[list[Piece], bool]] = []
        groups: dict[str, list[Piece]] = {}
        for reach in self._after.lines.values():
            line = reach.line
            pieces = list(self._line(reach))
            if not pieces:
                continue
            if line.choice_group:
                groups.setdefault(line.choice_group, []).extend(pieces)
            elif line.selected and not line.optional:
                if len(pieces) == 1:
                    given.append(pieces[0].given)
                    before.append(pieces[0].before)
                else:
                    choices.append((pieces, True))
            elif any(each.given for each in pieces):
                choices.append((pieces, False))
        choices += [(pieces, False) for pieces in groups.values()]
        return Piece(money.add(given), money.add(before)), choices

    def _line(self, reach: LineReach) -> Iterator[Piece]:
        line, old = reach.line, self._old(reach.line)
        if old is None:
            return
        periods = Decimal(1 if line.billing == "once" else line.periods)
        kept = HUNDRED - self._before.percent
        for quantity, price in reach.prices.items():
            was = old.price(quantity)
            times = money.divide(money.times(quantity, periods), line.price_base_quantity)
            less = max(was - price, money.ZERO) + money.times(price, self._percent_more).scaleb(-2)
            yield Piece(money.times(times, less), money.times(times, was, kept).scaleb(-2))

    def _old(self, line: Line) -> LineReach | None:
        """The line before, by its key, or by an article number that both sides have once."""
        old = self._before.lines.get(line.key)
        if old is None and line.sku:
            old = self._before.lines.get(self._by_sku.get(line.sku, ""))
        return old

    @cached_property
    def _percent_more(self) -> Decimal:
        return self._adjusted(attrgetter("percent"))

    def _once(self) -> Decimal:
        return self._adjusted(attrgetter("amount"))

    def _before_once(self) -> Decimal:
        return money.add(_signed(each, each.amount) for each in self._before.offer.adjustments)

    def _adjusted(self, value: Callable[[Adjustment], Decimal | None]) -> Decimal:
        """How much more the discounts take off, and the charges put on less."""
        then = {each.key: _signed(each, value(each)) for each in self._before.offer.adjustments}
        now = {each.key: _signed(each, value(each)) for each in self._after.offer.adjustments}
        moved = (then.get(key, money.ZERO) - now.get(key, money.ZERO) for key in then | now)
        return money.add(max(each, money.ZERO) for each in moved)


def _signed(adjustment: Adjustment, value: Decimal | None) -> Decimal:
    """What the buyer pays by it."""
    if value is None:
        return money.ZERO
    return -value if adjustment.kind == "discount" else value


def _beating(ratio: Decimal, pieces: Iterable[Piece], must: bool) -> Piece:
    """The setting that adds most beyond the ratio; none where none has to be taken and none adds."""
    best = max(pieces, key=lambda each: _beyond(ratio, each))
    return best if must or _beyond(ratio, best) > 0 else Piece(money.ZERO, money.ZERO)


def _beyond(ratio: Decimal, piece: Piece) -> Decimal:
    return money.CONTEXT.subtract(piece.given, money.times(piece.before, ratio))


def _ratio(piece: Piece) -> Decimal:
    return money.divide(piece.given, piece.before) if piece.before > 0 else Decimal(1 if piece.given else 0)


def _sum(pieces: Iterable[Piece]) -> Piece:
    parts = list(pieces)
    return Piece(money.add(each.given for each in parts), money.add(each.before for each in parts))


def _unique_skus(lines: Iterable[Line]) -> Mapping[str, str]:
    found: dict[str, list[str]] = {}
    for line in lines:
        if line.sku:
            found.setdefault(line.sku, []).append(line.key)
    return {sku: keys[0] for sku, keys in found.items() if len(keys) == 1}
