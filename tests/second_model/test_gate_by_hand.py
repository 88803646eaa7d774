"""The second model's gate on cases that a person can work out. Figures are worked out in each test."""

from fractions import Fraction

from tests.second_model.gate import judge
from tests.second_model.offers import discount, line, offer, standing, term

EIGHTY = Fraction(80)


def test_a_break_is_reached_alone_and_a_quantity_between_breaks_is_not_cheaper():
    press = line(
        "press", "100", "2", breaks={"5": "90", "10": "80"}, bounds=("1", "8", "1"), list_price="110"
    )
    found = judge(offer(press), {"press": "90"}, offer(press))
    assert found.lowest == {"press": 90}  # the break at 10 lies above the bound of 8
    assert found.smallest_once_base == 110  # one press, below the first break, at the list price
    assert found.reasons == frozenset()
    assert judge(offer(press), {"press": "90.01"}, offer(press)).reasons == {"floor"}


def test_below_the_first_break_without_list_price_the_quoted_price_holds_if_it_was_quoted_there():
    quoted_there = line("press", "100", "2", breaks={"5": "90"}, bounds=("1", None, "1"))
    quoted_above = line("press", "90", "5", breaks={"5": "90"}, bounds=("1", None, "1"), price_source="break")
    assert judge(offer(quoted_there), {}, offer(quoted_there)).smallest_once_base == 100
    assert judge(offer(quoted_above), {}, offer(quoted_above)).smallest_once_base == 450


def test_a_negotiated_price_holds_upwards_and_a_lower_break_applies():
    press = line(
        "press",
        "85",
        "4",
        breaks={"2": "100", "10": "80"},
        price_source="negotiated",
        bounds=("1", None, "1"),
    )
    found = judge(offer(press), {}, offer(press))
    assert found.lowest == {"press": 80}
    assert found.smallest_once_base == 4 * 85  # fewer than four go to a person


def test_if_you_then_offers_add_up_in_the_order_that_helps_the_buyer():
    press = line("press", "100", negotiable=[])
    both = [
        standing(
            "three", [{"line": "press", "min_quantity": "3"}], [{"line": "press", "discount_percent": "10"}]
        ),
        standing("early", [{"term": "payment", "value": "14"}], [{"line": "press", "unit_price": "90"}]),
    ]
    after = offer(press, terms=[term("payment", "30", "14", "30")], standing_offers=both)
    assert judge(after, {}, after).lowest == {"press": 81}


def test_offers_whose_conditions_exclude_each_other_are_not_added():
    plain, touch = (line(key, choice_group="panel", selected=key == "plain") for key in ("plain", "touch"))
    both = [
        standing("a", [{"line": "plain"}], [{"line": "press", "unit_price": "90"}]),
        standing("b", [{"line": "touch"}], [{"line": "press", "discount_percent": "10"}]),
    ]
    after = offer(line("press", "100"), plain, touch, standing_offers=both)
    assert judge(after, {}, after).lowest["press"] == 90


def test_a_used_offers_condition_is_kept():
    install = line("install", "50", optional=True)
    used = standing("a", [{"line": "install"}], [{"line": "press", "unit_price": "90"}], taken=True)
    press = line("press", "90", negotiable=[], price_source="negotiated")
    assert judge(offer(press, install, standing_offers=[used]), {}, offer(press)).smallest_once_base == 140


def test_the_share_of_an_amount_is_taken_where_the_base_is_smallest():
    option = line("option", "100", optional=True)
    after = offer(line("press", "100", negotiable=[]), option, adjustments=[discount(amount="20")])
    found = judge(after, {}, offer(line("press", "100"), option))
    assert found.smallest_once_base == 100
    assert found.lowest == {"press": 80, "option": 90}  # the option alone is never all of the base
    assert found.lowest_at_smallest_base == {"press": 80, "option": 80}


def test_an_amount_above_the_smallest_base_and_what_gets_negative():
    option = line("option", "100", optional=True)
    after = offer(line("press", "10", negotiable=[]), option, adjustments=[discount(amount="20")])
    found = judge(after, {}, after)
    assert found.reasons == {"amount_exceeds_base", "negative"}
    assert found.negative == {"contract", "due", "once", ("once", 1), ("once", "S", Fraction(19))}


def test_percentages_count_on_every_billing_and_charges_lift_nothing():
    lines = line("press", "100"), line("care", "10", billing="month", periods=12)
    adjustments = [discount(percent="10"), discount("c", percent="50", kind="charge")]
    assert judge(offer(*lines, adjustments=adjustments), {}, offer(*lines)).lowest == {"press": 90, "care": 9}


def test_raising_one_line_does_not_pay_for_lowering_another():
    signed = offer(
        line("a", "100", negotiable=[]), line("b", "10", billing="month", periods=12, negotiable=[])
    )
    after = offer(line("a", "200", negotiable=[]), line("b", "9", billing="month", periods=12, negotiable=[]))
    found = judge(after, {}, signed, concession_limit="5")
    assert found.given.lines == {"a": 0, "b": 12}
    assert found.most_given_percent == Fraction(1200, 220)
    assert found.reasons == {"concession"}


def test_an_offer_counts_once_when_it_is_published():
    press = line("press", "100", "2", negotiable=[])
    cheaper = standing("a", [{"line": "press", "min_quantity": "4"}], [{"line": "press", "unit_price": "90"}])
    found = judge(offer(press, standing_offers=[cheaper]), {}, offer(press))
    assert (found.given.total, found.most_given.total) == (0, 40)
    signed = offer(press, standing_offers=[cheaper])
    used = line("press", "90", "4", negotiable=[], price_source="negotiated")
    taken = offer(used, standing_offers=[cheaper | {"taken": True}])
    assert judge(taken, {}, signed).most_given.total == 0


def test_a_break_of_the_signed_revision_is_no_concession_and_a_new_one_is():
    press = line("press", "100", "2", bounds=("1", "10", "1"))
    old, new = (press | {"price_breaks": [{"from": "5", "unit_price": price}]} for price in ("90", "80"))
    assert judge(offer(old), {}, offer(old)).most_given.total == 0
    assert judge(offer(new), {}, offer(old)).most_given.total == 100  # ten at 80 in place of 90


def test_adjustments_terms_and_discounts_count():
    signed = offer(line("a", "100", list_price="125", negotiable=[]), terms=[term("payment", "30")])
    later = term("payment", "60") | {"days": 60}
    after = signed | {"adjustments": [discount(percent="4")], "terms": [later]}
    found = judge(after, {}, signed, discount_limit="23")
    assert (found.given.adjustments, found.given.terms, found.given.unpriced) == ({"d": 4}, {}, {"payment"})
    assert found.discounts == {"a": Fraction(29 * 100, 125)}
    assert found.reasons == {"discount"}
    priced = signed | {"terms": [term("payment", "30") | {"days": 30}]}
    assert judge(after, {}, priced, price_per_day={"payment": "0.5"}).given.terms == {"payment": 15}
