"""The gate to a binding price: what a rep, a manager, a policy and a buyer may make binding, whatever the road."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.offer.revision import (
    Adjustment,
    Condition,
    Consequence,
    LinePrivate,
    Offer,
    PriceBreak,
    PrivateFigures,
    StandingOffer,
    Term,
)
from portal.domain.policy import gate
from portal.domain.policy.authority import Authority
from portal.domain.policy.gate import Before, By, Cleared, Signed, Signer
from portal.errors import Invalid
from tests.domain.offers import VAT, kestrel_offer, line, offer

ROOT = Path(__file__).resolve().parents[3]


def floors(**prices: str) -> PrivateFigures:
    return PrivateFigures(
        lines={key: LinePrivate(floor_unit_price=Decimal(price)) for key, price in prices.items()}
    )


def why(
    after: Offer,
    private: PrivateFigures | None = None,
    *,
    before: Offer | None = None,
    manager: Offer | None = None,
    by: By = "rep",
    **limits: str,
) -> list[tuple[str, str]]:
    """Kind and line of every reason to wait."""
    private = private or PrivateFigures()
    signed = Signed(offer=manager, private=private) if manager else None
    judged = gate.judge(
        Before(current=before, first=before, manager=signed),
        after,
        private,
        Signer(by=by, limits=Authority(**{name: Decimal(limit) for name, limit in limits.items()})),
    )
    return [] if isinstance(judged, Cleared) else [(each.kind, each.line) for each in judged.reasons]


def change(subject: str, field: str, value: str) -> Change:
    return Change(subject=subject, field=field, value=value)  # type: ignore[arg-type]


def rebate(**facts: Any) -> Adjustment:
    return Adjustment(key="r", label="Rebate", kind="discount", **facts)


def test_only_the_gate_clears():
    places = [
        path.relative_to(ROOT).as_posix()
        for folder in ("portal", "realtime")
        for path in (ROOT / folder).rglob("*.py")
        if "Cleared(" in path.read_text().replace("class Cleared(", "")
    ]
    assert places == ["portal/domain/policy/gate.py"]


@pytest.mark.parametrize("by", ["rep", "policy"])
def test_below_the_floor_only_a_manager_publishes(by):
    before, after = offer(line("a", "100")), offer(line("a", "84.99"))
    assert why(after, floors(a="85"), before=before, by=by) == [("floor", "a")]
    assert why(after, floors(a="84.99"), before=before, by=by) == []
    assert why(after, floors(a="85"), before=before, by="manager") == []


def test_the_first_sending_has_the_same_floors():
    assert why(offer(line("a", "84.99")), floors(a="85")) == [("floor", "a")]


BELOW = {
    "an option that is not ticked": offer(line("b"), line("a", "10", optional=True, selected=False)),
    "a choice that is not made": offer(
        line("b", choice_group="g"), line("a", "10", choice_group="g", selected=False)
    ),
    "a percentage on the whole deal": offer(line("a"), adjustments=(rebate(percent=Decimal(90)),)),
    "an amount on the whole deal": offer(line("a"), adjustments=(rebate(amount=Decimal(16)),)),
    "an amount that weighs more without the options": offer(
        line("a"), line("b", "900", optional=True), adjustments=(rebate(amount=Decimal(20)),)
    ),
    "an amount beside a charge": offer(
        line("a"),
        adjustments=(
            rebate(amount=Decimal(16)),
            Adjustment(key="c", label="c", kind="charge", amount=Decimal(50)),
        ),
    ),
    "a volume price": offer(
        line(
            "a",
            negotiable=("quantity",),
            price_breaks=(PriceBreak(start=Decimal(10), unit_price=Decimal(84)),),
        )
    ),
    "an if-you-then offer": offer(
        line("a"),
        standing_offers=(
            StandingOffer(
                key="s",
                label="s",
                when=(Condition(line="a", min_quantity=Decimal(4)),),
                then=(Consequence(line="a", discount_percent=Decimal(16)),),
            ),
        ),
    ),
    "an if-you-then offer upon a price that was given": offer(
        line("a", "90"),
        standing_offers=(
            StandingOffer(
                key="s",
                label="s",
                when=(Condition(line="a", selected=True),),
                then=(Consequence(line="a", discount_percent=Decimal(12)),),
            ),
        ),
    ),
    "two if-you-then offers together": offer(
        line("a"),
        standing_offers=tuple(
            StandingOffer(key=key, label=key, when=(Condition(line="a", selected=True),), then=(gives,))
            for key, gives in (
                ("s", Consequence(line="a", discount_percent=Decimal(10))),
                ("t", Consequence(line="a", unit_price=Decimal(90))),
            )
        ),
    ),
}


@pytest.mark.parametrize("road", BELOW)
@pytest.mark.parametrize("first", [True, False])
def test_a_floor_holds_on_every_road(road, first):
    after = BELOW[road]
    before = (
        None if first else replace(after, adjustments=(), standing_offers=(), lines=(line("a"), line("b")))
    )
    assert why(after, floors(a="85"), before=before) == [("floor", "a")]
    assert why(after, floors(a="85"), before=after, manager=after) == [], "a manager has signed just that"


def test_what_a_manager_signed_may_go_on_but_no_lower():
    signed, private = offer(line("a", "80"), line("b")), floors(a="85")
    assert why(replace(signed, title="New"), private, before=signed, manager=signed) == []
    lower = offer(line("a", "79.99"), line("b"))
    assert why(lower, private, before=signed, manager=signed) == [("floor", "a")]


def test_what_a_manager_signed_for_many_is_not_signed_for_few():
    breaks = (PriceBreak(start=Decimal(10), unit_price=Decimal(80)),)
    signed = offer(line("a", "100", negotiable=("quantity",), price_breaks=breaks))
    given = apply(signed, [change("line:a", "unit_price", "84")], concession=True)
    assert why(signed, floors(a="85"), before=signed, manager=signed) == []
    assert why(given, floors(a="85"), before=signed, manager=signed) == [("floor", "a")]
    assert why(given, floors(a="85"), before=signed, by="policy") == [("floor", "a")]


def test_a_buyer_may_choose_what_is_published():
    """What a rep published below a floor before there was one is the seller's word."""
    before = offer(line("b"), line("a", "10", optional=True, selected=False))
    after = apply(before, [change("line:a", "selected", "true")], concession=False)
    assert why(after, floors(a="400"), before=before, by="buyer") == []


