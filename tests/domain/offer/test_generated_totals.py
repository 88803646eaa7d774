"""What holds for the totals of whatever offer there may be."""

import random
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from portal.domain.offer import money
from portal.domain.offer.revision import Offer, Totals
from portal.domain.offer.totals import phase_groups, phases, revise, totals
from tests.domain.offers import offers


def parts_by_billing(found: Totals, asked: Offer) -> None:
    nets = {each.key: each.net for each in found.lines}
    for billing in ("once", "month", "year"):
        lines = money.add(nets[each.key] for each in asked.lines if each.billing == billing)
        adjusted = money.add(each.net for each in found.adjustments if each.billing == billing)
        taxable = money.add(each.taxable for each in found.groups if each.billing == billing)
        tax = money.add(each.tax for each in found.groups if each.billing == billing)
        amounts = getattr(found, billing)
        whole = (amounts.net, amounts.tax, amounts.total) if amounts else (0, 0, 0)
        assert whole == (taxable, tax, money.add([taxable, tax]))
        assert taxable == money.add([lines, adjusted])


@given(offers())
def test_parts_sum_to_the_total(asked):
    found = totals(asked)
    parts_by_billing(found, asked)
    net = tax = Decimal(0)
    for phase in phases(asked):
        for group in phase_groups(asked, phase):
            net = money.add([net, money.times(Decimal(phase.periods), group.taxable)])
            tax = money.add([tax, money.times(Decimal(phase.periods), group.tax)])
    assert (found.contract.net, found.contract.tax) == (net, tax)
    assert found.contract.total == money.add([net, tax])


@given(offers(same_periods=True))
def test_with_equal_periods_the_contract_is_once_and_periods_times_the_period(asked):
    found = totals(asked)
    for name in ("net", "tax", "total"):
        expected = [getattr(found.once, name)]
        for billing, periods in (("month", 36), ("year", 3)):
            amounts = getattr(found, billing)
            expected.append(money.times(Decimal(periods), getattr(amounts, name)) if amounts else Decimal(0))
        assert getattr(found.contract, name) == money.add(expected)


@given(offers(), st.randoms(use_true_random=False))
def test_the_order_of_lines_and_adjustments_is_irrelevant(asked: Offer, chance: random.Random):
    shuffled = replace(
        asked,
        lines=tuple(chance.sample(asked.lines, len(asked.lines))),
        adjustments=tuple(chance.sample(asked.adjustments, len(asked.adjustments))),
    )
    assert totals(shuffled) == totals(asked)


@given(offers())
def test_every_amount_stands_at_the_currencys_scale(asked):
    found = revise(asked).totals
    scale = -money.places(asked.currency)
    sums = [each for each in (found.once, found.month, found.year, found.contract) if each]
    amounts = [
        *(value for each in sums for value in (each.net, each.tax, each.total)),
        *(value for each in found.groups for value in (each.taxable, each.tax)),
        *(each.net for each in (*found.lines, *found.adjustments)),
    ]
    assert {amount.as_tuple().exponent for amount in amounts} == {scale}
    assert not any(amount.is_zero() and amount.is_signed() for amount in amounts)
