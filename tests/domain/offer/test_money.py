"""Decimals with one spelling, currencies with their own places, and fair division."""

from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.offer import money
from tests.domain.offers import CURRENCIES, decimals


@pytest.mark.parametrize(
    ("currency", "places"),
    [("EUR", 2), ("JPY", 0), ("KWD", 3), ("IQD", 3), ("RSD", 2), ("CLF", 4), ("HUF", 2)],
)
def test_places_are_those_of_iso_4217(currency, places):
    assert money.places(currency) == places


@pytest.mark.parametrize("code", ["", "eur", "ZZZ", "EURO"])
def test_an_unknown_currency_is_refused(code):
    with pytest.raises(KeyError):
        money.places(code)


@pytest.mark.parametrize(
    ("value", "currency", "rounded"),
    [
        ("0.005", "EUR", "0.01"),
        ("0.0049999", "EUR", "0.00"),
        ("-0.005", "EUR", "-0.01"),
        ("-0.004", "EUR", "0.00"),
        ("0.5", "JPY", "1"),
        ("2.5", "JPY", "3"),
        ("1.2345", "KWD", "1.235"),
        ("123456789012345678901234.565", "EUR", "123456789012345678901234.57"),
    ],
)
def test_amounts_round_half_up_and_never_to_a_negative_zero(value, currency, rounded):
    assert str(money.amount(Decimal(value), currency)) == rounded


def test_six_places_have_no_negative_zero_and_no_exponent():
    assert str(money.six(Decimal("-0"))) == "0.000000"
    assert str(money.six(Decimal("1E+3"))) == "1000.000000"
    assert str(money.six(Decimal("0.0000001"))) == "0.000000"


def test_sums_and_products_keep_digits_that_pythons_own_context_would_round():
    large = Decimal("999999999999999999999999999999.01")
    assert money.add([large, large]) == Decimal("1999999999999999999999999999998.02")
    assert money.times(large, Decimal("1.01")) == Decimal("1009999999999999999999999999999.0001")


@pytest.mark.parametrize("text", ["12.50", "-12.50", "0", "000123", "999999999999.999999"])
def test_plain_decimals_are_read(text):
    assert money.parse(text) == Decimal(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "-",
        ".5",
        "5.",
        "1e3",
        "NaN",
        "Infinity",
        "+1",
        "--1",
        "1,5",
        " 1",
        "1_000",
        "١",
        "1.0000001",
        "1000000000000",
        "½",
    ],
)
def test_anything_else_is_refused(text):
    with pytest.raises(ValueError, match=r"decimal|digits"):
        money.parse(text)


@given(decimals("-99999999", "99999999", places=4), st.sampled_from(CURRENCIES))
def test_minor_units_and_back(value, currency):
    amount = money.amount(value, currency)
    assert money.from_minor(money.to_minor(amount, currency), currency) == amount


def test_a_part_of_a_minor_unit_has_no_minor_units():
    with pytest.raises(ValueError, match="more places"):
        money.to_minor(Decimal("1.005"), "EUR")


weights_of = st.lists(decimals("0", "1000000", places=3), min_size=1, max_size=8)


@given(decimals("-1000000", "1000000", places=3), weights_of, st.sampled_from(CURRENCIES))
def test_shares_sum_to_the_whole_and_miss_their_exact_part_by_less_than_a_unit(value, weights, currency):
    whole = money.amount(value, currency)
    shares = money.spread(whole, weights, currency)
    assert sum(shares) == whole
    unit = Decimal(1).scaleb(-money.places(currency))
    for share, weight in zip(shares, weights, strict=True):
        if sum(weights):
            assert abs(share - whole * weight / sum(weights)) < unit
        assert share * whole >= 0
        assert share == money.amount(share, currency)


@given(weights_of.filter(any), decimals("0.01", "1000", places=2))
def test_a_heavier_weight_never_gets_less(weights, whole):
    shares = money.spread(whole, weights, "EUR")
    by_weight = sorted(zip(weights, shares, strict=True))
    assert all(a[1] <= b[1] for a, b in pairwise(by_weight) if a[0] < b[0])


@pytest.mark.parametrize(
    ("whole", "weights", "shares"),
    [
        ("100.00", ["1", "1", "1"], ["33.34", "33.33", "33.33"]),
        ("-100.00", ["1", "1", "1"], ["-33.34", "-33.33", "-33.33"]),
        ("0.02", ["1", "1", "1"], ["0.01", "0.01", "0.00"]),
        ("10.00", ["0", "0"], ["10.00", "0.00"]),
        ("10.00", [], []),
    ],
)
def test_the_largest_remainder_gets_the_odd_cent(whole, weights, shares):
    found = money.spread(Decimal(whole), [Decimal(weight) for weight in weights], "EUR")
    assert [str(share) for share in found] == shares
