"""The gate's bound and the second model's brute force come to the same lines below their floors, and to the same refusals.

A quantity below the first break is for a person in the product, and priced at once in the second model: the design says its
price, and not who answers.
"""

from collections.abc import Mapping
from decimal import Decimal
from random import Random
from typing import Any

import pytest

from portal.domain.offer.revision import LinePrivate, PrivateFigures
from portal.domain.policy import gate
from portal.domain.policy.checks import Before, Signer
from portal.domain.policy.gate import Waits
from portal.errors import Invalid
from tests.second_model import gate as model
from tests.second_model.product import offer_of
from tests.second_model.random_offers import random_gate_case

IMPOSSIBLE = {"negative", "amount_exceeds_base"}


def comparable(document: dict[str, Any]) -> dict[str, Any]:
    """Without once-only amounts, and with fixed quantities where a list price or a quoted one prices less."""
    return document | {
        "adjustments": [each for each in document["adjustments"] if each["percent"]],
        "lines": [each | {"negotiable": _negotiable(each)} for each in document["lines"]],
    }


def _negotiable(line: Mapping[str, Any]) -> list[str]:
    below = line["list_price"] is not None or line["price_source"] == "list"
    return [each for each in line["negotiable"] if each != "quantity" or not below]


def judged(before: dict[str, Any], after: dict[str, Any], floors: Mapping[str, str]) -> set[str] | None:
    """The lines below their floor; None where the offer is impossible."""
    private = PrivateFigures(
        lines={key: LinePrivate(floor_unit_price=Decimal(floor)) for key, floor in floors.items()}
    )
    first = offer_of(before)
    try:
        found = gate.judge(Before(current=first, first=first), offer_of(after), private, Signer(by="rep"))
    except Invalid:
        return None
    return {reason.line for reason in found.reasons} if isinstance(found, Waits) else set()


@pytest.mark.parametrize("block", range(4))
def test_the_gate_waits_for_what_brute_force_finds(block):
    """Nothing that brute force finds passes. The bound may stop what no single state reaches, seldom."""
    more, cases = 0, range(block * 75, (block + 1) * 75)
    for seed in cases:
        before, after, floors = random_gate_case(Random(seed))
        before, after = comparable(before), comparable(after)
        found, mine = model.judge(after, floors, before), judged(before, after, floors)
        if mine is None:
            more += not found.reasons & IMPOSSIBLE
            continue
        assert not found.reasons & IMPOSSIBLE, seed
        assert found.below_floor <= mine, seed
        more += mine != found.below_floor
    assert more <= len(cases) // 15
