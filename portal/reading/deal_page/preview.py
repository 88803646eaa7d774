"""What an ask would come to, before it is asked. Published prices and limits only: nothing private is within reach here."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.domain.change.change import Change
from portal.domain.change.effect import Effect, LineEffect, effect_of
from portal.domain.offer import pricing
from portal.domain.offer.revision import Billing, Line, Offer, PriceBreak, Sum
from portal.domain.offer.totals import line_net
from portal.reading.deal_page.deal_level_items import StandingView


@dataclass(frozen=True, kw_only=True)
class SumEffect:
    """What is due with tax, per period of one billing, before and after."""

    billing: Billing
    before: Decimal
    after: Decimal


@dataclass(frozen=True, kw_only=True)
class PriceSteps:
    """Where a quantity stands among the price breaks: the one `reached`, the `following` one, and the line's net there."""

    line: Line
    reached: PriceBreak | None
    following: PriceBreak | None
    net: Decimal


@dataclass(frozen=True, kw_only=True)
class Preview:
    """`line` is the one that was changed; `gap` the difference over the whole contract, net; `standing` what is offered on
    a condition, as buyers will read it."""

    line: LineEffect | None
    sums: tuple[SumEffect, ...]
    gap: Decimal
    steps: PriceSteps | None = None
    standing: StandingView | None = None


def preview(offer: Offer, key: str, changes: Sequence[Change], *, edits: bool = False) -> Preview:
    """As `effect_of`."""
    effect = effect_of(offer, changes, edits=edits)
    line = next((each for each in effect.lines if each.after.key == key), None)
    return Preview(
        line=line,
        sums=tuple(_sums(effect)),
        gap=effect.gap,
        steps=price_steps(line.after if line else offer.line(key), offer),
    )


def price_steps(line: Line | None, offer: Offer) -> PriceSteps | None:
    """None where no break moves the price: there are none, or it was negotiated."""
    if line is None or not line.price_breaks or line.price_source == "negotiated":
        return None
    reached, following = pricing.price_break(line, line.quantity), pricing.next_break(line, line.quantity)
    highest = line.bounds.max_quantity
    if following and highest is not None and following.start > highest:
        following = None
    there = pricing.at_quantity(line, following.start, language=offer.language) if following else line
    return PriceSteps(
        line=line,
        # The price below the first break is kept as one that begins at nothing.
        reached=reached if reached and reached.start else None,
        following=following,
        net=line_net(there, offer.currency),
    )


def _sums(effect: Effect) -> list[SumEffect]:
    pairs: tuple[tuple[Billing, Sum | None, Sum | None], ...] = (
        ("once", effect.before.once, effect.after.once),
        ("month", effect.before.month, effect.after.month),
        ("year", effect.before.year, effect.after.year),
    )
    found = []
    for billing, before, after in pairs:
        amounts = [each.total if each else Decimal(0) for each in (before, after)]
        if amounts[0] != amounts[1]:
            found.append(SumEffect(billing=billing, before=amounts[0], after=amounts[1]))
    return found
