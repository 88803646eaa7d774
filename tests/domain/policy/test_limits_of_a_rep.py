"""What a rep may give without a manager: discounts against list, and concessions since a manager last signed."""

from decimal import Decimal

import pytest
from msgspec.structs import replace

from portal.domain.change.apply import apply
from portal.domain.offer.revision import Condition, Consequence, PrivateFigures, StandingOffer, Term
from portal.domain.policy import gate
from portal.domain.policy.authority import Authority
from portal.domain.policy.checks import Before, Signer
from portal.domain.policy.gate import Cleared
from tests.domain.offers import kestrel_offer, line, offer
from tests.domain.policy.gating import change, rebate, why


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
