import json
from typing import Any

import pytest

from portal.errors import Invalid, Problem
from portal.intake.json_document import read_json
from tests.intake.written import SMALLEST, problems_of_bytes, read_bytes


def document(name: str, spelled: str) -> bytes:
    """The smallest document with one member of the line spelled by hand."""
    text = json.dumps(SMALLEST)
    return text.replace('"quantity": "2"', f'"{name}": {spelled}, "quantity": "2"').encode()


def test_repeated_names_are_told_where_they_stand() -> None:
    _, told = read_json(b'{"a": {"b/c": 1, "b/c": 2, "d": 3}, "a": [{"e": 1, "e": 1, "e": 1}], "x": 1}')
    assert [each.place for each in told] == ["/a", "/a/0/e"]


def test_a_repeated_name_is_told_with_everything_else() -> None:
    told = problems_of_bytes(document("unit_price", '"1"').replace(b'"Press A3"', b'""'))
    assert [each.place for each in told] == ["/lines/0/unit_price", "/title"]


@pytest.mark.parametrize("spelled", ["1.50", "NaN", "Infinity", "-Infinity", "1e3", "9" * 5000, "7"])
def test_a_number_that_counts_is_refused_as_a_json_number(spelled: str) -> None:
    (told,) = problems_of_bytes(document("list_price", spelled))
    assert told.place == "/lines/0/list_price"
    assert "JSON number" in told.message
    assert "string" in told.hint or "12.50" in told.hint


@pytest.mark.parametrize(
    ("data", "place", "words"),
    [
        (b'{"title": ', "line 1, column 11", "not JSON"),
        (b'{\n "title" "a"\n}', "line 2, column 10", "not JSON"),
        (b'{"title": "\xff"}', "byte 12", "not in UTF-8"),
        (b'{"title": "line\nbreak"}', "line 1, column 16", "not JSON"),
        (b'{"title": "\\ud800"}', "", "half of a character"),
        (b'{"\\udfff": 1}', "", "half of a character"),
        (b'{"a":' * 40 + b"1" + b"}" * 40, "/a" * 33, "levels deep"),
        (b"[" * 200_000 + b"]" * 200_000, "", "levels deep"),
        (b'{"a":' * 200_000, "", "levels deep"),
        (b"[" + b"1," * 500_001 + b"1]", "", "500,000 values"),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_cannot_be_read_is_told_by_its_place(data: bytes, place: str, words: str) -> None:
    (told,) = problems_of_bytes(data)
    assert words in told.message
    assert told.place.startswith(place)


def test_a_byte_order_mark_is_no_trouble() -> None:
    assert read_bytes(b"\xef\xbb\xbf" + json.dumps(SMALLEST).encode()).offer.title == "Press A3"


@pytest.mark.parametrize("value", [[], [SMALLEST], "text", 1, None, True])
def test_a_quote_is_one_object(value: Any) -> None:
    told = problems_of_bytes(json.dumps(value).encode())
    assert [each.message for each in told] == ["This is not an object."]


def test_names_that_cannot_be_printed_are_escaped_in_places() -> None:
    (told,) = problems_of_bytes(json.dumps({**SMALLEST, "a\x00b\u2028": 1}).encode())
    assert told.place == "/a\\x00b\\u2028"
    assert told.message.isprintable()


def test_the_sentence_of_one_problem_holds_it() -> None:
    with pytest.raises(Invalid) as refused:
        read_bytes(document("list_price", "1.5"))
    (told,) = refused.value.problems
    assert isinstance(told, Problem)
    assert str(told) in refused.value.sentence
