"""Whatever a spreadsheet holds, it is read or refused with problems in sentences; nothing else comes out."""

import csv
import io
from typing import Any

import hypothesis.strategies as st
from hypothesis import given, settings
from openpyxl import Workbook
from openpyxl.utils.exceptions import IllegalCharacterError

from portal.intake.sheet.columns import COLUMNS
from portal.outbound.quote_template import quote_template
from tests.intake.test_generated_quotes import holds

TEXTS = st.text(max_size=20) | st.sampled_from(
    [
        "",
        "=1+1",
        "1",
        "1.250",
        "1,250",
        "12,5",
        "5 %",
        "-",
        "5:1; x",
        "a: b | c",
        "yes",
        "nein",
        "2030-04-30",
        "S",
        "\0",
    ]
)
VALUES = (
    TEXTS | st.integers() | st.floats() | st.booleans() | st.dates() | st.datetimes() | st.times() | st.none()
)
TEMPLATES = [quote_template("csv"), quote_template("xlsx")]
NAMES = st.sampled_from(list(COLUMNS)) | st.text(max_size=12)


@settings(max_examples=150)
@given(
    st.lists(NAMES, max_size=8), st.lists(st.lists(TEXTS, max_size=9), max_size=4), st.sampled_from(",;\t")
)
def test_any_csv_is_read_or_refused(header: list[str], rows: list[list[str]], delimiter: str) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerows([["title", "currency", "buyer.company", "name", *header], ["T", "EUR", "A", "n"], *rows])
    holds(text.getvalue().encode("utf-8", "surrogatepass"), "quote.csv")


@settings(max_examples=100)
@given(st.lists(NAMES, max_size=8), st.lists(st.lists(VALUES, max_size=9), max_size=4))
def test_any_workbook_is_read_or_refused(header: list[str], rows: list[list[Any]]) -> None:
    book = Workbook()
    for row in [["title", "currency", "buyer.company", "name", *header], ["T", "EUR", "A", "n"], *rows]:
        try:
            book.worksheets[0].append(row)
        except IllegalCharacterError:
            return
    content = io.BytesIO()
    book.save(content)
    holds(content.getvalue(), "quote.xlsx")


@settings(max_examples=150)
@given(st.data())
def test_a_damaged_sheet_is_read_or_refused(data: st.DataObject) -> None:
    whole = data.draw(st.sampled_from(TEMPLATES))
    at = data.draw(st.integers(0, len(whole.content)))
    gone = data.draw(st.integers(0, 20))
    damaged = whole.content[:at] + data.draw(st.binary(max_size=3)) + whole.content[at + gone :]
    holds(damaged, whole.name)


@settings(max_examples=100)
@given(
    st.binary(max_size=300),
    st.sampled_from([b"", b"PK\x03\x04", b"name,quantity\n", b"\xef\xbb\xbf", b"sep=;\n"]),
)
def test_any_bytes_called_a_sheet_are_refused(tail: bytes, start: bytes) -> None:
    holds(start + tail, "quote.csv")
