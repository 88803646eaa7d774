"""What an offer comes to: the one function behind page, preview, PDF, order and export.

Tax is computed per (billing, category, rate) on the group's sum, per period of the billing (EN 16931 BG-23, BR-CO-17),
never per line. Adjustments are computed on the nets of lines, not on each other; discounts are negative.

Lines of one billing may run for different numbers of periods. The contract then runs in phases: up to the shortest all are
active, afterwards only the longer ones, and each phase has tax groups (and percentages) of its own. The contract is due once
plus, per phase, its number of periods x what one of its periods costs. `month`, `year` and `groups` tell the first phase.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple, get_args

from portal.domain import money
from portal.domain.revision import (
    Adjustment,
    AdjustmentTotal,
    Billing,
    Line,
    LineTotal,
    Offer,
    Revision,
    Sum,
    Tax,
    TaxGroup,
    Totals,
)

BILLINGS: tuple[Billing, ...] = get_args(Billing)
TaxKey = tuple[str, Decimal]


def line_net(line: Line, currency: str) -> Decimal:
    """quantity x net unit price / price base quantity, rounded to the currency, per period; zero when not selected."""
    if not line.selected:
        return money.amount(money.ZERO, currency)
    exact = money.divide(money.times(line.quantity, line.net_unit_price), line.price_base_quantity)
    return money.amount(exact, currency)


def totals(offer: Offer) -> Totals:
    """Totals of `offer`. The order of its lines and adjustments does not matter; the parts are sorted."""
    once = _groups(offer, "once", _active(offer, "once"))
    month, year = (_groups(offer, billing, _active(offer, billing)) for billing in ("month", "year"))
    return Totals(
        once=_sum(once, offer.currency),
        month=_sum(month, offer.currency) if month else None,
        year=_sum(year, offer.currency) if year else None,
        contract=_contract(offer),
        lines=tuple(
            LineTotal(key=line.key, net=line_net(line, offer.currency))
            for line in sorted(offer.lines, key=lambda line: line.key)
        ),
        adjustments=tuple(_adjustment_totals(offer)),
        groups=(*once, *month, *year),
    )


def revise(offer: Offer) -> Revision:
    """The revision that makes this offer: its content with its totals."""
    return Revision(offer=offer, totals=totals(offer))


class Phase(NamedTuple):
    """A stretch of the contract in which the same lines are billed: periods `first` to `first + periods - 1`."""

    billing: Billing
    first: int
    periods: int
    lines: tuple[Line, ...]


def phases(offer: Offer) -> Iterable[Phase]:
    """The whole contract: what is due once first (always, even if empty), then months, then years."""
    yield Phase("once", 1, 1, tuple(_active(offer, "once")))
    for billing in BILLINGS[1:]:
        begun = 0
        for end in sorted({line.periods for line in _active(offer, billing)}):
            yield Phase(billing, begun + 1, end - begun, tuple(_active(offer, billing, end)))
            begun = end


def phase_groups(offer: Offer, phase: Phase) -> list[TaxGroup]:
    """What is taxed alike in one period of the phase."""
    return _groups(offer, phase.billing, phase.lines)


def phase_sum(offer: Offer, phase: Phase) -> Sum:
    """What one period of the phase costs."""
    return _sum(phase_groups(offer, phase), offer.currency)


def phase_shares(offer: Offer, phase: Phase, adjustment: Adjustment) -> dict[TaxKey, Decimal]:
    """What one adjustment adds to each (category, rate) in one period of the phase; signed."""
    return _shares(offer, adjustment, phase.billing, phase.lines)


def _active(offer: Offer, billing: Billing, period: int = 1) -> list[Line]:
    """The selected lines that are billed in the `period`-th period of a billing; all of them when billed once."""
    return [
        line
        for line in offer.lines
        if line.selected and line.billing == billing and (billing == "once" or line.periods >= period)
    ]


def _groups(offer: Offer, billing: Billing, lines: Sequence[Line]) -> list[TaxGroup]:
    taxable = _by_tax(lines, offer.currency)
    for adjustment in offer.adjustments:
        for key, share in _shares(offer, adjustment, billing, lines).items():
            taxable[key] = money.add([taxable.get(key, money.ZERO), share])
    taxes = [line.tax for line in lines] + [each.tax for each in offer.adjustments if each.tax]
    return [_group(billing, key, taxable[key], taxes, offer.currency) for key in sorted(taxable)]


def _group(billing: Billing, key: TaxKey, taxable: Decimal, taxes: Iterable[Tax], currency: str) -> TaxGroup:
    category, rate = key
    same = [tax for tax in taxes if _key(tax) == key]
    return TaxGroup(
        billing=billing,
        category=category,
        rate=rate,
        # A group has one reason text and one code (BT-120, BT-121), whatever its lines say.
        reason="; ".join(sorted({tax.reason for tax in same if tax.reason})),
        reason_code=min((tax.reason_code for tax in same if tax.reason_code), default=""),
        taxable=money.amount(taxable, currency),
        tax=_percent_of(taxable, rate, currency),
    )


def _contract(offer: Offer) -> Sum:
    parts = [(phase.periods, phase_sum(offer, phase)) for phase in phases(offer)]
    net = money.add(money.times(Decimal(periods), each.net) for periods, each in parts)
    tax = money.add(money.times(Decimal(periods), each.tax) for periods, each in parts)
    return _net_and_tax(net, tax, offer.currency)


def _sum(groups: Sequence[TaxGroup], currency: str) -> Sum:
    return _net_and_tax(
        money.add(group.taxable for group in groups), money.add(group.tax for group in groups), currency
    )


def _net_and_tax(net: Decimal, tax: Decimal, currency: str) -> Sum:
    return Sum(
        net=money.amount(net, currency),
        tax=money.amount(tax, currency),
        total=money.amount(money.add([net, tax]), currency),
    )


def _adjustment_totals(offer: Offer) -> Iterable[AdjustmentTotal]:
    """Every adjustment once at least, and for a percentage in each billing that has lines."""
    for adjustment in sorted(offer.adjustments, key=lambda each: each.key):
        shares = {
            billing: _shares(offer, adjustment, billing, _active(offer, billing)).values()
            for billing in BILLINGS
        }
        billings = [billing for billing in BILLINGS if shares[billing]] or ["once"]
        for billing in billings:
            net = money.amount(money.add(shares[billing]), offer.currency)
            yield AdjustmentTotal(key=adjustment.key, billing=billing, net=net)


def _shares(
    offer: Offer, adjustment: Adjustment, billing: Billing, lines: Sequence[Line]
) -> dict[TaxKey, Decimal]:
    """What one adjustment adds to each tax group of `billing` while `lines` are active."""
    sign = Decimal(-1 if adjustment.kind == "discount" else 1)
    if adjustment.percent is not None:
        return _percent_shares(money.times(sign, adjustment.percent), adjustment.tax, lines, offer.currency)
    if billing != "once" or adjustment.amount is None:
        return {}
    whole = money.amount(money.times(sign, adjustment.amount), offer.currency)
    return _amount_shares(whole, adjustment.tax, offer, lines)


def _percent_shares(
    percent: Decimal, tax: Tax | None, lines: Sequence[Line], currency: str
) -> dict[TaxKey, Decimal]:
    nets = _by_tax(lines, currency)
    if tax is None:
        return {key: _percent_of(net, percent, currency) for key, net in nets.items()}
    return {_key(tax): _percent_of(money.add(nets.values()), percent, currency)} if nets else {}


def _amount_shares(
    whole: Decimal, tax: Tax | None, offer: Offer, lines: Sequence[Line]
) -> dict[TaxKey, Decimal]:
    """Without once-lines the recurring ones' taxes stand in, weighed by contract value. Nothing selected: no shares."""
    if tax is not None:
        return {_key(tax): whole}
    weights = _by_tax(lines, offer.currency)
    if not weights:
        recurring = [line for billing in BILLINGS[1:] for line in _active(offer, billing)]
        weights = _by_tax(recurring, offer.currency, over_contract=True)
    keys = sorted(weights)
    # A group of credits carries no share: shares of one sign never exceed the whole.
    shares = money.spread(whole, [max(weights[key], money.ZERO) for key in keys], offer.currency)
    return dict(zip(keys, shares, strict=True)) if keys else {}


def _by_tax(lines: Iterable[Line], currency: str, *, over_contract: bool = False) -> dict[TaxKey, Decimal]:
    nets: dict[TaxKey, Decimal] = {}
    for line in lines:
        net = money.times(line_net(line, currency), Decimal(line.periods if over_contract else 1))
        nets[_key(line.tax)] = money.add([nets.get(_key(line.tax), money.ZERO), net])
    return nets


def _percent_of(net: Decimal, percent: Decimal, currency: str) -> Decimal:
    return money.amount(money.divide(money.times(net, percent), Decimal(100)), currency)


def _key(tax: Tax) -> TaxKey:
    return tax.category, tax.rate
