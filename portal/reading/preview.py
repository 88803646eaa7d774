"""What an ask would come to, before it is asked. Published prices and limits only: nothing private is within reach here."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portal.domain import counteroffer
from portal.domain.change import Change
from portal.domain.counteroffer import Effect, LineEffect
from portal.domain.revision import Billing, Offer, Sum


@dataclass(frozen=True, kw_only=True)
class SumEffect:
    """What is due with tax, per period of one billing, before and after."""

    billing: Billing
    before: Decimal
    after: Decimal


@dataclass(frozen=True, kw_only=True)
class Preview:
    """`line` is the one that was changed; `gap` the difference over the whole contract, net."""

    line: LineEffect | None
    sums: tuple[SumEffect, ...]
    gap: Decimal


def preview(offer: Offer, key: str, changes: Sequence[Change]) -> Preview:
    """Invalid as in `counteroffer.effect`."""
    effect = counteroffer.effect(offer, changes)
    return Preview(
        line=next((each for each in effect.lines if each.after.key == key), None),
        sums=tuple(_sums(effect)),
        gap=effect.gap,
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
