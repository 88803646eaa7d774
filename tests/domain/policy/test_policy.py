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
    Consequence,
    LinePrivate,
    Offer,
    PrivateFigures,
    StandingOffer,
)
from portal.domain.policy.authority import Authority, Reason, discount, may_publish, reasons
from portal.domain.policy.auto_answer import Situation, judge
from portal.domain.policy.margin import below_floor, conceded, margin
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


@pytest.mark.parametrize(
    ("role", "above", "below"),
    [
        ("rep", True, False),
        ("manager", True, True),
        ("admin", True, True),
        ("signer", False, False),
        ("", False, False),
    ],
)
def test_below_the_floor_a_manager_publishes(role, above, below):
    reason = Reason(kind="floor", line="a", figure=Decimal(1), limit=Decimal(2))
    assert may_publish(role, []) is above
    assert may_publish(role, [reason]) is below


def test_without_limits_of_their_own_only_the_floor_holds_a_rep_back():
    before, private = kestrel_offer(), figures(press={"floor_unit_price": "17000"})
    for price, kinds in (("17000", []), ("16999.99", ["floor"])):
        after = apply(before, [change("line:press", "unit_price", price)], concession=True)
        assert [each.kind for each in reasons(before, after, private, Authority())] == kinds


@pytest.mark.parametrize(("price", "beyond"), [("17550", False), ("17549.99", True), ("19000", False)])
def test_a_discount_is_measured_against_the_list_price(price, beyond):
    """Ten percent of 19,500."""
    before = offer(line("press", "18450", "2", list_price=Decimal(19500)))
    after = apply(before, [change("line:press", "unit_price", price)], concession=True)
    found = reasons(before, after, figures(), Authority(discount_percent=Decimal(10)))
    assert [(each.kind, each.line) for each in found] == ([("discount", "press")] if beyond else [])
    assert discount(line("a", "10")) == 0


def test_what_was_published_before_is_no_discount_of_this_revision():
    press = line("press", "15000", "2", list_price=Decimal(19500))
    before = offer(press, line("training", "1710", optional=True, selected=False))
    after = apply(before, [TRAINING], concession=False)
    assert reasons(before, after, figures(), Authority(discount_percent=Decimal(1))) == ()


def test_a_concession_counts_lower_prices_and_neither_quantities_nor_options():
    before = kestrel_offer()
    smaller = apply(before, [change("line:press", "quantity", "1"), TRAINING], concession=True)
    assert conceded(before, smaller) == 0
    cheaper = apply(before, [change("line:press", "unit_price", "18000")], concession=True)
    assert conceded(before, cheaper) == Decimal(900)
    both = [change("line:press", "quantity", "3"), change("line:press", "unit_price", "18000")]
    assert conceded(before, apply(before, both, concession=True)) == Decimal(1350)


def test_the_concession_of_a_revision_has_a_limit_in_percent_of_the_contract():
    before = offer(line("a", "100", "10"), line("b", "50", "20"))
    for price, beyond in (("90", False), ("89.99", True)):
        after = apply(before, [change("line:a", "unit_price", price)], concession=True)
        found = reasons(before, after, figures(), Authority(concession_percent=Decimal(5)))
        assert [each.kind for each in found] == (["concession"] if beyond else [])


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


def test_what_is_offered_on_a_condition_is_weighed_as_if_it_were_taken():
    """Who may not give a price may not offer it on a condition; what was published before was somebody's decision."""
    before = kestrel_offer()
    press = before.line("press")
    assert press is not None
    private = figures(press={"floor_unit_price": str(press.net_unit_price - 1000)})

    def offering(percent: str, key: str = "ten") -> Offer:
        gives = Consequence(line="press", discount_percent=Decimal(percent))
        when = (Condition(line="press", selected=True),)
        standing = StandingOffer(key=key, label="Early", when=when, then=(gives,))
        return replace(before, standing_offers=(standing,))

    def kinds(old: Offer, new: Offer, **limits: str) -> list[tuple[str, str]]:
        own = Authority(**{name: Decimal(limit) for name, limit in limits.items()})
        return [(each.kind, each.line) for each in reasons(old, new, private, own)]

    assert kinds(before, offering("2")) == []
    assert kinds(before, offering("40")) == [("floor", "press")]
    assert kinds(offering("40"), offering("40")) == []
    assert kinds(offering("30"), offering("40")) == [("floor", "press")]
    assert kinds(offering("40"), offering("30")) == []
    assert kinds(before, offering("2"), concession_percent="0.1") == [("concession", "")]
    assert kinds(offering("2"), offering("2"), concession_percent="0.1") == []


def test_what_was_given_on_a_condition_is_not_kept_without_it():
    def asked(*, taken: bool) -> Situation:
        condition = Condition(line="press", min_quantity=Decimal(10))
        standing = StandingOffer(key="ten", label="Ten or more", when=(condition,), then=(), taken=taken)
        before = apply(kestrel_offer(), [change("line:press", "quantity", "10")], concession=False)
        before = replace(before, standing_offers=(standing,))
        return Situation(
            offer=before, changes=(change("line:press", "quantity", "6"),), private=PrivateFigures()
        )

    assert judge(asked(taken=False)).granted
    assert not judge(asked(taken=True)).granted
