"""Guard rails: what needs nobody's answer, what needs a manager, what a deal earns."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.published_prices import inside_offer
from portal.domain.offer.revision import (
    Adjustment,
    Condition,
    LinePrivate,
    PrivateFigures,
    StandingOffer,
)
from portal.domain.policy.auto_answer import judge
from portal.domain.policy.checks import Before
from portal.domain.policy.given import Given
from portal.domain.policy.margin import below_floor, margin
from portal.domain.policy.reach import Reach
from portal.domain.policy.situation import Situation
from tests.domain.offers import kestrel_offer, line, offer


def change(subject: str, field: str, value: str) -> Change:
    return Change(subject=subject, field=field, value=value)  # type: ignore[arg-type]


TRAINING = change("line:training", "selected", "true")
GLASS = change("line:glass", "choice", "true")


@pytest.mark.parametrize(
    ("changes", "inside"),
    [
        ([TRAINING], True),
        ([TRAINING, GLASS], True),
        ([], False),
        ([TRAINING, change("line:press", "quantity", "6")], False),
        ([change("line:press", "unit_price", "17200")], False),
        ([change("term:payment", "value", "net 45")], False),
        ([change("line:press", "selected", "false")], False),
        ([change("line:press", "choice", "true")], False),
        ([change("line:ghost", "selected", "true")], False),
    ],
)
def test_choosing_among_what_is_priced_needs_no_answer(changes, inside):
    assert inside_offer(kestrel_offer(), changes) is inside


def figures(**lines: dict[str, str]) -> PrivateFigures:
    return PrivateFigures(
        lines={
            key: LinePrivate(**{name: Decimal(value) for name, value in facts.items()})
            for key, facts in lines.items()
        }
    )


@pytest.mark.parametrize(
    ("floor", "below"), [("18450", []), ("18450.000001", ["press"]), ("18000", []), ("19000", ["press"])]
)
def test_the_floor_is_for_the_net_unit_price(floor, below):
    found = below_floor(kestrel_offer(), figures(press={"floor_unit_price": floor}))
    assert [each.key for each in found] == below


def test_a_discount_can_fall_below_the_floor():
    private = figures(press={"floor_unit_price": "17527.50"})
    for percent, below in (("5", []), ("5.000001", ["press"])):
        cut = apply(kestrel_offer(), [change("line:press", "discount_percent", percent)], concession=True)
        assert [each.key for each in below_floor(cut, private)] == below


def test_only_selected_lines_with_a_floor_can_be_below_it():
    private = figures(
        training={"floor_unit_price": "9999"},
        ghost={"floor_unit_price": "9999"},
        press={"unit_cost": "99999"},
    )
    assert below_floor(kestrel_offer(), private) == []
    taken = apply(kestrel_offer(), [TRAINING], concession=False)
    assert [each.key for each in below_floor(taken, private)] == ["training"]


def test_a_concession_counts_lower_prices_and_neither_quantities_nor_options():
    before = kestrel_offer()

    def given(*changes: Change) -> Decimal:
        return Given(Reach(before), Reach(apply(before, changes, concession=True))).amount

    assert given(change("line:press", "quantity", "1"), TRAINING) == 0
    assert given(change("line:press", "unit_price", "18000")) == Decimal(900)
    both = [change("line:press", "quantity", "3"), change("line:press", "unit_price", "18000")]
    assert given(*both) == Decimal(1350)


def test_the_margin_of_a_line_and_of_the_contract():
    asked = offer(
        line("a", "150", "2", price_base_quantity=Decimal(3)),
        line("m", "10", billing="month", periods=12),
        line("x", "999", optional=True, selected=False),
        adjustments=(Adjustment(key="d", label="d", kind="discount", amount=Decimal(20)),),
    )
    found = margin(asked, figures(a={"unit_cost": "100"}, m={"unit_cost": "4"}))
    assert [
        (each.key, str(each.net), str(each.cost), str(each.amount), str(each.percent)) for each in found.lines
    ] == [
        ("a", "100.00", "66.67", "33.33", "33.330000"),
        ("m", "10.00", "4.00", "6.00", "60.000000"),
    ]
    assert [str(each) for each in (found.net, found.cost, found.amount, found.percent)] == [
        "200.00",
        "114.67",
        "85.33",
        "42.665000",
    ]


def test_an_unknown_cost_leaves_the_whole_unknown_but_not_the_other_lines():
    found = margin(
        offer(line("a", "100"), line("b", "50")), figures(a={"unit_cost": "60"}, b={"floor_unit_price": "1"})
    )
    assert [each.amount for each in found.lines] == [Decimal(40), None]
    assert (found.net, found.cost, found.amount, found.percent) == (Decimal(150), None, None, None)


def test_a_gift_has_no_percentage():
    found = margin(offer(line("a", "0")), figures(a={"unit_cost": "5"}))
    assert (found.amount, found.percent) == (Decimal(-5), None)


def test_what_was_given_on_a_condition_is_not_kept_without_it():
    def asked(*, taken: bool) -> Situation:
        condition = Condition(line="press", min_quantity=Decimal(10))
        standing = StandingOffer(key="ten", label="Ten or more", when=(condition,), then=(), taken=taken)
        before = apply(kestrel_offer(), [change("line:press", "quantity", "10")], concession=False)
        before = replace(before, standing_offers=(standing,))
        return Situation(
            before=Before(current=before, first=before),
            changes=(change("line:press", "quantity", "6"),),
            private=PrivateFigures(),
        )

    assert judge(asked(taken=False)).granted
    assert not judge(asked(taken=True)).granted
