"""Standing offers: which can be published, what taking one does, and what binds afterwards."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.change.apply import apply
from portal.domain.change.standing_offer import broken, fits, holds, misfits, take
from portal.domain.offer import money
from portal.domain.offer.revision import Condition, Consequence, StandingOffer
from portal.domain.offer.totals import line_net, totals
from tests.domain.offer.test_requote import change, moves, priced, sums
from tests.domain.offers import CURRENCIES, kestrel_offer


def standing(*conditions: Condition, key: str = "s", **prices: str) -> StandingOffer:
    return StandingOffer(
        key=key,
        label="Volume",
        when=conditions,
        then=tuple(
            Consequence(line=name, discount_percent=Decimal(value.rstrip("%")))
            if value.endswith("%")
            else Consequence(line=name, unit_price=Decimal(value))
            for name, value in prices.items()
        ),
    )


def least(key: str, quantity: str) -> Condition:
    return Condition(line=key, min_quantity=Decimal(quantity))


@pytest.mark.parametrize(
    ("offered", "place"),
    [
        (standing(least("ghost", "2"), press="4%"), "/when/0/line"),
        (standing(least("press", "2"), ghost="4%"), "/then/0/line"),
        (standing(Condition(term="ghost", value="x"), press="4%"), "/when/0/term"),
        (standing(Condition(term="payment", value="never"), press="4%"), "/when/0/value"),
        (standing(least("press", "21"), press="4%"), "/when/0/min_quantity"),
        (standing(least("press", "2.5"), press="4%"), "/when/0/min_quantity"),
        (
            standing(
                Condition(line="glass", selected=True), Condition(line="steel", selected=True), press="4%"
            ),
            "/when",
        ),
        # Ten cost 17,000.00 by the break: nothing dearer can be promised for them, and the same is no offer.
        (standing(least("press", "10"), press="17000"), "/then/0/unit_price"),
        (standing(least("press", "10"), press="17000.01"), "/then/0/unit_price"),
    ],
)
def test_what_can_not_be_offered_is_told_at_its_place(offered, place):
    assert [problem.place for problem in misfits(kestrel_offer(), offered)] == [place]


@pytest.mark.parametrize(
    "offered",
    [
        standing(least("press", "20"), press="4%"),
        standing(least("press", "1"), press="4%"),
        standing(least("press", "10"), press="16999.99"),
        standing(Condition(term="payment", value="net 14"), installation="6000"),
    ],
)
def test_bounds_themselves_are_possible(offered):
    assert misfits(kestrel_offer(), offered) == []


@given(
    quantity=st.integers(1, 20),
    percent=st.decimals("0.01", "100", places=2),
    moved=moves(),
    currency=st.sampled_from(CURRENCIES),
)
def test_taking_it_keeps_what_it_says_and_raises_no_price(quantity, percent, moved, currency):
    volume = standing(
        least("press", str(quantity)),
        Condition(term="payment", value="net 14"),
        Condition(line="glass", selected=True),
        press=f"{percent}%",
        care="200",
    )
    before = apply(
        kestrel_offer(currency=currency, standing_offers=(volume,)), moved, concession=True, round_number=1
    )
    assert fits(before, volume)
    after = take(before, volume)
    assert all(holds(after.offer, condition) for condition in volume.when)
    assert after.totals == totals(after.offer)
    assert after.offer.standing_offers[0].taken
    sums(after.offer)
    for new in after.offer.lines:
        old = before.line(new.key)
        assert old is not None
        assert new.net_unit_price <= old.net_unit_price or new.price_source in ("break", "list")
    press = priced(after.offer, "press")
    assert press.net_unit_price <= money.six(press.unit_price * (100 - percent) / 100) or percent == 0
    assert line_net(press, currency) >= 0
    assert broken(after.offer, after.offer) == []
    left = apply(after.offer, [change("line:steel", "choice", "true")], concession=False)
    assert [each.key for each in broken(after.offer, left)] == ["s"]
