"""What an offer comes to. The expected figures are worked out by hand in each test, not by the code under test."""

from decimal import Decimal

import pytest

from portal.domain.offer.revision import Adjustment, Sum, Tax, Totals
from portal.domain.offer.totals import line_net, phases, totals
from tests.domain.offers import REDUCED, VAT, kestrel_offer, line, offer


def figures(amounts: Sum | None) -> tuple[str, str, str] | None:
    return (str(amounts.net), str(amounts.tax), str(amounts.total)) if amounts else None


def groups(found: Totals) -> list[tuple[str, str, str, str]]:
    return [
        (f"{each.billing} {each.category}", str(each.rate.normalize()), str(each.taxable), str(each.tax))
        for each in found.groups
    ]


def discount(key: str = "d", **facts: object) -> Adjustment:
    return Adjustment(key=key, label="Discount", kind="discount", **facts)  # type: ignore[arg-type]


def charge(key: str = "c", **facts: object) -> Adjustment:
    return Adjustment(key=key, label="Charge", kind="charge", **facts)  # type: ignore[arg-type]


def test_the_presses_for_oakum():
    found = totals(kestrel_offer())
    assert figures(found.once) == ("43100.00", "8189.00", "51289.00")
    assert figures(found.month) == ("250.00", "47.50", "297.50")
    assert found.year is None
    assert figures(found.contract) == ("52100.00", "9899.00", "61999.00")


@pytest.mark.parametrize(
    ("facts", "net"),
    [
        ({"unit_price": "9.99", "quantity": "3"}, "29.97"),
        ({"unit_price": "10", "discount_percent": Decimal("12.5")}, "8.75"),
        ({"unit_price": "0.333333", "quantity": "1.5"}, "0.50"),
        ({"unit_price": "12", "quantity": "250", "price_base_quantity": Decimal(100)}, "30.00"),
        ({"unit_price": "1", "quantity": "1", "price_base_quantity": Decimal(3)}, "0.33"),
        ({"unit_price": "0.005"}, "0.01"),
        ({"unit_price": "10", "selected": False}, "0.00"),
    ],
)
def test_a_lines_net_is_quantity_times_net_unit_price_rounded(facts, net):
    assert str(line_net(line("a", **facts), "EUR")) == net


def test_the_net_unit_price_has_six_places_before_it_is_multiplied():
    # 1/3 off 1.000000 is 0.666667 at six places; unrounded, 666666.67 would come out.
    third = line("a", "1", "1000000", discount_percent=Decimal("33.333333"))
    assert str(line_net(third, "EUR")) == "666667.00"


def test_tax_is_computed_on_the_groups_sum_not_per_line():
    found = totals(offer(*(line(f"l{index}", "0.03") for index in range(10))))
    assert figures(found.once) == ("0.30", "0.06", "0.36")


def test_groups_are_by_billing_category_and_rate_and_sorted():
    found = totals(
        offer(
            line("a", "100", tax=VAT),
            line("b", "10", tax=REDUCED),
            line(
                "c",
                "5",
                tax=Tax(category="E", rate=Decimal(0), reason="Education", reason_code="VATEX-EU-132-1I"),
            ),
            line("d", "20", billing="year"),
            line("e", "30", billing="month"),
        )
    )
    assert groups(found) == [
        ("once E", "0", "5.00", "0.00"),
        ("once S", "7", "10.00", "0.70"),
        ("once S", "19", "100.00", "19.00"),
        ("month S", "19", "30.00", "5.70"),
        ("year S", "19", "20.00", "3.80"),
    ]
    assert (found.groups[0].reason, found.groups[0].reason_code) == ("Education", "VATEX-EU-132-1I")


def test_an_amount_is_spread_over_the_once_groups_in_proportion():
    found = totals(
        offer(
            line("a", "200"),
            line("b", "100", tax=REDUCED),
            line("m", "900", billing="month"),
            adjustments=(discount(amount=Decimal(10)),),
        )
    )
    assert groups(found) == [
        ("once S", "7", "96.67", "6.77"),
        ("once S", "19", "193.33", "36.73"),
        ("month S", "19", "900.00", "171.00"),
    ]
    assert [(each.billing, str(each.net)) for each in found.adjustments] == [("once", "-10.00")]


def test_an_amount_with_its_own_tax_goes_to_that_group_even_a_new_one():
    freight = charge(amount=Decimal("49.995"), tax=REDUCED)
    assert groups(totals(offer(line("a", "100"), adjustments=(freight,)))) == [
        ("once S", "7", "50.00", "3.50"),
        ("once S", "19", "100.00", "19.00"),
    ]