@pytest.mark.parametrize(
    "after",
    [
        offer(line("a"), adjustments=(rebate(amount=Decimal("100.01")),)),
        offer(line("a"), line("b", optional=True), adjustments=(rebate(amount=Decimal(150)),)),
        offer(line("m", billing="month", periods=12), adjustments=(rebate(amount=Decimal(1)),)),
        offer(line("a"), adjustments=(rebate(percent=Decimal("100.01")),)),
        offer(
            line("a"),
            adjustments=(rebate(percent=Decimal(60)), replace(rebate(percent=Decimal(60)), key="t")),
        ),
        offer(
            line("a"),
            line("b", tax=replace(VAT, rate=Decimal(7))),
            adjustments=(rebate(percent=Decimal(60), tax=VAT),),
        ),
    ],
)
def test_nothing_can_come_to_less_than_nothing(after):
    for by in ("manager", "rep", "policy"):
        with pytest.raises(Invalid):
            why(after, by=by)  # type: ignore[arg-type]  # one of the signers


@pytest.mark.parametrize(("price", "beyond"), [("17550", False), ("17549.99", True), ("19000", False)])
def test_a_discount_is_measured_against_the_list_price(price, beyond):
    """Ten percent of 19,500."""
    before = offer(line("press", "18450", "2", list_price=Decimal(19500)))
    after = apply(before, [change("line:press", "unit_price", price)], concession=True)
    assert why(after, before=before, discount_percent="10") == ([("discount", "press")] if beyond else [])


def test_without_a_list_price_a_discount_is_measured_against_the_first_price():
    before = offer(line("a", "100"))
    assert why(offer(line("a", "90")), before=before, discount_percent="10") == []
    assert why(offer(line("a", "89.99")), before=before, discount_percent="10") == [("discount", "a")]


def test_what_was_published_before_is_no_discount_of_this_revision():
    press = line("press", "15000", "2", list_price=Decimal(19500))
    before = offer(press, line("training", "1710", optional=True, selected=False))
    after = apply(before, [change("line:training", "selected", "true")], concession=False)
    assert why(after, before=before, discount_percent="1") == []


