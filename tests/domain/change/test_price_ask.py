"""A line's price is asked as one number, the net unit price, on a line that has a discount."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from portal.domain.change import price_ask
from portal.domain.change.change import Change, met
from portal.domain.change.effect import effect_of
from portal.domain.change.rebase import rebase
from portal.domain.offer.revision import Offer
from tests.domain.offers import kestrel_offer


def change(field: str, value: str) -> Change:
    return Change(subject="line:press", field=field, value=value)  # type: ignore[arg-type]


def discounted(unit_price: str, percent: str) -> Offer:
    offer = kestrel_offer()
    press = replace(
        offer.line("press"), unit_price=Decimal(unit_price), discount_percent=Decimal(percent), why=()
    )
    return replace(offer, lines=(press, *offer.lines[1:]))


@pytest.mark.parametrize(
    ("asked", "net"),
    [
        # Without a discount the unit price is the net price.
        ([change("unit_price", "17200")], "17200.000000"),
        ([change("discount_percent", "10")], "16200.000000"),
        ([change("unit_price", "17200"), change("discount_percent", "10")], "15480.000000"),
    ],
)
def test_what_is_asked_is_one_net_price(asked, net):
    assert price_ask.asked_nets(discounted("18000", "5"), asked) == {"line:press": net}


def test_a_net_price_that_is_asked_takes_the_place_of_the_discount():
    offer = discounted("18000", "5")
    [line] = effect_of(offer, [change("unit_price", "17000")]).lines
    assert (line.after.net_unit_price, line.after.discount_percent) == (Decimal(17000), 0)
    # The seller's own edit of a unit price leaves the discount as it is.
    [line] = effect_of(offer, [change("unit_price", "17000")], edits=True).lines
    assert line.after.net_unit_price == Decimal(16150)


def test_one_spelling_gives_what_was_asked_in_the_other():
    base = discounted("18000", "5")
    assert not met(base, change("unit_price", "17000"))
    assert rebase([change("unit_price", "17000")], base, discounted("18000", "6")).settled
    # 18,000.00 less 10% are 16,200.00.
    asked = [change("discount_percent", "10")]
    assert rebase(asked, base, discounted("16200", "0")).settled
    assert not rebase(asked, base, discounted("16201", "0")).settled
    # A higher discount of a dearer price is none.
    assert not rebase(asked, base, discounted("20000", "10")).settled
