"""What an offer comes to: the one function behind page, preview, PDF, order and export.

Tax is computed per (billing, category, rate) on the group's sum, per period of the billing (EN 16931 BG-23, BR-CO-17),
never per line. Adjustments are computed on the nets of lines, not on each other; discounts are negative.

Lines of one billing may run for different numbers of periods. The contract then runs in phases: up to the shortest all are
active, afterwards only the longer ones, and each phase has tax groups (and percentages) of its own. The contract is due once
plus, per phase, its number of periods x what one of its periods costs. `month`, `year` and `groups` tell the first phase.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, get_args

from portal.domain.offer import money
from portal.domain.offer.revision import (
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


def line_nets(offer: Offer) -> dict[str, Decimal]:
    """Every line's net by its key."""
    return {line.key: line_net(line, offer.currency) for line in offer.lines}


def totals(offer: Offer) -> Totals:
    """Totals of `offer`. The order of its lines and adjustments does not matter; the parts are sorted."""
    nets = line_nets(offer)
    whole = list(phases(offer, nets))
    first = {phase.billing: phase for phase in reversed(whole)}
    groups = {billing: phase_groups(offer, phase) for billing, phase in first.items()}
    sums = {billing: _sum(found, offer.currency) for billing, found in groups.items() if found}
    return Totals(
        once=sums.get("once") or _sum([], offer.currency),
        month=sums.get("month"),
        year=sums.get("year"),
        contract=_contract(offer, whole),
        lines=tuple(LineTotal(key=key, net=nets[key]) for key in sorted(nets)),
        adjustments=tuple(_adjustment_totals(offer, first)),
        groups=tuple(group for billing in BILLINGS for group in groups.get(billing, ())),
    )


def revise(offer: Offer) -> Revision:
    """The revision that makes this offer: its content with its totals."""
    return Revision(offer=offer, totals=totals(offer))


class Phase(NamedTuple):
    """A stretch of the contract in which the same lines are billed: periods `first` to `first + periods - 1`.

    `nets` are the lines' nets by (category, rate), per period.
    """

    billing: Billing
    first: int
    periods: int
    lines: tuple[Line, ...]
    nets: dict[TaxKey, Decimal]


def phases(offer: Offer, nets: Mapping[str, Decimal] | None = None) -> Iterable[Phase]:
    """The whole contract: what is due once first (always, even if empty), then months, then years.

    `nets`: what `line_nets` says of the same offer, where that is known already.
    """
    nets = line_nets(offer) if nets is None else nets
    once = _active(offer, "once")
    yield Phase("once", 1, 1, once, _by_tax(once, nets))
    for billing in BILLINGS[1:]:
        begun = 0
        for end in sorted({line.periods for line in _active(offer, billing)}):
            lines = _active(offer, billing, end)
            yield Phase(billing, begun + 1, end - begun, lines, _by_tax(lines, nets))
            begun = end


def phase_groups(offer: Offer, phase: Phase) -> list[TaxGroup]:
    """What is taxed alike in one period of the phase."""
    taxable = dict(phase.nets)
    for adjustment in offer.adjustments:
        for key, share in phase_shares(offer, phase, adjustment).items():
            taxable[key] = money.add([taxable.get(key, money.ZERO), share])
    # Lines by the hundred share a handful of taxes.
    taxes = [*{line.tax for line in phase.lines}, *(each.tax for each in offer.adjustments if each.tax)]
    return [_group(phase.billing, key, taxable[key], taxes, offer.currency) for key in sorted(taxable)]


def phase_sum(offer: Offer, phase: Phase) -> Sum:
    """What one period of the phase costs."""
    return _sum(phase_groups(offer, phase), offer.currency)


def phase_shares(offer: Offer, phase: Phase, adjustment: Adjustment) -> dict[TaxKey, Decimal]:
    """What one adjustment adds to each (category, rate) in one period of the phase; signed."""
    sign = Decimal(-1 if adjustment.kind == "discount" else 1)
    if adjustment.percent is not None:
        percent = money.times(sign, adjustment.percent)
        return _percent_shares(percent, adjustment.tax, phase.nets, offer.currency)
    if phase.billing != "once" or adjustment.amount is None:
        return {}
    whole = money.amount(money.times(sign, adjustment.amount), offer.currency)
    return _amount_shares(whole, adjustment.tax, offer, phase.nets)


def _active(offer: Offer, billing: Billing, period: int = 1) -> tuple[Line, ...]:
    """The selected lines that are billed in the `period`-th period of a billing; all of them when billed once."""
    return tuple(
        line
        for line in offer.lines
        if line.selected and line.billing == billing and (billing == "once" or line.periods >= period)
    )


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


def _contract(offer: Offer, whole: Iterable[Phase]) -> Sum:
    parts = [(phase.periods, phase_sum(offer, phase)) for phase in whole]
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


def _adjustment_totals(offer: Offer, first: Mapping[Billing, Phase]) -> Iterable[AdjustmentTotal]:
    """Every adjustment once at least, and for a percentage in each billing that has lines."""
    for adjustment in sorted(offer.adjustments, key=lambda each: each.key):
        shares = {
            billing: phase_shares(offer, phase, adjustment).values() for billing, phase in first.items()
        }
        for billing in [billing for billing in BILLINGS if shares.get(billing)] or [BILLINGS[0]]:
            net = money.amount(money.add(shares[billing]), offer.currency)
            yield AdjustmentTotal(key=adjustment.key, billing=billing, net=net)


def _percent_shares(
    percent: Decimal, tax: Tax | None, nets: Mapping[TaxKey, Decimal], currency: str
) -> dict[TaxKey, Decimal]:
    if tax is None:
        return {key: _percent_of(net, percent, currency) for key, net in nets.items()}
    return {_key(tax): _percent_of(money.add(nets.values()), percent, currency)} if nets else {}


def _amount_shares(
    whole: Decimal, tax: Tax | None, offer: Offer, nets: Mapping[TaxKey, Decimal]
) -> dict[TaxKey, Decimal]:
    """Without once-lines the recurring ones' taxes stand in, weighed by contract value. Nothing selected: no shares."""
    if tax is not None:
        return {_key(tax): whole}
    weights = nets or _recurring_weights(offer)
    keys = sorted(weights)
    # A group of credits carries no share: shares of one sign never exceed the whole.
    shares = money.spread(whole, [max(weights[key], money.ZERO) for key in keys], offer.currency)
    return dict(zip(keys, shares, strict=True)) if keys else {}


def _recurring_weights(offer: Offer) -> dict[TaxKey, Decimal]:
    recurring = [line for billing in BILLINGS[1:] for line in _active(offer, billing)]
    nets = line_nets(offer)
    return _by_tax(
        recurring, {line.key: money.times(nets[line.key], Decimal(line.periods)) for line in recurring}
    )


def _by_tax(lines: Iterable[Line], nets: Mapping[str, Decimal]) -> dict[TaxKey, Decimal]:
    parts: dict[TaxKey, list[Decimal]] = {}
    for line in lines:
        parts.setdefault(_key(line.tax), []).append(nets[line.key])
    return {key: money.add(each) for key, each in parts.items()}


def _percent_of(net: Decimal, percent: Decimal, currency: str) -> Decimal:
    return money.amount(money.divide(money.times(net, percent), Decimal(100)), currency)


def _key(tax: Tax) -> TaxKey:
    return tax.category, tax.rate
