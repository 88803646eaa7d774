"""What was given and what came back: by kind, in money, and what could be asked for in return."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.offer.revision import Adjustment, Offer, Term
from portal.domain.policy.concession import Part, Trade, trade
from portal.domain.policy.concession_ideas import ideas
from tests.domain.offers import kestrel_offer

OFFER = kestrel_offer()


def moved(*changes: tuple[str, str, str], offer: Offer = OFFER) -> Offer:
    asked = [Change(subject=subject, field=field, value=value) for subject, field, value in changes]  # type: ignore[arg-type]
    return apply(offer, asked, concession=True, round_number=1)


def told(parts: tuple[Part, ...]) -> list[tuple[str, str, str]]:
    return [
        (part.subject, part.field, "" if part.money is None else f"{part.money.normalize():f}")
        for part in parts
    ]


def test_a_lower_price_is_given_and_nothing_comes_back():
    found = trade(OFFER, moved(("line:press", "unit_price", "17200")))
    assert told(found.given) == [("line:press", "net_unit_price", "-2500")]
    assert (found.received, str(found.net), found.one_sided) == ((), "-2500.00", True)


def test_more_of_a_line_comes_back_at_what_the_list_says():
    found = trade(OFFER, moved(("line:press", "quantity", "5"), ("line:press", "unit_price", "17000")))
    assert told(found.received) == [("line:press", "quantity", "52600")]
    assert told(found.given) == [("line:press", "net_unit_price", "-4500")]
    assert not found.one_sided


def test_a_volume_price_of_the_list_is_no_concession():
    found = trade(OFFER, moved(("line:press", "quantity", "5")))
    assert (found.given, told(found.received)) == ((), [("line:press", "quantity", "52600")])


@pytest.mark.parametrize(
    ("change", "way", "field", "worth"),
    [
        (("line:training", "selected", "true"), "received", "selected", "1710"),
        (("line:glass", "choice", "true"), "received", "selected", "480"),
        (("line:press", "delivery_date", "2026-02-01"), "given", "delivery_date", ""),
        (("line:press", "delivery_date", "2026-04-01"), "received", "delivery_date", ""),
        (("line:press", "quantity", "1"), "given", "quantity", "-18450"),
        (("line:press", "warranty_months", "12"), "given", "warranty_months", ""),
        (("term:payment", "value", "net 45"), "given", "value", ""),
        (("term:payment", "value", "net 14"), "received", "value", ""),
        (("term:warranty", "value", "36 months"), "received", "value", ""),
    ],
)
def test_each_change_stands_on_its_side(change, way, field, worth):
    found = trade(OFFER, moved(change))
    assert [(each[1], each[2]) for each in told(getattr(found, way))] == [(field, worth)]
    assert not getattr(found, "received" if way == "given" else "given")


def test_a_term_that_buyers_asked_for_is_given():
    found = trade(OFFER, moved(("term:warranty", "value", "36 months")), asked=["term:warranty"])
    assert [part.name for part in found.given] == ["Warranty"]


def test_a_discount_on_the_whole_is_given():
    discount = Adjustment(key="loyal", label="For loyalty", kind="discount", amount=Decimal(1000))
    found = trade(OFFER, replace(OFFER, adjustments=(discount,)))
    assert told(found.given) == [("adjustment:loyal", "adjustment", "-1000")]
    assert trade(replace(OFFER, adjustments=(discount,)), OFFER).received[0].money == Decimal(1000)


@pytest.mark.parametrize(
    ("name", "kind", "way"),
    [
        ("Zahlungsziel", None, "received"),
        ("Settlement", "payment", "received"),
        ("Settlement", None, "given"),
        ("Repayment cover", "warranty", "given"),
    ],
)
def test_a_term_is_one_of_payment_as_it_says_or_by_its_words(name, kind, way):
    before = replace(
        OFFER, terms=(Term(key="t", name=name, value="30 days", options=("14 days",), kind=kind),)
    )
    after = replace(before, terms=(replace(before.terms[0], value="14 days"),))
    found = trade(before, after, asked=["term:t"])
    assert [part.way for part in (*found.given, *found.received)] == [way]
    assert ("payment" in {idea.kind for idea in ideas(before)}) == (way == "received")


def test_what_could_come_back_is_one_of_each_kind_first():
    assert [(idea.kind, idea.name, idea.quantity or idea.value) for idea in ideas(OFFER)] == [
        ("quantity", "Hydraulic press HP-40", Decimal(5)),
        ("payment", "Payment", "net 14"),
        ("option", "Training", ""),
    ]
    assert ideas(moved(("line:training", "selected", "true"), ("term:payment", "value", "net 14")), most=1)


PRICES = st.integers(1, 40_000).map(str)


@given(st.integers(1, 12), PRICES, st.booleans(), st.booleans())
def test_the_parts_of_lines_sum_to_what_the_contract_moved(quantity, price, training, glass):
    after = moved(
        ("line:press", "quantity", str(quantity)),
        ("line:press", "unit_price", price),
        ("line:training", "selected", "true" if training else "false"),
        *([("line:glass", "choice", "true")] if glass else []),
    )
    found: Trade = trade(OFFER, after)
    parts = [part.money for part in (*found.given, *found.received) if part.money is not None]
    assert sum(parts, Decimal(0)) == found.net
    assert all((part.money or 0) <= 0 for part in found.given if part.field == "net_unit_price")
