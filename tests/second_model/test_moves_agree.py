"""What one move of the buyer leads to: the prices of quantities and of if-you-then offers, in both models."""

from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

import pytest

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.published_prices import priced_by_offer
from portal.domain.change.standing_offer import misfits, take
from portal.domain.offer.revision import Offer
from tests.second_model.offers import line, offer
from tests.second_model.priced_quantities import priced_at, quantities
from tests.second_model.product import offer_of
from tests.second_model.random_offers import random_offer
from tests.second_model.reachable import first_state, use
from tests.second_model.reading import read_offer
from tests.second_model.totals import net_unit_price


def price_at_once(asked: Offer, key: str, quantity: Fraction) -> Fraction | None:
    """Return the product's unit price for a quantity; None when a person answers."""
    text = str(Decimal(quantity.numerator) / Decimal(quantity.denominator))
    change = Change(subject=f"line:{key}", field="quantity", value=text)
    if not priced_by_offer(asked, change):
        return None
    found = apply(asked, [change], concession=False).line(key)
    assert found is not None
    return Fraction(found.unit_price)


def price_by_design(document: dict[str, Any], place: int, quantity: Fraction) -> Fraction | None:
    asked = read_offer(document)
    return priced_at(asked["lines"][place], first_state(asked).lines[place], quantity)


def test_what_the_product_prices_at_once_costs_the_same():
    compared = 0
    for seed in range(1_000):
        document = random_offer(Random(seed))
        asked, lines = offer_of(document), read_offer(document)["lines"]
        for place, each in enumerate(lines):
            for quantity in (
                quantities(read_offer(document), each) if "quantity" in each["negotiable"] else []
            ):
                found = price_at_once(asked, each["key"], quantity)
                # A break below the quantity of a negotiated price, and lower than it: published, so nobody is asked.
                smaller = each["source"] == "negotiated" and quantity < each["quantity"]
                if found is not None and quantity != each["quantity"] and not smaller:
                    assert found == price_by_design(document, place, quantity), f"seed {seed}"
                    compared += 1
    assert compared > 500


def test_if_you_then_offers_give_the_same():
    """But for negotiated lines with breaks, and quantities below the first break: `test_prices_that_differ`."""
    compared = 0
    for seed in range(1_500):
        document = random_offer(Random(seed))
        asked, exact = offer_of(document), read_offer(document)
        for standing, by_design in zip(asked.standing_offers, exact["standing_offers"], strict=True):
            if misfits(asked, standing):
                continue
            after, state = take(asked, standing).offer, use(exact, first_state(exact), by_design)
            assert state is not None, f"seed {seed}"
            for before, found, now in zip(exact["lines"], after.lines, state.lines, strict=True):
                breaks = before["breaks"]
                if not breaks or (before["source"] != "negotiated" and now.quantity >= breaks[0][0]):
                    expected = (now.selected, now.quantity, net_unit_price(now.unit_price, now.discount))
                    assert (found.selected, found.quantity, found.net_unit_price) == expected, f"seed {seed}"
                    compared += 1
    assert compared > 1_000


BREAKS = {"5": "90", "10": "80"}


# A line, a quantity of it, and its unit price by the design, answered at once.
PRICED = [
    pytest.param(line("a", "95", "4", price_source="negotiated"), 6, 95, id="held upwards"),
    pytest.param(
        line("a", "85", "4", price_source="negotiated", breaks=BREAKS), 6, 85, id="held below a break"
    ),
    pytest.param(line("a", "85", "4", price_source="negotiated", breaks=BREAKS), 10, 80, id="a lower break"),
    # These two have a price, and in the product a person answers.
    pytest.param(
        line("a", "90", "5", price_source="break", breaks=BREAKS, list_price="100"), 2, 100, id="list"
    ),
    pytest.param(line("a", "100", "2", breaks=BREAKS), 1, 100, id="quoted below the first break"),
]


@pytest.mark.parametrize(("priced", "quantity", "price"), PRICED)
def test_what_the_design_says_of_prices_that_differ(priced: dict[str, Any], quantity: int, price: int):
    assert price_by_design(offer(priced), 0, Fraction(quantity)) == price


@pytest.mark.parametrize(("priced", "quantity", "price"), PRICED[:3])
def test_what_the_product_prices_alone(priced: dict[str, Any], quantity: int, price: int):
    assert price_at_once(offer_of(offer(priced)), "a", Fraction(quantity)) == price
