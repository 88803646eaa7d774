"""Which lines could carry an overall price: a proposal that lowers them in proportion to their room, none below its floor.

For the seller alone: it reads floors and costs. Lines without either come in only where the others can't carry it.
"""

from collections.abc import Collection
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

import msgspec
from msgspec.structs import replace

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Counteroffer
from portal.domain.offer import money
from portal.domain.offer.revision import Line, Offer, PrivateFigures
from portal.domain.offer.totals import totals
from portal.errors import Invalid

# Each time round what rounding has left over is spread again.
TIMES = 6


class Carried(msgspec.Struct, frozen=True, kw_only=True):
    """A line that carries a part of it: net unit prices before and after, and what that is over the contract, net."""

    key: str
    name: str
    before: Decimal
    after: Decimal
    share: Decimal


class Spread(msgspec.Struct, frozen=True, kw_only=True):
    """`net` is what the contract comes to with it; `enough` whether that reaches the overall price that is wanted."""

    lines: tuple[Carried, ...]
    changes: tuple[Change, ...]
    net: Decimal
    enough: bool


def proposed(
    offer: Offer, private: PrivateFigures, asked: Counteroffer, target: Decimal, edits: Collection[Change]
) -> Spread:
    """A spread of what is asked for in `asked`, beside the seller's own edits. A package is counted as granted."""
    together = [each for each in asked.changes if asked.package and each.field not in ("target", "wish")]
    taken = {change.id for change in edits}
    priced = {each.key for each in together if each.field in ("unit_price", "discount_percent")}
    try:
        base = apply(offer, [*edits, *(each for each in together if each.id not in taken)], concession=True)
    except Invalid:
        base = offer
    return spread(base, private, target, fixed=priced)


def spread(offer: Offer, private: PrivateFigures, target: Decimal, *, fixed: Collection[str] = ()) -> Spread:
    """Lower prices of negotiable lines, but for those in `fixed`, until the contract's net is at or below `target`."""
    after = offer
    for _ in range(TIMES):
        missing = totals(after).contract.net - target
        if missing <= 0:
            break
        for sure in (True, False):
            missing, after = _lower(after, private, missing, fixed, sure=sure)
    net = totals(after).contract.net
    changed = [(old, new) for old, new in zip(offer.lines, after.lines, strict=True) if old != new]
    return Spread(
        lines=tuple(
            Carried(
                key=old.key,
                name=old.name,
                before=old.net_unit_price,
                after=new.net_unit_price,
                share=money.amount(_weight(old) * (old.net_unit_price - new.net_unit_price), offer.currency),
            )
            for old, new in changed
        ),
        changes=tuple(
            Change(subject=f"line:{new.key}", field="unit_price", value=str(new.unit_price))
            for _, new in changed
        ),
        net=net,
        enough=net <= target,
    )


def _lower(
    offer: Offer, private: PrivateFigures, missing: Decimal, fixed: Collection[str], *, sure: bool
) -> tuple[Decimal, Offer]:
    """What is still missing, and the offer with its lines lowered. `sure`: those whose floor or cost is known."""
    factor = _factor(offer)
    rooms = {
        line.key: money.times(_weight(line), factor, line.net_unit_price - _lowest(line, private))
        for line in offer.lines
        if line.key not in fixed and _negotiable(line) and _known(line, private) == sure
    }
    rooms = {key: room for key, room in rooms.items() if room > 0}
    whole = money.add(rooms.values())
    if missing <= 0 or not rooms:
        return missing, offer
    part = min(Decimal(1), money.divide(missing, whole))
    lines = tuple(
        _at(line, money.times(rooms[line.key], part), factor, _lowest(line, private), offer.currency)
        if line.key in rooms
        else line
        for line in offer.lines
    )
    return max(missing - whole, money.ZERO), replace(offer, lines=lines)


def _at(line: Line, off: Decimal, factor: Decimal, lowest: Decimal, currency: str) -> Line:
    """The line lowered by `off` over the contract: rounded down to prices that people write, and not below `lowest`."""
    keep = (Decimal(100) - line.discount_percent).scaleb(-2)
    net = line.net_unit_price - money.divide(off, money.times(_weight(line), factor))
    exact = money.divide(max(net, lowest), keep)
    least = money.divide(lowest, keep).quantize(money.SIX_PLACES, ROUND_CEILING, money.CONTEXT)
    price = exact.quantize(_step(line, currency), ROUND_FLOOR, money.CONTEXT)
    price = max(price, least)
    return replace(line, unit_price=min(price, line.unit_price))


def _step(line: Line, currency: str) -> Decimal:
    """The coarsest price step whose rounding costs at most one unit of the currency."""
    places = money.places(currency)
    while places < 6 and _weight(line).scaleb(-places) > 1:
        places += 1
    return Decimal(1).scaleb(-places)


def _weight(line: Line) -> Decimal:
    """How much the contract's net falls when the net unit price falls by one."""
    periods = Decimal(1 if line.billing == "once" else line.periods)
    return money.divide(money.times(line.quantity, periods), line.price_base_quantity)


def _factor(offer: Offer) -> Decimal:
    """How much of it is left after discounts and charges in percent."""
    factor = Decimal(1)
    for each in offer.adjustments:
        share = (each.percent or money.ZERO).scaleb(-2)
        factor += -share if each.kind == "discount" else share
    return max(factor, money.SIX_PLACES)


def _negotiable(line: Line) -> bool:
    open_price = "unit_price" in line.negotiable or "discount_percent" in line.negotiable
    return line.selected and open_price and line.discount_percent < 100


def _known(line: Line, private: PrivateFigures) -> bool:
    figures = private.lines.get(line.key)
    return figures is not None and (figures.floor_unit_price or figures.unit_cost) is not None


def _lowest(line: Line, private: PrivateFigures) -> Decimal:
    figures = private.lines.get(line.key)
    if figures is None:
        return money.ZERO
    floor = figures.unit_cost if figures.floor_unit_price is None else figures.floor_unit_price
    return money.ZERO if floor is None else floor
