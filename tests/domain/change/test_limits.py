"""What a buyer may ask of one line or term, and what she is told when she may not."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.change.change import Change
from portal.domain.change.limits import problems
from portal.domain.offer.revision import Bounds
from tests.domain.offers import decimals, kestrel_offer, line, offer


def asked(subject: str, field: str, value: str) -> Change:
    return Change(subject=subject, field=field, value=value)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("subject", "field", "value"),
    [
        ("line:press", "quantity", "20"),
        ("line:press", "unit_price", "0"),
        ("line:press", "discount_percent", "100"),
        ("line:press", "delivery_date", "2026-03-01"),
        ("line:care", "quantity", "0.5"),
        ("line:training", "selected", "true"),
        ("line:glass", "choice", "true"),
        ("term:payment", "value", "net 45"),
        ("term:delivery", "value", "whenever it suits you"),
    ],
)
def test_may_be_asked(subject, field, value):
    assert problems(kestrel_offer(), asked(subject, field, value), today=date(2026, 3, 1)) == []


@pytest.mark.parametrize(
    ("subject", "field", "value", "sentence"),
    [
        (
            "line:press",
            "quantity",
            "0.5",
            "The smallest quantity of Hydraulic press HP-40 is 1. Ask for that or more.",
        ),
        (
            "line:press",
            "quantity",
            "21",
            "The largest quantity of Hydraulic press HP-40 is 20. Ask for that or less.",
        ),
        (
            "line:press",
            "quantity",
            "2.5",
            "Hydraulic press HP-40 comes in steps of 1 from 1. Nearest: 2 or 3.",
        ),
        (
            "line:press",
            "quantity",
            "2",
            "Nothing changes: this is the quantity already. Ask for another value.",
        ),
        (
            "line:press",
            "unit_price",
            "18450.00",
            "Nothing changes: this is the unit price already. Ask for another value.",
        ),
        ("line:press", "unit_price", "-1", "The unit price can't be negative."),
        ("line:press", "delivery_date", "2026-02-28", "This day is in the past. Today is 2026-03-01."),
        (
            "line:installation",
            "unit_price",
            "6000",
            "The seller has fixed the unit price of Installation. A comment on it reaches the seller.",
        ),
        (
            "line:care",
            "unit_price",
            "200",
            "The seller has fixed the unit price of Care plan. Open on it: quantity.",
        ),
        (
            "line:steel",
            "choice",
            "true",
            "Nothing changes: this is the choice already. Ask for another value.",
        ),
        (
            "line:press",
            "selected",
            "false",
            "Hydraulic press HP-40 is part of the proposal; it can't be left out.",
        ),
        (
            "term:warranty",
            "value",
            "36 months",
            "The seller has fixed the value of Warranty. A comment on it reaches the seller.",
        ),
        (
            "term:payment",
            "value",
            "net 60",
            "“net 60” is not one of the options of Payment. Possible: net 14, net 30, net 45.",
        ),
        (
            "line:ghost",
            "quantity",
            "1",
            "This proposal has no line “ghost”. It may have been removed; leave this out.",
        ),
    ],
)
def test_may_not_be_asked(subject, field, value, sentence):
    [problem] = problems(kestrel_offer(), asked(subject, field, value), today=date(2026, 3, 1))
    assert str(problem) == f"{subject}:{field}: {sentence}"


def bounded(quantity: str, **bounds: str) -> list[str]:
    given_bounds = Bounds(**{name: Decimal(value) for name, value in bounds.items()})
    proposal = offer(line("a", quantity="7", negotiable=("quantity",), bounds=given_bounds))
    return [problem.hint for problem in problems(proposal, asked("line:a", "quantity", quantity))]


@pytest.mark.parametrize(
    ("quantity", "bounds", "hints"),
    [
        ("12", {"step": "4"}, []),
        ("13", {"step": "4"}, ["Nearest: 12 or 16."]),
        ("3", {"step": "4"}, ["Nearest: 4."]),
        ("3", {"step": "5", "max_quantity": "4"}, [""]),
        ("14", {"step": "4", "min_quantity": "2"}, []),
        ("16", {"step": "4", "min_quantity": "2", "max_quantity": "17"}, ["Nearest: 14."]),
        ("16", {"step": "4", "min_quantity": "2", "max_quantity": "18"}, ["Nearest: 14 or 18."]),
        ("0.75", {"step": "0.25"}, []),
        ("0.8", {"step": "0.25"}, ["Nearest: 0.75 or 1."]),
        ("999999999999.999999", {"step": "0.000001"}, []),
        ("5", {"step": "0"}, []),
    ],
)
def test_steps_count_from_the_minimum_or_zero(quantity, bounds, hints):
    assert bounded(quantity, **bounds) == hints


@given(
    decimals("0.01", "50", places=2), st.sampled_from(["0.25", "1", "3"]), st.sampled_from(["0", "0.5", "2"])
)
def test_the_nearest_quantities_that_are_told_may_be_asked(quantity, step, low):
    bounds = {"step": step, "min_quantity": low}
    for hint in bounded(str(quantity), **bounds):
        if hint.startswith("Nearest: "):
            for near in hint.removeprefix("Nearest: ").removesuffix(".").split(" or "):
                assert near == "7" or bounded(near, **bounds) == []
