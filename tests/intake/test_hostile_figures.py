"""Every figure and text of a quote document, with what means no good: refused with sentences, or an offer that fits."""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest

from portal.domain.offer import acceptable, money
from portal.domain.offer.totals import totals
from portal.errors import Invalid
from portal.intake.incoming import read_quote
from tests.cast import START
from tests.hostile import VALUES
from tests.quotes import quote

FULL = quote(
    adjustments=[
        {"key": "off", "label": "Off", "kind": "discount", "percent": "3"},
        {"key": "freight", "label": "Freight", "kind": "charge", "amount": "300.00"},
    ],
    standing_offers=[
        {
            "label": "Four",
            "when": [{"line": "press", "min_quantity": "4"}],
            "then": [{"line": "install", "unit_price": "145.00"}],
        }
    ],
)


def leaves(part: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """Where a value stands that is no list and no object; one line and one term stand for all."""
    if isinstance(part, dict):
        for name, each in part.items():
            yield from leaves(each, (*path, name))
    elif isinstance(part, list):
        for index, each in enumerate(part[:1] if path in {("lines",), ("terms",)} else part):
            yield from leaves(each, (*path, index))
    else:
        yield path


def put(document: dict[str, Any], path: tuple[str | int, ...], value: object) -> dict[str, Any]:
    changed = deepcopy(document)
    *way, last = path
    part: Any = changed
    for step in way:
        part = part[step]
    part[last] = value
    return changed


@pytest.mark.parametrize("path", list(leaves(FULL)), ids=lambda path: "/".join(map(str, path)))
def test_any_value_is_refused_with_a_sentence_or_fits(path: tuple[str | int, ...]) -> None:
    for value in (*VALUES, 10**30, -1, 1e300, True, [], {}):
        data = json.dumps(put(FULL, path, value)).encode()
        try:
            offer = read_quote(data, "quote.json", today=START.date(), zone="Europe/Copenhagen").offer
        except Invalid:
            continue
        assert acceptable.problems(offer) == []
        assert money.to_minor(totals(offer).contract.total, offer.currency) < 2**63
