"""What a buyer is asked about before it is sent: slips, asks that are worse than the offer, and nothing else."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from portal.domain.change import cautions
from portal.domain.change.change import Change, spell
from portal.domain.offer.revision import Offer, PriceBreak
from portal.errors import Invalid
from tests.domain.offers import line, offer

FIELDS = ("quantity", "unit_price", "discount_percent", "delivery_date", "warranty_months")
PRESS = line(
    "press",
    "18450",
    "2",
    negotiable=FIELDS,
    discount_percent=Decimal(2),
    price_breaks=(PriceBreak(start=Decimal(5), unit_price=Decimal(17900)),),
    delivery_date=date(2027, 2, 1),
    warranty_months=24,
)
OFFER: Offer = offer(PRESS)


def asked(*asks: tuple[str, str]) -> list[Change]:
    return [spell(OFFER, "line:press", field, value) for field, value in asks]


@pytest.mark.parametrize(
    ("asks", "words"),
    [
        ([("unit_price", "184500")], "you ask for EUR 184500 where EUR 18450 is offered"),
        ([("unit_price", "1720")], "you ask for EUR 1720 where EUR 18450 is offered"),
        ([("unit_price", "19000")], "more than"),
        # At five it costs less than what is asked, though not at two.
        ([("quantity", "5"), ("unit_price", "18000")], "more than"),
        ([("discount_percent", "1")], "more than"),
        ([("discount_percent", "98")], "is offered"),
        ([("delivery_date", "2027-03-01")], "worse for you"),
        ([("warranty_months", "12")], "worse for you"),
    ],
)
def test_it_is_asked_about(asks: list[tuple[str, str]], words: str) -> None:
    [found] = cautions.cautions(OFFER, asked(*asks))
    assert words in found.problem.message.replace(".000000", "")
    with pytest.raises(Invalid):
        cautions.require_confirmed(OFFER, asked(*asks), ())
    cautions.require_confirmed(OFFER, asked(*asks), [found.token])


@pytest.mark.parametrize(
    "ask",
    [
        ("unit_price", "17200"),
        ("unit_price", "9000"),
        ("discount_percent", "5"),
        ("quantity", "20"),
        ("delivery_date", "2027-01-15"),
        ("warranty_months", "36"),
    ],
)
def test_what_is_better_for_the_buyer_is_sent_as_it_is(ask: tuple[str, str]) -> None:
    assert cautions.cautions(OFFER, asked(ask)) == []


def test_a_confirmation_holds_for_the_value_that_was_asked_about() -> None:
    [found] = cautions.cautions(OFFER, asked(("unit_price", "184500")))
    with pytest.raises(Invalid):
        cautions.require_confirmed(OFFER, asked(("unit_price", "1845000")), [found.token])


def test_an_overall_price_with_a_digit_too_few_is_asked_about() -> None:
    target = spell(OFFER, "deal:total", "target", "3600")
    [found] = cautions.cautions(OFFER, [target])
    assert found.problem.place == "deal:total:target"
