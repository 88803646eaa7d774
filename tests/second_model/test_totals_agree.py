"""The product's totals and the second model's, figure for figure, on random offers."""

from fractions import Fraction
from random import Random
from typing import Any

from portal.domain.offer.revision import Offer
from portal.domain.offer.totals import totals as product_totals
from portal.errors import Invalid
from tests.intake.written import read
from tests.second_model.offers import REDUCED, discount, line, offer
from tests.second_model.product import document_of, figures, offer_of, phase_figures
from tests.second_model.random_offers import random_offer
from tests.second_model.random_quotes import random_quote
from tests.second_model.reading import read_offer
from tests.second_model.totals import Undecided, totals


def differences(document: dict[str, Any], asked: Offer) -> dict[str, Any] | None:
    """Return the figures in which the two differ; None where the design does not decide."""
    try:
        expected = totals(read_offer(document))
    except Undecided:
        return None
    found = figures(product_totals(asked)) | {"phases": phase_figures(asked)}
    assert found.keys() == expected.keys()
    return {name: (expected[name], found[name]) for name in found if expected[name] != found[name]}


def test_quotes_that_come_in_amount_to_the_same():
    compared = 0
    for seed in range(2_500):
        try:
            asked = read(random_quote(Random(seed))).offer
        except Invalid:
            continue  # discounts exceed the lines
        found = differences(document_of(asked), asked)
        compared += found is not None
        assert not found, f"seed {seed}: {found}"
    assert compared > 1_500


def test_offers_with_choices_and_odd_amounts_amount_to_the_same():
    for seed in range(1_500):
        document = random_offer(Random(seed))
        found = differences(document, offer_of(document))
        assert not found, f"seed {seed}: {found}"


def test_the_second_model_by_hand():
    """120.00 once at 19 %, 0.99 a month for 12 months and 2.01 for 24 at 7 %; 10 % off, and 10.00 off."""
    months = {"billing": "month", "tax": REDUCED}
    presented = offer(
        line("press", "60", "2"),
        line("short", "0.99", periods=12, **months),
        line("long", "2.01", periods=24, **months),
        adjustments=[discount("a", percent="10"), discount("b", amount="10")],
    )
    found = totals(read_offer(presented))
    assert found["once"] == (98, Fraction("18.62"), Fraction("116.62"))
    assert found["month"] == (Fraction("2.70"), Fraction("0.19"), Fraction("2.89"))
    # 0.201 is rounded to 0.20 off; tax of 1.81 is 0.13.
    assert [each[4] for each in found["phases"][1:]] == [
        found["month"],
        (Fraction("1.81"), Fraction("0.13"), Fraction("1.94")),
    ]
    assert found["contract"] == (
        Fraction("98") + 12 * Fraction("2.70") + 12 * Fraction("1.81"),
        Fraction("18.62") + 12 * Fraction("0.19") + 12 * Fraction("0.13"),
        Fraction("116.62") + 12 * Fraction("2.89") + 12 * Fraction("1.94"),
    )


def test_an_amount_is_spread_by_largest_remainder():
    """10.00 over 200 and 100 is 6.67 and 3.33; 0.01 over equal groups goes to the lower rate."""
    pair = line("a", "200"), line("b", "100", tax=REDUCED)
    found = totals(read_offer(offer(*pair, adjustments=[discount(amount="10")])))
    assert [net for net, _ in found["groups"].values()] == [Fraction("193.33"), Fraction("96.67")]
    equal = line("a", "100"), line("b", "100", tax=REDUCED)
    found = totals(read_offer(offer(*equal, adjustments=[discount(amount="0.01")])))
    assert [net for net, _ in found["groups"].values()] == [100, Fraction("99.99")]
