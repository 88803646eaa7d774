"""A revision is its bytes: one spelling, every digit kept, nothing of the seller's own in it."""

import hashlib
import json
import unicodedata
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from portal.domain.offer.revision import (
    LinePrivate,
    PrivateFigures,
    Revision,
    canonical_bytes,
    decode,
    decode_private,
    digest,
)
from portal.domain.offer.totals import revise
from tests.domain.offers import decimals, kestrel_offer, line, offer, offers


@given(offers())
def test_a_round_trip_keeps_every_digit(asked):
    stored = canonical_bytes(revise(asked))
    again = decode(stored)
    assert canonical_bytes(again) == stored
    assert [each.quantity.as_tuple() for each in again.offer.lines] == [
        each.quantity.as_tuple() for each in asked.lines
    ]
    assert revise(again.offer).totals == again.totals


@given(offers())
def test_the_document_is_json_with_sorted_keys_and_no_number_but_integers(asked):
    def walk(value):
        assert not isinstance(value, float)
        if isinstance(value, dict):
            assert list(value) == sorted(value)
            for item in value.values():
                walk(item)
        elif isinstance(value, list):
            for item in value:
                walk(item)

    walk(json.loads(canonical_bytes(revise(asked))))


@given(decimals("0", "1000", places=3), st.integers(0, 3))
def test_the_same_number_written_otherwise_has_the_same_bytes(quantity, zeros):
    longer = Decimal(f"{quantity}{'0' * zeros}")
    a, b = (revise(offer(line("a", quantity=str(each)))) for each in (quantity, longer))
    assert canonical_bytes(a) == canonical_bytes(b)


@pytest.mark.parametrize("zero", ["0", "-0", "0.000", "-0.0", "0E+3"])
def test_zero_has_one_spelling(zero):
    stored = canonical_bytes(revise(offer(line("a", zero))))
    assert stored == canonical_bytes(revise(offer(line("a", "0"))))
    assert b"-0" not in json.dumps(json.loads(stored)["totals"]).encode()


@given(st.text(max_size=12))
def test_text_is_in_nfc(text):
    decomposed = unicodedata.normalize("NFD", text)
    a, b = (canonical_bytes(revise(offer(line("a"), title=each))) for each in (text, decomposed))
    assert a == b
    assert decode(a).offer.title == unicodedata.normalize("NFC", text)


def test_an_instant_has_one_spelling_whatever_zone_it_was_given_in():
    here = datetime(2027, 1, 1, 0, 0, tzinfo=timezone(timedelta(hours=1)))
    a, b = (
        canonical_bytes(revise(kestrel_offer(valid_until_instant=each)))
        for each in (here, here.astimezone(UTC))
    )
    assert a == b
    assert b'"2026-12-31T23:00:00Z"' in a


def test_an_instant_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        kestrel_offer(valid_until_instant=datetime(2027, 1, 1))  # noqa: DTZ001


def test_the_digest_is_sha_256_of_the_bytes():
    stored = canonical_bytes(revise(kestrel_offer()))
    assert digest(stored) == hashlib.sha256(stored).hexdigest()
    dearer = replace(kestrel_offer(), lines=(line("a", "0.000001"),))
    assert digest(canonical_bytes(revise(dearer))) != digest(stored)


def test_unknown_fields_and_wrong_types_are_refused():
    document = json.loads(canonical_bytes(revise(kestrel_offer())))
    document["offer"]["lines"][0]["unit_cost"] = "1"
    with pytest.raises(msgspec.ValidationError):
        decode(json.dumps(document).encode())


def test_private_figures_are_a_document_of_their_own():
    figures = PrivateFigures(lines={"press": LinePrivate(unit_cost=Decimal("9123.45"))})
    assert decode_private(canonical_bytes(figures)) == figures
    names = {field for part in _parts(Revision) for field in part.__struct_fields__}
    assert not names & set(LinePrivate.__struct_fields__)


def _parts(root: type) -> set[type]:
    """Every struct that a document of this type may hold."""
    found, waiting = set(), [msgspec.inspect.type_info(root)]
    while waiting:
        info = waiting.pop()
        if isinstance(info, msgspec.inspect.StructType):
            if info.cls in found:
                continue
            found.add(info.cls)
            waiting += [field.type for field in info.fields]
        for name in ("item_type", "key_type", "value_type"):
            if hasattr(info, name):
                waiting.append(getattr(info, name))
        waiting += list(getattr(info, "types", ()))
    return found
