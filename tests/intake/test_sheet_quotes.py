"""Quotes as spreadsheets: the same quote as in JSON, and every problem at its row and column."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.worksheet.formula import ArrayFormula

from portal.domain.offer.revision import LinePrivate, PriceBreak
from portal.errors import Invalid
from portal.intake.incoming import IncomingQuote, read_quote
from portal.outbound.quote_template import quote_template
from tests.intake.written import TODAY, ZONE

HEADER = ("title", "currency", "buyer.company", "key", "name", "quantity", "unit_price")
FIRST = ("Two presses", "EUR", "Nordlicht Druck", "press", "Press A3", "2", "18450.00")


def comma(*rows: Sequence[Any], delimiter: str = ",", coding: str = "utf-8") -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter).writerows(rows)
    return text.getvalue().encode(coding)


def book(*rows: Sequence[Any], **formats: str) -> bytes:
    workbook = Workbook()
    for row in rows:
        workbook.worksheets[0].append(list(row))
    for cell, number_format in formats.items():
        workbook.worksheets[0][cell].number_format = number_format
    return saved(workbook)


def saved(workbook: Workbook) -> bytes:
    content = io.BytesIO()
    workbook.save(content)
    return content.getvalue()


def read(data: bytes, name: str = "quote.csv") -> IncomingQuote:
    return read_quote(data, name, today=TODAY, zone=ZONE)


def refused(data: bytes, name: str = "quote.csv") -> dict[str, str]:
    """Message and hint by place."""
    with pytest.raises(Invalid) as error:
        read(data, name)
    places = [problem.place for problem in error.value.problems]
    assert len(places) == len(set(places)), places
    return {problem.place: f"{problem.message} {problem.hint}" for problem in error.value.problems}


def test_one_row_is_one_line_and_the_document_stands_beside_it() -> None:
    quote = read(comma(HEADER, FIRST, ("", "", "", "care", "Care plan", "1", "250")))
    assert quote.offer.title == "Two presses"
    assert quote.offer.buyer.name == "Nordlicht Druck"
    assert [(line.key, line.name) for line in quote.offer.lines] == [
        ("press", "Press A3"),
        ("care", "Care plan"),
    ]
    assert quote.offer.lines[0].unit_price == Decimal("18450.000000")


def test_document_fields_may_be_repeated_but_not_differ() -> None:
    again = (*FIRST[:3], "care", "Care plan", "1", "250")
    assert len(read(comma(HEADER, FIRST, again)).offer.lines) == 2
    other = ("Three presses", *again[1:])
    assert 'row 2, title says: "Two presses"' in refused(comma(HEADER, FIRST, other))["row 3, title"]


def test_nested_fields_have_cells_of_their_own() -> None:
    header = (*HEADER, "tax.category", "Tax rate", "negotiable", "min_quantity", "price_breaks", "private.unit_cost", "why",
              "includes", "optional", "periods", "billing", "terms", "adjustments", "buyer.contacts")  # fmt: skip
    row = (*FIRST, "S", "25", "quantity; discount_percent", "1", "5:17900; 10:17500", "12000",
           "List price:19000; Project:-550", "Spares; Training", "yes", "12", "month", "Payment: 30 days | 14 days",
           "discount: Frame: 2%; charge: Freight: 50", "Anna Berg <anna@nordlicht.example>:signer")  # fmt: skip
    quote = read(comma(header, row))
    (line,) = quote.offer.lines
    assert (line.tax.category, line.tax.rate, line.bounds.min_quantity) == ("S", Decimal(25), Decimal(1))
    assert line.negotiable == ("quantity", "discount_percent")
    assert line.price_breaks[1] == PriceBreak(start=Decimal(10), unit_price=Decimal(17500))
    assert [(step.label, step.amount) for step in line.why] == [
        ("List price", Decimal(19000)),
        ("Project", Decimal(-550)),
    ]
    assert line.includes == ("Spares", "Training")
    assert (line.optional, line.periods, line.billing) == (True, 12, "month")
    assert quote.offer.terms[0].options == ("30 days", "14 days")
    assert [(each.kind, each.label, each.percent, each.amount) for each in quote.offer.adjustments] == [
        ("discount", "Frame", Decimal(2), None),
        ("charge", "Freight", None, Decimal(50)),
    ]
    assert [(each.email, each.role) for each in quote.contacts] == [("anna@nordlicht.example", "signer")]
    assert quote.private.lines == {"press": LinePrivate(unit_cost=Decimal("12000.000000"))}


def test_every_problem_is_told_at_its_row_and_column() -> None:
    header = (*HEADER, "periods", "optional", "colour")
    found = refused(
        comma(
            header,
            (*FIRST[:5], "two", "1,5", "1.5", "perhaps", "red"),
            ("", "", "", "press", "", "", "1", "", "", ""),
            ("", "", "", "third", "=1+1", "1", "1", "", "", ""),
        )
    )
    assert set(found) == {
        "row 1, colour",
        "row 2, quantity",
        "row 2, unit_price",
        "row 2, periods",
        "row 2, optional",
        "row 3, key",
        "row 3, name",
        "row 3, quantity",
        "row 4, name",
    }
    assert "already the key of row 2" in found["row 3, key"]
    assert "formula" in found["row 4, name"]


@pytest.mark.parametrize(
    ("delimiter", "coding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-8"), (";", "cp1252")]
)
def test_delimiter_and_characters_are_found_out(delimiter: str, coding: str) -> None:
    row = (*FIRST[:4], "Pressgerät, groß; neu", *FIRST[5:])
    quote = read(comma(HEADER, row, delimiter=delimiter, coding=coding))
    assert quote.offer.lines[0].name == "Pressgerät, groß; neu"
    told = any("Windows-1252" in warning.message for warning in quote.warnings)
    assert told == (coding == "cp1252")


def test_a_table_without_a_name_is_known_by_its_header() -> None:
    assert read(comma(HEADER, FIRST), "pasted").offer.title == "Two presses"
    assert "none of the formats" in refused(b"hello, world\n1,2", "pasted")[""]


def test_a_decimal_comma_is_read_where_it_can_be_nothing_else() -> None:
    german = read(comma(HEADER, (*FIRST[:5], "1,5", "18.450,00"), delimiter=";"))
    assert (german.offer.lines[0].quantity, german.offer.lines[0].unit_price) == (
        Decimal("1.5"),
        Decimal(18450),
    )
    assert any("comma" in warning.message for warning in german.warnings)
    # Alone, it can be a thousand and a quarter or one and a quarter.
    either = refused(comma(HEADER, (*FIRST[:6], "1.250"), delimiter=";"))
    assert "1250 or 1.250" in either["row 2, unit_price"]
    # Others in the file say which.
    german = read(comma(HEADER, (*FIRST[:5], "1,5", "1.250"), delimiter=";"))
    assert german.offer.lines[0].unit_price == Decimal(1250)
    english = read(comma(HEADER, (*FIRST[:5], "1.5", "1.250"), delimiter=";"))
    assert english.offer.lines[0].unit_price == Decimal("1.25")
    # With commas between cells, the point is the decimal's.
    assert read(comma(HEADER, (*FIRST[:6], "1.250"))).offer.lines[0].unit_price == Decimal("1.25")


def test_what_excel_typed_is_taken_exactly() -> None:
    header = (*HEADER, "discount_percent", "tax.rate", "valid_until", "optional", "periods", "sku")
    row = (*FIRST[:5], 3, 17.1, 0.07, 25, date(2030, 4, 30), True, 1, 4711)
    (line,) = (quote := read(book(header, row, H2="0%"), "quote.xlsx")).offer.lines
    assert (line.quantity, line.unit_price, line.discount_percent) == (
        Decimal(3),
        Decimal("17.1"),
        Decimal(7),
    )
    assert (line.tax.rate, line.optional, line.sku) == (Decimal(25), True, "4711")
    assert quote.offer.valid_until == date(2030, 4, 30)


def test_cells_that_say_something_else_than_they_show_are_refused() -> None:
    header = (*HEADER, "discount_percent", "sku", "valid_until", "explanation")
    late, span = datetime(2030, 4, 30, 12, 30, tzinfo=UTC).replace(tzinfo=None), timedelta(hours=3)
    row = (*FIRST[:4], ArrayFormula("E2:E2", "=1"), 1 / 3, "=1+1", 5, date(2030, 2, 1), late, span)
    found = refused(book(header, row, G2="0%"), "quote.xlsx")
    assert set(found) == {
        "row 2, name",
        "row 2, quantity",
        "row 2, unit_price",
        "row 2, sku",
        "row 2, valid_until",
        "row 2, explanation",
    }
    assert "Cell G2 holds a formula" in found["row 2, unit_price"]
    assert "6 decimal places" in found["row 2, quantity"]
    assert (
        "formatted as percent"
        in refused(book(HEADER, (*FIRST[:6], 0.5), G2="0%"), "a.xlsx")["row 2, unit_price"]
    )


def test_a_cached_value_beside_a_formula_is_not_trusted() -> None:
    with_cache = _with(book(HEADER, (*FIRST[:5], 2, 12.5)), "<v>12.5</v>", "<f>5*5</f><v>12.5</v>")
    assert "G2" in refused(with_cache, "quote.xlsx")["row 2, unit_price"]


def _with(workbook: bytes, old: str, new: str) -> bytes:
    """The workbook with other text in its sheet."""
    content = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook)) as source, zipfile.ZipFile(content, "w") as target:
        for part in source.infolist():
            data = source.read(part)
            if part.filename == "xl/worksheets/sheet1.xml":
                assert old.encode() in data
                data = data.replace(old.encode(), new.encode())
            target.writestr(part, data)
    return content.getvalue()


def test_what_unpacks_to_too_much_is_refused_unopened() -> None:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            archive.writestr(f"xl/worksheets/sheet{number}.xml", b" " * 9_000_000)
    assert len(content.getvalue()) < 100_000
    assert "unpacks to more than" in refused(content.getvalue(), "quote.xlsx")[""]


def test_entities_macros_and_endless_rows_are_refused() -> None:
    whole = book(HEADER, FIRST)
    entity = _with(whole, "<worksheet", '<!DOCTYPE a [<!ENTITY x "y">]><worksheet')
    assert "entities" in refused(entity, "quote.xlsx")[""]
    content = io.BytesIO(whole)
    with zipfile.ZipFile(content, "a") as archive:
        archive.writestr("xl/vbaProject.bin", b"x")
    assert "macros" in refused(content.getvalue(), "quote.xlsx")[""]
    assert "below row" in refused(_with(whole, '<row r="2"', '<row r="2000000000"'), "quote.xlsx")[""]
    many = comma(HEADER, *[FIRST] * 10_001)
    assert "more than 10,000 rows" in refused(many)[""]
    assert "at most 5,000" in str(refused(comma(HEADER, *[(*FIRST[:3], "", *FIRST[4:])] * 5001)))


def test_what_only_looks_like_a_workbook_is_refused_in_a_sentence() -> None:
    whole = book(HEADER, FIRST)
    for damaged in (whole[:50], whole[:-40], b"PK\x03\x04", whole[:300] + b"xx" + whole[302:]):
        assert refused(damaged, "quote.xlsx")[""]
    assert "password" in refused(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"x" * 600, "quote.xls")[""]


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_can_be_imported_as_it_is(kind: str) -> None:
    template = quote_template(kind)
    quote = read(template.content, template.name)
    assert [line.key for line in quote.offer.lines] == ["press", "care"]
    assert quote.offer.lines[0].price_breaks
    assert [term.name for term in quote.offer.terms] == ["Payment", "Warranty"]


def test_csv_and_xlsx_are_one_quote() -> None:
    one, other = (read(each.content, each.name) for each in map(quote_template, ("csv", "xlsx")))
    assert one.fingerprint == other.fingerprint
