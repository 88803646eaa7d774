"""Standing offers in the quote document: read as they are meant, refused at their place."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from tests.intake.written import COMPLETE, changed, problems, read

WHEN = [{"line": "press", "min_quantity": "200"}, {"term": "payment", "value": "14 days"}]
THEN = [{"line": "press", "discount_percent": "4"}]
GOOD: dict[str, Any] = {"label": "Two hundred, paid early", "when": WHEN, "then": THEN}


def quote(**parts: Any) -> dict[str, Any]:
    return COMPLETE | {"standing_offers": [GOOD | parts]}


def test_one_is_read_as_it_is_meant() -> None:
    [offer] = read(quote()).offer.standing_offers
    assert (offer.key, offer.label, offer.taken) == ("offer-1", "Two hundred, paid early", False)
    assert [each.line or each.term for each in offer.when] == ["press", "payment"]
    assert (offer.when[0].min_quantity, offer.when[1].value) == (Decimal(200), "14 days")
    assert (offer.then[0].line, offer.then[0].discount_percent) == ("press", Decimal(4))


def test_it_belongs_to_the_content_of_the_quote() -> None:
    assert read(quote()).fingerprint != read(COMPLETE).fingerprint
    assert read(COMPLETE | {"standing_offers": []}).fingerprint == read(COMPLETE).fingerprint


@pytest.mark.parametrize(
    ("pointer", "value", "place", "words"),
    [
        ("label", "", "/standing_offers/0/label", "empty"),
        ("when", [], "/standing_offers/0/when", "empty"),
        ("then", [], "/standing_offers/0/then", "empty"),
        ("when", [{"line": "press"}], "/standing_offers/0/when/0", "about one thing"),
        ("when", [{"term": "payment"}], "/standing_offers/0/when/0", "about one thing"),
        (
            "when",
            [{"line": "press", "min_quantity": "200", "selected": True}],
            "/standing_offers/0/when/0",
            "about one thing",
        ),
        ("when", [{"line": "press", "selected": False}], "/standing_offers/0/when/0", "not for leaving it out"),
        (
            "when",
            [{"line": "press", "min_quantity": "0"}],
            "/standing_offers/0/when/0/min_quantity",
            "more than 0",
        ),
        ("when", [{"line": "ghost", "min_quantity": "2"}], "/standing_offers/0/when/0/line", "no line with the key “ghost”"),
        ("when", [{"term": "ghost", "value": "x"}], "/standing_offers/0/when/0/term", "no term with the key “ghost”"),
        ("when", [{"term": "payment", "value": "90 days"}], "/standing_offers/0/when/0/value", "not one of the options"),
        (
            "when",
            [{"line": "press", "min_quantity": "205"}],
            "/standing_offers/0/when/0/min_quantity",
            "can have",
        ),
        (
            "when",
            [{"line": "press", "min_quantity": "510"}],
            "/standing_offers/0/when/0/min_quantity",
            "more than the upper bound",
        ),
        ("then", [{"line": "press"}], "/standing_offers/0/then/0", "exactly one"),
        (
            "then",
            [{"line": "press", "discount_percent": "4", "unit_price": "9"}],
            "/standing_offers/0/then/0",
            "exactly one",
        ),
        ("then", [{"line": "ghost", "unit_price": "1"}], "/standing_offers/0/then/0/line", "no line with the key “ghost”"),
        ("then", [{"line": "press", "unit_price": "9.80"}], "/standing_offers/0/then/0/unit_price", "no more than that"),
        ("then", [{"line": "press", "unit_price": "11"}], "/standing_offers/0/then/0/unit_price", "no more than that"),
        # The line has 2.5 percent already.
        (
            "then",
            [{"line": "press", "discount_percent": "2.5"}],
            "/standing_offers/0/then/0/discount_percent",
            "no more than that",
        ),
        ("then", [*THEN, *THEN], "/standing_offers/0", "same line"),
        ("then", [{"line": "press", "discount_percent": "100.1"}], "/standing_offers/0/then/0/discount_percent", "at most"),
        ("price", "1", "/standing_offers/0/price", "not a field"),
    ],
)  # fmt: skip
def test_what_does_not_hold_is_told_at_its_place(pointer: str, value: Any, place: str, words: str) -> None:
    told = problems(changed(f"/standing_offers/0/{pointer}", value, quote()))
    assert [each.place for each in told] == [place], told
    assert words in str(told[0]), told


def test_keys_are_unique() -> None:
    twice = COMPLETE | {"standing_offers": [GOOD | {"key": "a"}, GOOD | {"key": "a"}]}
    assert [each.place for each in problems(twice)] == ["/standing_offers/1/key"]