def test_a_concession_has_a_limit_in_percent_of_the_contract():
    before = offer(line("a", "100", "10"), line("b", "50", "20"))
    for price, beyond in (("90", False), ("89.99", True)):
        after = apply(before, [change("line:a", "unit_price", price)], concession=True)
        assert why(after, before=before, concession_percent="5") == ([("concession", "")] if beyond else [])


def test_ten_small_steps_are_one_large_one():
    first = found = offer(line("a", "100", "10"))
    waited = []
    for step in range(10):
        found = apply(found, [change("line:a", "discount_percent", str(2 * step + 2))], concession=True)
        waited.append(bool(why(found, before=first, concession_percent="5")))
    assert waited == [False, False, *[True] * 8]
    # A manager's signature is a new start.
    again = apply(found, [change("line:a", "discount_percent", "24")], concession=True)
    assert why(again, before=first, manager=found, concession_percent="5") == []


CONCEDED = {
    "a dearer line does not pay for a cheaper one": [line("a", "90"), line("b", "110")],
    "an option that is not ticked counts as if it were": [
        line("a"),
        line("b", "80", optional=True, selected=False),
    ],
    "a large line that can be left out does not count": [line("a", "90"), line("b", "100", optional=True)],
    "a line under another key": [line("z", "90", sku="A-1"), line("b")],
}


@pytest.mark.parametrize("road", CONCEDED)
def test_a_concession_is_counted_as_the_buyer_could_set_it(road):
    after = offer(*CONCEDED[road])
    old = {each.key: replace(each, unit_price=Decimal(100)) for each in after.lines}
    before = offer(*(replace(each, key="a") if each.key == "z" else each for each in old.values()))
    assert why(after, before=before, concession_percent="4.9") == [("concession", "")]
    assert why(before, before=before, concession_percent="0") == []


def test_discounts_on_the_whole_deal_are_concessions():
    before = offer(line("a", "100", "10"))
    for adjustment in (rebate(percent=Decimal(5)), rebate(amount=Decimal(50))):
        after = replace(before, adjustments=(adjustment,))
        assert why(after, before=before, concession_percent="4.99") == [("concession", "")]
        assert why(after, before=before, concession_percent="5") == []


def test_an_if_you_then_offer_counts_once_when_it_is_published():
    before = kestrel_offer()
    gives = Consequence(line="press", discount_percent=Decimal(2))
    standing = StandingOffer(
        key="s", label="s", when=(Condition(line="press", selected=True),), then=(gives,)
    )
    after = replace(before, standing_offers=(standing,))
    assert why(after, before=before, concession_percent="0.1") == [("concession", "")]
    assert why(after, before=after, concession_percent="0.1") == []
    used = apply(after, [change("line:press", "discount_percent", "2")], concession=True)
    assert why(used, before=after, concession_percent="0.1") == []


def test_later_payment_counts_by_the_day_where_a_day_has_a_price():
    before = offer(line("a"), terms=(Term(key="payment", name="Payment", value="Net 30 days"),))
    after = replace(before, terms=(Term(key="payment", name="Payment", value="Net 60 days"),))

    def waits(day_percent: str | None) -> bool:
        signer = Signer(
            by="rep",
            limits=Authority(concession_percent=Decimal(1)),
            day_percent=Decimal(day_percent) if day_percent else None,
        )
        judged = gate.judge(Before(current=before, first=before), after, PrivateFigures(), signer)
        return not isinstance(judged, Cleared)

    assert [waits(each) for each in (None, "0.03", "0.04")] == [False, False, True]


def test_nothing_published_gets_dearer_by_a_concession():
    """From four on 17,900 was published, and three percent less on a condition."""
    press = line(
        "a",
        "18450",
        "2",
        discount_percent=Decimal(5),
        negotiable=("quantity", "unit_price"),
        price_breaks=(PriceBreak(start=Decimal(4), unit_price=Decimal(17900)),),
    )
    before = offer(press)
    four = apply(before, [change("line:a", "quantity", "4")], concession=True).line("a")
    given = apply(
        before,
        [change("line:a", "unit_price", "17200"), change("line:a", "discount_percent", "0")],
        concession=True,
    )
    after = apply(given, [change("line:a", "quantity", "4")], concession=True).line("a")
    assert four
    assert after
    assert after.net_unit_price == four.net_unit_price == Decimal("17005")
