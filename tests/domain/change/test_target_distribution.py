"""An overall price spread over the lines that can carry it: reached exactly or a little below, and never below a floor."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Counteroffer
from portal.domain.change.target_distribution import proposed, spread
from portal.domain.offer.revision import Adjustment, LinePrivate, Offer, PrivateFigures
from portal.domain.offer.totals import totals
from tests.domain.offers import CURRENCIES, line, offer

PRICE = ("unit_price",)


def figures(**floors: str) -> PrivateFigures:
    return PrivateFigures(
        lines={key: LinePrivate(floor_unit_price=Decimal(floor)) for key, floor in floors.items()}
    )


def net(found: Offer) -> Decimal:
    return totals(found).contract.net


def test_lines_carry_it_in_proportion_to_their_room():
    two = offer(line("a", "100", negotiable=PRICE), line("b", "100", negotiable=PRICE))
    found = spread(two, figures(a="70", b="90"), Decimal(180))
    assert [(each.key, each.after, each.share) for each in found.lines] == [("a", 85, 15), ("b", 95, 5)]
    assert (found.net, found.enough) == (180, True)


def test_what_is_fixed_left_out_or_not_negotiable_carries_nothing():
    three = offer(
        line("a", "100"),
        line("b", "100", negotiable=PRICE, optional=True, selected=False),
        line("c", "100", negotiable=PRICE),
        line("d", "100", negotiable=PRICE),
    )
    found = spread(three, figures(), Decimal(290), fixed={"d"})
    assert [each.key for each in found.lines] == ["c"]


def test_lines_of_unknown_cost_come_in_when_the_others_are_at_their_floor():
    two = offer(line("a", "100", negotiable=PRICE), line("b", "100", negotiable=PRICE))
    assert [each.key for each in spread(two, figures(a="90"), Decimal(195)).lines] == ["a"]
    found = spread(two, figures(a="90"), Decimal(170))
    assert [(each.key, each.after) for each in found.lines] == [("a", 90), ("b", 80)]


@pytest.mark.parametrize(("target", "enough"), [("170", True), ("169.99", False)])
def test_a_floor_is_the_end_of_it(target, enough):
    two = offer(line("a", "100", negotiable=PRICE), line("b", "100", negotiable=PRICE))
    found = spread(two, figures(a="80", b="90"), Decimal(target))
    assert (found.net, found.enough) == (Decimal(170), enough)


def test_discounts_on_the_line_and_on_the_deal_are_reckoned_with():
    asked = offer(
        line("a", "100", "3", negotiable=PRICE, discount_percent=Decimal(10)),
        adjustments=(Adjustment(key="x", label="X", kind="discount", percent=Decimal(5)),),
    )
    found = spread(asked, figures(a="60"), Decimal("200.00"))
    assert found.enough
    assert Decimal("199.90") < found.net <= Decimal(200)


def test_a_package_is_counted_as_granted():
    asked = offer(line("a", "100", negotiable=PRICE), line("b", "100", negotiable=PRICE))
    counter = Counteroffer(
        id="c",
        base_revision=1,
        package=True,
        changes=(
            Change(subject="line:a", field="quantity", value="2.000000"),
            Change(subject="line:b", field="unit_price", value="90.000000"),
            Change(subject="deal:total", field="target", value="270.00"),
        ),
    )
    found = proposed(asked, figures(), counter, Decimal(270), ())
    assert [(each.key, each.after) for each in found.lines] == [("a", 90)]


@given(data=st.data(), currency=st.sampled_from(CURRENCIES))
def test_it_reaches_the_price_or_stops_at_the_floors(data, currency):
    lines, floors = [], {}
    for key in "abc"[: data.draw(st.integers(1, 3))]:
        price = data.draw(st.decimals("1", "9999", places=2))
        floors[key] = str(data.draw(st.decimals("0", price, places=3)))
        lines.append(
            line(
                key,
                str(price),
                str(data.draw(st.integers(1, 5000))),
                negotiable=PRICE,
                discount_percent=data.draw(st.sampled_from([Decimal(0), Decimal("12.5")])),
                billing=data.draw(st.sampled_from(["once", "month"])),
            )
        )
    asked = offer(*lines, currency=currency)
    before = net(asked)
    target = before - min(before, Decimal(data.draw(st.integers(0, 10**6))))
    found = spread(asked, figures(**floors), target)
    made = apply(asked, found.changes, concession=True)
    assert net(made) == found.net
    assert found.enough == (found.net <= target)
    for each in made.lines:
        old = asked.line(each.key)
        assert each.net_unit_price >= min(Decimal(floors[each.key]), old.net_unit_price)
        assert each.net_unit_price <= old.net_unit_price
    if found.enough and target < before:
        # What rounding gives away is small: a unit of the currency a line.
        assert target - found.net <= len(lines) * Decimal("1.1") + 1
    if not found.enough:
        assert all(
            each.net_unit_price - Decimal(floors[each.key]) < Decimal("0.00001")
            for each in made.lines
            if Decimal(floors[each.key]) <= asked.line(each.key).net_unit_price
        )
