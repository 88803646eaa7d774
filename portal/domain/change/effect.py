"""What changes come to: lines and totals before and after."""

from collections.abc import Iterable
from decimal import Decimal

import msgspec

from portal.domain.change import price_ask
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.items import TOTAL
from portal.domain.offer import money
from portal.domain.offer.revision import Line, Offer, Totals
from portal.domain.offer.totals import line_net, totals


class LineEffect(msgspec.Struct, frozen=True, kw_only=True):
    """A line before and after, with its nets per period."""

    before: Line
    after: Line
    before_net: Decimal
    after_net: Decimal


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What changes come to. Differences are net and signed: less to pay is negative. `target`: what the contract's net
    shall be at most, whichever lines carry it."""

    lines: tuple[LineEffect, ...]
    before: Totals
    after: Totals
    target: Decimal | None = None

    @property
    def gap(self) -> Decimal:
        """The difference over the whole contract."""
        after = self.after.contract.net
        return min(after, after if self.target is None else self.target) - self.before.contract.net

    @property
    def once(self) -> Decimal:
        return self.after.once.net - self.before.once.net

    @property
    def month(self) -> Decimal:
        return _net(self.after.month) - _net(self.before.month)

    @property
    def year(self) -> Decimal:
        return _net(self.after.year) - _net(self.before.year)


def effect_of(offer: Offer, changes: Iterable[Change], *, edits: bool = False) -> Effect:
    """What the offer comes to with what is asked granted, or with `edits` of the seller's; Invalid as in `apply`."""
    changes = list(changes) if edits else price_ask.as_granted(offer, changes)
    after = apply(offer, changes, concession=False)
    target = next((money.parse(each.value) for each in changes if each.id == f"{TOTAL}:target"), None)
    lines = tuple(
        LineEffect(
            before=old,
            after=new,
            before_net=line_net(old, offer.currency),
            after_net=line_net(new, offer.currency),
        )
        # Added lines come last, and have no before.
        for old, new in zip(offer.lines, after.lines, strict=False)
        if old != new
    )
    return Effect(lines=lines, before=totals(offer), after=totals(after), target=target)


def _net(amounts: object) -> Decimal:
    return getattr(amounts, "net", money.ZERO)
