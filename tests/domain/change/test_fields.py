"""The table of fields has a row for everything that can be changed or shown."""

import types
from collections.abc import Iterator
from typing import Any, get_args, get_origin, get_type_hints

import msgspec
import pytest

from portal.domain.change.field_spec import PARSED, WHOLE_PARTS, Kind
from portal.domain.change.fields import FIELDS, TABLE, spec
from portal.domain.offer.revision import Adjustment, Line, Negotiable, Offer, StandingOffer, Term, Totals
from portal.rendering import field_inputs, field_values

KINDS = {each for part in get_args(Kind) for each in get_args(part)}
CHANGEABLE = [row for row in TABLE.values() if row.of is not None]
# Of the head and of the totals: parts that are compared by themselves.
KEYED = {"lines", "terms", "adjustments", "standing_offers", "groups", "key"}


def names(kind: type[msgspec.Struct], prefix: str = "") -> Iterator[str]:
    """The fields of a part and of the parts in it, as `compare` names them."""
    for name, hint in get_type_hints(kind).items():
        inner = [each for each in (hint, *get_args(hint)) if isinstance(each, type)]
        part = next((each for each in inner if issubclass(each, msgspec.Struct)), None)
        if prefix == "" and name in KEYED:
            continue
        if part is not None and get_origin(hint) in (None, types.UnionType):
            yield from names(part, f"{prefix}{name}.")
        if part is None or get_args(hint):
            yield f"{prefix}{name}"


@pytest.mark.parametrize("part", [Line, Term, Adjustment, StandingOffer, Offer, Totals])
def test_every_field_that_a_revision_shows_has_a_row(part):
    assert [name for name in names(part) if not spec(name).label] == []


def test_every_field_that_can_be_changed_has_a_row():
    assert [row.key for row in CHANGEABLE] == list(FIELDS)
    assert set(get_args(Negotiable)) <= {row.key for row in CHANGEABLE if row.of is Line}


def test_every_field_that_can_be_changed_has_words():
    assert [row.key for row in CHANGEABLE if not (row.label and row.name)] == []


@pytest.mark.parametrize(
    "table", [field_values._DRAWN, dict.fromkeys(KINDS & {row.kind for row in TABLE.values()})]
)
def test_every_kind_of_value_is_used_and_drawn(table: dict[str, Any]):
    assert set(table) == KINDS


def test_every_kind_of_value_that_can_be_changed_is_typed_and_read():
    kinds = {row.kind for row in CHANGEABLE}
    assert kinds <= set(PARSED)
    assert kinds <= set(field_inputs._KINDS)
    assert set(WHOLE_PARTS) <= kinds
