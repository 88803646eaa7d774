"""Guard rails: what is answered at once, what a rep may publish alone, and what a deal earns.

`margin` and `below_floor` read private figures; nothing that renders for buyers may call them.
"""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from portal.domain import lifecycle, money
from portal.domain.change import Change, buyer_fields, touched
from portal.domain.revision import Line, Offer, PrivateFigures
from portal.domain.totals import line_net, totals


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


def inside_offer(offer: Offer, changes: Sequence[Change]) -> bool:
    """Whether the buyer only chooses among what the offer prices already: that needs nobody's answer."""
    return bool(changes) and all(_only_chooses(offer, change) for change in changes)


def below_floor(offer: Offer, private: PrivateFigures) -> list[Line]:
    """The selected lines whose net unit price lies below their floor, in the order of the offer."""
    return [line for line in offer.lines if line.selected and _is_below(line, private)]


def may_publish(role: str, below: Sequence[Line] | bool) -> bool:
    """Whether `role` may publish without somebody's approval; `below`: what `below_floor` found."""
    return lifecycle.can("open", role, "approve" if below else "publish")


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


def _only_chooses(offer: Offer, change: Change) -> bool:
    item = touched(offer, change.subject)
    return change.field in {"selected", "choice"} and item is not None and change.field in buyer_fields(item)


def _is_below(line: Line, private: PrivateFigures) -> bool:
    figures = private.lines.get(line.key)
    floor = figures.floor_unit_price if figures else None
    return floor is not None and line.net_unit_price < floor


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