def test_an_amount_without_once_lines_is_billed_once_at_the_recurring_taxes():
    setup = charge(amount=Decimal(30))
    found = totals(
        offer(
            line("m", "10", billing="month", periods=10),
            line("y", "50", billing="year", tax=REDUCED),
            adjustments=(setup,),
        )
    )
    assert groups(found)[:2] == [("once S", "7", "10.00", "0.70"), ("once S", "19", "20.00", "3.80")]
    assert figures(found.contract) == ("180.00", "27.00", "207.00")


def test_a_percentage_applies_to_each_group_of_each_billing():
    found = totals(
        offer(
            line("a", "100"),
            line("b", "33.33", tax=REDUCED),
            line("m", "9.99", billing="month", periods=12),
            adjustments=(discount(percent=Decimal(5)),),
        )
    )
    assert groups(found) == [
        ("once S", "7", "31.66", "2.22"),
        ("once S", "19", "95.00", "18.05"),
        ("month S", "19", "9.49", "1.80"),
    ]
    assert [(each.billing, str(each.net)) for each in found.adjustments] == [
        ("once", "-6.67"),
        ("month", "-0.50"),
    ]


def test_a_percentage_with_its_own_tax_is_of_each_billings_lines():
    insurance = charge(percent=Decimal(10), tax=REDUCED)
    found = totals(
        offer(
            line("a", "100"),
            line("b", "50", tax=REDUCED),
            line("m", "20", billing="month"),
            adjustments=(insurance,),
        )
    )
    assert groups(found) == [
        ("once S", "7", "65.00", "4.55"),
        ("once S", "19", "100.00", "19.00"),
        ("month S", "7", "2.00", "0.14"),
        ("month S", "19", "20.00", "3.80"),
    ]


def test_adjustments_are_computed_on_lines_not_on_each_other():
    both = (discount("a", percent=Decimal(10)), discount("b", percent=Decimal(10)))
    assert figures(totals(offer(line("a", "100"), adjustments=both)).once) == ("80.00", "15.20", "95.20")


def test_unselected_lines_count_for_nothing():
    chosen = offer(line("a", "100"), line("b", "900", optional=True, selected=False, billing="month"))
    found = totals(chosen)
    assert found.month is None
    assert [(each.key, str(each.net)) for each in found.lines] == [("a", "100.00"), ("b", "0.00")]


def test_with_nothing_selected_an_adjustment_without_tax_comes_to_nothing():
    found = totals(
        offer(line("a", "100", optional=True, selected=False), adjustments=(discount(amount=Decimal(10)),))
    )
    assert figures(found.contract) == ("0.00", "0.00", "0.00")
    assert [(each.key, str(each.net)) for each in found.adjustments] == [("d", "0.00")]


def test_different_periods_of_one_billing_run_in_phases():
    # Months 1 to 12: 0.03 + 0.04 = 0.07, tax 0.01. Months 13 to 36: 0.04 alone, tax 0.01.
    found = totals(
        offer(line("a", "0.03", billing="month", periods=12), line("b", "0.04", billing="month", periods=36))
    )
    assert figures(found.month) == ("0.07", "0.01", "0.08")
    assert figures(found.contract) == ("1.80", "0.36", "2.16")


def test_the_phases_of_a_contract():
    asked = offer(
        line("y", billing="year", periods=2),
        line("long", billing="month", periods=36),
        line("short", billing="month", periods=12),
    )
    found = [
        (each.billing, each.first, each.periods, [part.key for part in each.lines]) for each in phases(asked)
    ]
    assert found == [
        ("once", 1, 1, []),
        ("month", 1, 12, ["long", "short"]),
        ("month", 13, 24, ["long"]),
        ("year", 1, 2, ["y"]),
    ]


def test_a_credit_carries_no_share_of_an_amount():
    lines = (line("a", "100"), line("credit", "-50", tax=REDUCED))
    found = totals(offer(*lines, adjustments=(discount(amount=Decimal(10)),)))
    assert groups(found) == [("once S", "7", "-50.00", "-3.50"), ("once S", "19", "90.00", "17.10")]


def test_months_and_years_are_contracts_of_their_own():
    found = totals(
        offer(line("m", "10", billing="month", periods=24), line("y", "100", billing="year", periods=2))
    )
    assert figures(found.contract) == ("440.00", "83.60", "523.60")


@pytest.mark.parametrize(
    ("currency", "once", "contract"),
    [
        ("JPY", ("3", "1", "4"), ("39", "13", "52")),
        ("KWD", ("3.333", "0.633", "3.966"), ("39.333", "7.473", "46.806")),
    ],
)
def test_currencies_with_other_places(currency, once, contract):
    found = totals(offer(line("a", "3.3333"), line("m", "3", billing="month", periods=12), currency=currency))
    assert figures(found.once) == once
    assert figures(found.contract) == contract
