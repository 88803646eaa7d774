"""How a price explains itself: the steps from list price to net price, whatever is changed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.offer import money, pricing
from portal.domain.offer.revision import Line, PriceBreak, WhyStep
from tests.domain.offers import decimals, kestrel_offer, line, offer

PRESS = "line:press"


def change(subject: str, field: str, value: str) -> Change:
    return Change(subject=subject, field=field, value=value)  # type: ignore[arg-type]


def changed_press(
    *changes: Change, concession: bool = True, round_number: int | None = 2, **facts: object
) -> Line:
    asked = kestrel_offer(**facts)
    found = apply(asked, changes, concession=concession, round_number=round_number).line("press")
    assert found is not None
    return found


def steps(found: Line) -> list[tuple[str, str]]:
    return [(step.label, str(step.amount.normalize())) for step in found.why]


LIST = [("List price", "1.9E+4"), ("Framework contract", "-5.5E+2")]


def test_a_quantity_finds_its_price_in_the_breaks():
    found = changed_press(change(PRESS, "quantity", "6"))
    assert (found.unit_price, found.price_source) == (Decimal(17900), "break")
    assert steps(found) == [*LIST, ("Volume price from 5", "-5.5E+2")]


@pytest.mark.parametrize("quantity", ["1", "4.999999"])
def test_a_quantity_below_every_break_keeps_its_price(quantity):
    found = changed_press(change(PRESS, "quantity", quantity))
    assert (found.unit_price, found.price_source, steps(found)) == (Decimal(18450), "list", LIST)


def test_from_break_to_break_the_step_is_replaced_and_back_again_it_is_gone():
    before = kestrel_offer()
    at_six = apply(before, [change(PRESS, "quantity", "6")], concession=True, round_number=1)
    at_ten = apply(at_six, [change(PRESS, "quantity", "10")], concession=True, round_number=2)
    back = apply(at_ten, [change(PRESS, "quantity", "2")], concession=True, round_number=3)
    assert steps(at_ten.line("press")) == [*LIST, ("Volume price from 10", "-1.45E+3")]
    found = back.line("press")
    assert (found.unit_price, found.price_source, steps(found)) == (Decimal(18450), "list", LIST)


def test_a_quote_at_a_break_falls_back_to_its_list_price():
    quoted = line(
        "a",
        "90",
        "20",
        price_source="break",
        list_price=Decimal(100),
        why=(WhyStep(label="Our price", amount=Decimal(90)),),
        price_breaks=(PriceBreak(start=Decimal(10), unit_price=Decimal(90)),),
    )
    found = apply(offer(quoted), [change("line:a", "quantity", "5")], concession=False).line("a")
    assert (found.unit_price, found.price_source) == (Decimal(100), "list")
    assert steps(found) == [("Our price", "9E+1"), ("Price below the first volume step", "1E+1")]


def test_a_quote_at_a_break_without_a_list_price_keeps_its_price():
    quoted = line(
        "a",
        "90",
        "20",
        price_source="break",
        price_breaks=(PriceBreak(start=Decimal(10), unit_price=Decimal(90)),),
    )
    found = apply(offer(quoted), [change("line:a", "quantity", "5")], concession=False).line("a")
    # Nothing names a price for five: whoever answers says it, and from then on it is negotiated.
    assert found == replace(quoted, quantity=Decimal(5), price_source="negotiated")


@pytest.mark.parametrize(
    ("quantity", "price", "source"),
    [
        ("4", 17200, "negotiated"),
        ("9", 17200, "negotiated"),
        ("12", 17000, "break"),
        ("1", 17200, "negotiated"),
    ],
)
def test_a_negotiated_price_holds_from_its_quantity_upwards_and_a_lower_break_applies(
    quantity, price, source
):
    """Given for two. From five on 17,900 was published, from ten on 17,000; one is for a person."""
    priced = apply(kestrel_offer(), [change(PRESS, "unit_price", "17200")], concession=True, round_number=1)
    found = apply(priced, [change(PRESS, "quantity", quantity)], concession=True, round_number=2)
    line = found.line("press")
    assert (line.unit_price, line.price_source) == (Decimal(price), source)
    assert (pricing.price_at(priced.line("press"), Decimal(quantity)) is None) is (quantity == "1")
    # It was given for two, and is found there again.
    if quantity != "1":
        back = apply(found, [change(PRESS, "quantity", "2")], concession=True, round_number=3).line("press")
        assert (back.unit_price, back.price_source, back.why) == (
            Decimal(17200),
            "negotiated",
            priced.line("press").why,
        )


@pytest.mark.parametrize("quantity", ["4", "9", "12"])
def test_a_price_negotiated_after_a_visit_to_a_break_holds_from_its_quantity_too(quantity):
    visited = kestrel_offer()
    for each in (change(PRESS, "quantity", "9"), change(PRESS, "quantity", "2")):
        visited = apply(visited, [each], concession=False)
    for each in (change(PRESS, "unit_price", "17200"), change(PRESS, "quantity", quantity)):
        visited = apply(visited, [each], concession=False)
    left = visited.line("press")
    assert left is not None
    assert pricing.sells_alone(left, Decimal(2))
    back = pricing.at_quantity(left, Decimal(2), language="en")
    assert (back.unit_price, back.price_source) == (Decimal(17200), "negotiated")


def test_a_lower_price_is_a_concession_of_its_round():
    found = changed_press(change(PRESS, "unit_price", "17200"))
    assert (found.unit_price, found.price_source) == (Decimal(17200), "negotiated")
    assert steps(found) == [*LIST, ("Round-2 concession", "-1.25E+3")]


@pytest.mark.parametrize(
    ("price", "concession", "round_number", "label"),
    [
        ("17200", True, None, "Concession"),
        ("17200", False, None, "Price change"),
        ("17200", False, 3, "Round-3 price change"),
        ("19000", True, 3, "Round-3 price change"),
    ],
)
def test_the_step_says_what_it_is(price, concession, round_number, label):
    found = changed_press(
        change(PRESS, "unit_price", price), concession=concession, round_number=round_number
    )
    assert found.why[-1].label == label


def test_quantity_price_and_discount_together_in_any_order():
    asked = [
        change(PRESS, "discount_percent", "1"),
        change(PRESS, "unit_price", "17300"),
        change(PRESS, "quantity", "10"),
    ]
    found = changed_press(*asked)
    assert found == changed_press(*reversed(asked))
    assert found.net_unit_price == Decimal(17127)
    assert steps(found) == [*LIST, ("Volume price from 10", "-1.45E+3"), ("Round-2 price change", "127")]


def test_a_second_concession_of_a_round_joins_the_first():
    once = apply(kestrel_offer(), [change(PRESS, "unit_price", "18000")], concession=True, round_number=2)
    twice = apply(once, [change(PRESS, "discount_percent", "1")], concession=True, round_number=2)
    assert steps(twice.line("press")) == [*LIST, ("Round-2 concession", "-6.3E+2")]
    taken_back = apply(
        twice,
        [change(PRESS, "discount_percent", "0"), change(PRESS, "unit_price", "18450")],
        concession=False,
        round_number=3,
    )
    assert sum(step.amount for step in taken_back.line("press").why) == Decimal(18450)


def test_a_step_is_found_by_its_code_whatever_it_is_called():
    at_six = apply(kestrel_offer(language="de"), [change(PRESS, "quantity", "6")], concession=True)
    in_english = replace(at_six, language="en")
    at_ten = apply(in_english, [change(PRESS, "quantity", "10")], concession=True).line("press")
    assert steps(at_ten) == [*LIST, ("Volume price from 10", "-1.45E+3")]
    assert [(step.code, step.quantity) for step in at_ten.why] == [
        (None, None),
        (None, None),
        ("volume", Decimal(10)),
    ]


def test_a_step_of_an_old_document_is_found_by_its_label():
    at_six = apply(kestrel_offer(), [change(PRESS, "quantity", "6")], concession=True)
    press = at_six.line("press")
    old = replace(press, why=tuple(WhyStep(label=each.label, amount=each.amount) for each in press.why))
    lines = tuple(old if each.key == "press" else each for each in at_six.lines)
    at_ten = apply(replace(at_six, lines=lines), [change(PRESS, "quantity", "10")], concession=True)
    assert steps(at_ten.line("press")) == [*LIST, ("Volume price from 10", "-1.45E+3")]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([change(PRESS, "unit_price", "17200")], ("concession", 2)),
        ([change(PRESS, "unit_price", "19000")], ("change", 2)),
    ],
)
def test_a_step_has_a_code_and_its_round(changes, expected):
    step = changed_press(*changes).why[-1]
    assert (step.code, step.round_number) == expected


def test_a_line_without_a_build_up_gets_one_when_its_price_moves():
    found = apply(
        offer(line("a", "100")), [change("line:a", "unit_price", "90")], concession=True, round_number=1
    )
    assert steps(found.line("a")) == [("Quoted price", "1E+2"), ("Round-1 concession", "-1E+1")]


def test_the_same_price_is_not_a_negotiated_one():
    assert changed_press(change(PRESS, "unit_price", "18450")) == kestrel_offer().line("press")


@pytest.mark.parametrize(
    ("language", "label"),
    [
        ("de", "Mengenpreis ab 2,5"),
        ("de-AT", "Mengenpreis ab 2,5"),
        ("en-GB", "Volume price from 2.5"),
        ("fr", "Volume price from 2.5"),
    ],
)
def test_the_build_up_speaks_the_offers_language(language, label):
    asked = offer(
        line("a", "100", price_breaks=(PriceBreak(start=Decimal("2.5"), unit_price=Decimal(90)),)),
        language=language,
    )
    found = apply(asked, [change("line:a", "quantity", "3")], concession=False).line("a")
    assert found.why[-1].label == label


prices = decimals("0", "99999", places=4).map(str)


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("quantity"), decimals("0.1", "30", places=1).map(str)),
            st.tuples(st.just("unit_price"), prices),
            st.tuples(st.just("discount_percent"), decimals("0", "100", places=3).map(str)),
        ),
        max_size=6,
    ),
    st.booleans(),
)
def test_the_build_up_always_sums_to_the_net_unit_price(asked, concession):
    found = kestrel_offer()
    for number, (field, value) in enumerate(asked):
        found = apply(found, [change(PRESS, field, value)], concession=concession, round_number=number // 2)
    press = found.line("press")
    assert money.add(step.amount for step in press.why) == press.net_unit_price
    labels = [step.label for step in press.why]
    assert len(labels) == len(set(labels))
