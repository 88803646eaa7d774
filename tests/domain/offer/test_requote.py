"""Requoting, whatever changes meet: a build-up that sums, breaks at their boundaries, negotiated prices that stay."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.change import part_codec
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Counteroffer, check, grants
from portal.domain.change.effect import effect_of
from portal.domain.change.rebase import rebase
from portal.domain.change.resolve import unkept_grants
from portal.domain.offer import money
from portal.domain.offer.revision import Adjustment, Line, Offer, PriceBreak, canonical_bytes, decode
from portal.domain.offer.totals import revise
from portal.errors import Invalid
from tests.domain.offers import CURRENCIES, VAT, kestrel_offer, line, offer

CENT = {"EUR": Decimal("0.01"), "JPY": Decimal(1), "KWD": Decimal("0.001")}


def change(subject: str, field: str, value: str) -> Change:
    return Change(subject=subject, field=field, value=value)  # type: ignore[arg-type]


def screw(quantity: str = "1", **facts: object) -> Line:
    breaks = [("10", "9"), ("100", "7.5"), ("1000", "6.123456")]
    given = {
        "list_price": Decimal(10),
        "negotiable": ("quantity", "unit_price"),
        "price_breaks": tuple(PriceBreak(start=Decimal(a), unit_price=Decimal(b)) for a, b in breaks),
        **facts,
    }
    return line("screw", "10", quantity, **given)


def priced(found: Offer, key: str = "screw") -> Line:
    wanted = found.line(key)
    assert wanted is not None
    return wanted


def sums(found: Offer) -> None:
    for each in found.lines:
        if each.why:
            assert money.add(step.amount for step in each.why) == each.net_unit_price, each


@pytest.mark.parametrize(
    ("quantity", "price"),
    [
        ("9.999999", "10"),
        ("10", "9"),
        ("10.000001", "9"),
        ("99.999999", "9"),
        ("100", "7.5"),
        ("999.999999", "7.5"),
        ("1000", "6.123456"),
        ("999999999999", "6.123456"),
    ],
)
def test_a_break_begins_at_its_quantity_and_ends_before_the_next(quantity, price):
    found = apply(offer(screw()), [change("line:screw", "quantity", quantity)], concession=True)
    assert priced(found).unit_price == Decimal(price)
    assert priced(found).price_source == ("list" if price == "10" else "break")
    sums(found)
    # On the way back from anywhere the first price is found again.
    back = apply(found, [change("line:screw", "quantity", "1")], concession=True)
    assert (priced(back).unit_price, priced(back).price_source) == (Decimal(10), "list")
    sums(back)


@pytest.mark.parametrize(
    ("quantity", "price"),
    [("1", "9.5"), ("9", "9.5"), ("10", "9"), ("99.999999", "9"), ("1000", "6.123456")],
)
def test_a_negotiated_price_holds_until_a_break_is_lower(quantity, price):
    agreed = apply(
        offer(screw()), [change("line:screw", "unit_price", "9.5")], concession=True, round_number=1
    )
    found = apply(agreed, [change("line:screw", "quantity", quantity)], concession=True, round_number=2)
    assert priced(found).unit_price == Decimal(price)
    assert priced(found).price_source == ("negotiated" if price == "9.5" else "break")
    sums(found)


def test_the_build_up_reads_as_it_came_about():
    asked = offer(line("press", "12500", list_price=Decimal(14000), negotiable=("unit_price",)))
    first = apply(asked, [change("line:press", "unit_price", "12200")], concession=True, round_number=1)
    second = apply(first, [change("line:press", "unit_price", "11900")], concession=True, round_number=2)
    told = [(step.label, step.amount) for step in priced(second, "press").why]
    assert told == [
        ("Quoted price", Decimal(12500)),
        ("Round-1 concession", Decimal(-300)),
        ("Round-2 concession", Decimal(-300)),
    ]


@st.composite
def moves(draw: st.DrawFn) -> list[Change]:
    """Changes of the recognisable offer, none twice, as a rep's publication could hold them."""
    number = st.decimals("0.01", "30000", places=2).map(str)
    quantity = st.integers(1, 20).map(str)
    possible = [
        st.builds(change, st.just("line:press"), st.just("quantity"), quantity),
        st.builds(change, st.just("line:press"), st.just("unit_price"), number),
        st.builds(
            change,
            st.just("line:press"),
            st.just("discount_percent"),
            st.decimals("0", "100", places=2).map(str),
        ),
        st.builds(change, st.just("line:care"), st.just("quantity"), quantity),
        st.builds(change, st.just("line:care"), st.just("unit_price"), number),
        st.builds(change, st.just("line:training"), st.just("selected"), st.sampled_from(["true", "false"])),
        st.builds(change, st.sampled_from(["line:glass", "line:steel"]), st.just("choice"), st.just("true")),
        st.builds(change, st.just("term:payment"), st.just("value"), st.sampled_from(["net 14", "net 45"])),
        st.builds(_adjusted, st.sampled_from(["loyalty", "freight"]), st.integers(1, 100)),
        st.builds(_added, number, quantity),
    ]
    chosen = draw(st.lists(st.sampled_from(range(len(possible))), unique=True, max_size=6))
    return [draw(possible[index]) for index in chosen]


