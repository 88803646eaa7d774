"""What a deal earns, which prices lie below their floor, and what one offer gives away against another.

All of it reads private figures or judges prices by them; nothing that renders for buyers may call it.
"""

from decimal import Decimal

import msgspec
from msgspec.structs import replace

from portal.domain.offer import money, pricing
from portal.domain.offer.revision import Line, Offer, PrivateFigures
from portal.domain.offer.totals import line_net, totals


class LineMargin(msgspec.Struct, frozen=True, kw_only=True):
    """A selected line's figures per period, in the currency; None where the unit cost is not known.

    `percent` is of the net, six places; None also where the net is zero.
    """

    key: str
    net: Decimal
    cost: Decimal | None
    amount: Decimal | None
    percent: Decimal | None


class Margin(msgspec.Struct, frozen=True, kw_only=True):
    """Over the whole contract, adjustments included. `cost` is None, and what follows from it, while any line's is."""

    lines: tuple[LineMargin, ...]
    net: Decimal
    cost: Decimal | None
    amount: Decimal | None
    percent: Decimal | None


def below_floor(offer: Offer, private: PrivateFigures) -> list[Line]:
    """The selected lines whose net unit price lies below their floor, in the order of the offer."""
    return [line for line in offer.lines if line.selected and is_below(line, private)]


def margin(offer: Offer, private: PrivateFigures) -> Margin:
    """What the seller earns on the offer."""
    selected = [line for line in offer.lines if line.selected]
    lines = tuple(
        _line_margin(line, _cost(line, private, offer.currency), offer.currency) for line in selected
    )
    costs = [
        money.times(each.cost, Decimal(1 if line.billing == "once" else line.periods))
        for line, each in zip(selected, lines, strict=True)
        if each.cost is not None
    ]
    net = totals(offer).contract.net
    cost = money.amount(money.add(costs), offer.currency) if len(costs) == len(selected) else None
    amount, percent = _earned(net, cost)
    return Margin(lines=lines, net=net, cost=cost, amount=amount, percent=percent)


def is_below(line: Line, private: PrivateFigures) -> bool:
    """Whether the line's net unit price lies below its floor, selected or not."""
    figures = private.lines.get(line.key)
    floor = figures.floor_unit_price if figures else None
    return floor is not None and line.net_unit_price < floor


def line_margin(line: Line, private: PrivateFigures, currency: str) -> LineMargin:
    """What the line earns per period, or would earn if it were selected."""
    taken = replace(line, selected=True)
    return _line_margin(taken, _cost(taken, private, currency), currency)


def repriced(before: Offer, after: Offer) -> Offer:
    """`after` at the prices that `before` has for its quantities: the published breaks hold, what was negotiated stays."""
    lines = []
    for line in after.lines:
        old = before.line(line.key)
        priced = pricing.at_quantity(old, line.quantity, language=before.language) if old else line
        lines.append(
            replace(
                line, unit_price=priced.unit_price, discount_percent=priced.discount_percent, why=priced.why
            )
        )
    return replace(after, lines=tuple(lines), adjustments=before.adjustments)


def share(part: Decimal, whole: Decimal) -> Decimal:
    """`part` in percent of `whole`, six places; zero of nothing, and a hundred where something is given of nothing."""
    if not whole:
        return money.six(Decimal(100) if part else money.ZERO)
    return money.six(money.divide(money.times(part, Decimal(100)), whole))


def _cost(line: Line, private: PrivateFigures, currency: str) -> Decimal | None:
    figures = private.lines.get(line.key)
    if figures is None or figures.unit_cost is None:
        return None
    exact = money.divide(money.times(line.quantity, figures.unit_cost), line.price_base_quantity)
    return money.amount(exact, currency)


def _line_margin(line: Line, cost: Decimal | None, currency: str) -> LineMargin:
    net = line_net(line, currency)
    amount, percent = _earned(net, cost)
    return LineMargin(key=line.key, net=net, cost=cost, amount=amount, percent=percent)


def _earned(net: Decimal, cost: Decimal | None) -> tuple[Decimal | None, Decimal | None]:
    if cost is None:
        return None, None
    amount = money.CONTEXT.subtract(net, cost)
    percent = money.six(money.divide(money.times(amount, Decimal(100)), net)) if net else None
    return amount, percent
