"""The gate to a binding price: what a rep, a manager, a policy and a buyer may make binding, whatever the road."""

from decimal import Decimal
from pathlib import Path

import pytest
from msgspec.structs import replace

from portal.domain.change.apply import apply
from portal.domain.offer.revision import (
    Adjustment,
    Condition,
    Consequence,
    PriceBreak,
    StandingOffer,
)
from portal.errors import Invalid
from tests.domain.offers import VAT, line, offer
from tests.domain.policy.gating import change, floors, rebate, why

ROOT = Path(__file__).resolve().parents[3]


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
