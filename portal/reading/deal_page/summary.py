"""What the offer comes to, as the summary tells it: once, per month, per year, over the contract."""

from dataclasses import dataclass
from decimal import Decimal

from portal.domain.offer.revision import Billing, Offer, Revision, Sum, TaxGroup


@dataclass(frozen=True, kw_only=True)
class AdjustmentView:
    label: str
    net: Decimal


@dataclass(frozen=True, kw_only=True)
class Part:
    """What is due per period of one billing. `periods` is how often, None where lines run for different times."""

    billing: Billing
    lines: Decimal
    adjustments: tuple[AdjustmentView, ...]
    taxes: tuple[TaxGroup, ...]
    sum: Sum
    periods: int | None


@dataclass(frozen=True, kw_only=True)
class Summary:
    """`parts` in the order they fall due; `contract` is everything together; `before` the contract a revision ago."""

    currency: str
    parts: tuple[Part, ...]
    contract: Sum
    before: Sum | None

    @property
    def recurring(self) -> bool:
        return len(self.parts) > 1

    @property
    def due(self) -> Part:
        """What a bar with room for one figure shows: due once, or the first recurring part where nothing is."""
        nothing_once = self.parts[0].sum.total == 0 and self.recurring
        return self.parts[1] if nothing_once else self.parts[0]


def summary(revision: Revision, previous: Revision | None) -> Summary:
    totals = revision.totals
    sums: dict[Billing, Sum | None] = {"once": totals.once, "month": totals.month, "year": totals.year}
    return Summary(
        currency=revision.offer.currency,
        parts=tuple(_part(revision, billing, each) for billing, each in sums.items() if each is not None),
        contract=totals.contract,
        before=previous.totals.contract if previous else None,
    )


def _part(revision: Revision, billing: Billing, each: Sum) -> Part:
    labels = {adjustment.key: adjustment.label for adjustment in revision.offer.adjustments}
    adjustments = tuple(
        AdjustmentView(label=labels[total.key], net=total.net)
        for total in revision.totals.adjustments
        if total.billing == billing
    )
    return Part(
        billing=billing,
        lines=each.net - sum((adjustment.net for adjustment in adjustments), Decimal(0)),
        adjustments=adjustments,
        taxes=tuple(group for group in revision.totals.groups if group.billing == billing),
        sum=each,
        periods=_periods(revision.offer, billing),
    )


def _periods(offer: Offer, billing: Billing) -> int | None:
    found = {line.periods for line in offer.lines if line.selected and line.billing == billing}
    return found.pop() if len(found) == 1 else None