def _adjusted(key: str, percent: int) -> Change:
    part = Adjustment(
        key=key, label=key, kind="discount" if key == "loyalty" else "charge", percent=Decimal(percent)
    )
    return change(f"adjustment:{key}", "adjustment", part_codec.text_of(part))


def _added(price: str, quantity: str) -> Change:
    part = Line(
        key="extra",
        name="Extra",
        quantity=Decimal(quantity),
        unit_price=Decimal(price),
        billing="month",
        periods=12,
        tax=VAT,
    )
    return change("new:extra", "line", part_codec.text_of(part))


@given(rounds=st.lists(moves(), min_size=1, max_size=4), currency=st.sampled_from(CURRENCIES))
def test_after_any_rounds_everything_still_holds_together(rounds, currency):
    found = kestrel_offer(currency=currency)
    for number, changes in enumerate(rounds, start=1):
        before = found
        try:
            found = apply(found, changes, concession=True, round_number=number)
        except Invalid:
            # An added line that is there by now; nothing is applied by halves.
            assert any(each.field == "line" for each in changes)
            continue
        sums(found)
        assert [each.selected for each in found.lines if each.choice_group == "guard"].count(True) == 1
        revision = revise(found)
        assert decode(canonical_bytes(revision)) == revision
        for part in (revision.totals.once, revision.totals.contract):
            assert part.net + part.tax == part.total
            assert part.net == part.net.quantize(CENT[currency])
        for new in found.lines:
            old = before.line(new.key)
            moved = {each.field for each in changes if each.subject == f"line:{new.key}"}
            if (
                old
                and old.price_source == "negotiated"
                and not moved & {"quantity", "unit_price", "discount_percent"}
            ):
                assert new.net_unit_price == old.net_unit_price


# ---- what is asked of the whole ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("currency", CURRENCIES)
def test_an_overall_price_is_met_to_the_last_unit_of_the_currency(currency):
    asked, unit = offer(line("a", "100"), currency=currency), CENT[currency]
    for wanted, met in ((Decimal(100), True), (Decimal(100) - unit, False), (Decimal(100) + unit, True)):
        target = change("deal:total", "target", str(money.amount(wanted, currency)))
        assert grants(asked, [target], target) is met
        assert bool(unkept_grants(asked, [target])) is not met


@pytest.mark.parametrize(("currency", "text"), [("EUR", "1.001"), ("JPY", "1.1"), ("KWD", "1.0001")])
def test_an_overall_price_has_the_places_of_its_currency(currency, text):
    asked = offer(line("a", "100", negotiable=("unit_price",)), currency=currency)
    [problem] = check(asked, [change("deal:total", "target", text)])
    assert f"{currency} has" in problem.message


def test_an_overall_price_is_for_everything_that_is_asked_with_it():
    asked = offer(line("a", "100", negotiable=("unit_price", "quantity")))
    more, target = change("line:a", "quantity", "3"), change("deal:total", "target", "250.00")
    assert check(asked, [more, target]) == []
    assert [problem.place for problem in check(asked, [target])] == [target.id]
    # Neither is it settled before the rest is, so that a package does not lose it.
    assert rebase([more, target], asked, asked).carried == (more, target)
    assert effect_of(asked, [more, target]).gap == Decimal(150)
    assert effect_of(asked, [more]).gap == Decimal(200)


def test_where_no_price_is_open_nobody_is_led_to_ask_for_another():
    [problem] = check(offer(line("a", "100")), [change("deal:total", "target", "90.00")])
    assert problem.message == "The prices of this proposal are fixed, and so is what they come to."


def test_a_package_with_a_wish_can_be_resolved_whole():
    counter = Counteroffer(
        id="c",
        base_revision=1,
        package=True,
        changes=(change("line:press", "quantity", "3"), change("new:x", "wish", "2 x Filters")),
    )
    assert check(kestrel_offer(), counter.changes) == []
    assert effect_of(kestrel_offer(), counter.changes).gap == Decimal(18450)
