"""Read CSV: commas, semicolons or tabs; UTF-8, or Windows-1252 with a warning.

Encoding and delimiter are detected. Quoting follows RFC 4180.
"""

import csv
import io
from collections.abc import Iterator

from portal.errors import Problem, Sentence
from portal.intake.places import in_row
from portal.intake.sheet.grid import MAX_CELLS, MAX_COLUMNS, Cell, Grid, Row, append_row, formula, unreadable

DELIMITERS = (",", ";", "\t")


def read_csv(data: bytes) -> Grid:
    """Return the cells of a CSV file, all as text; Invalid when it is not CSV."""
    text, remarks = _decode(data)
    text, delimiter = _detect_delimiter(text)
    rows: list[Row] = []
    cells = 0
    for number, values in _read_records(text, delimiter):
        if len(values) > MAX_COLUMNS:
            raise unreadable(
                Sentence(
                    "Row %(number)s has more than %(limit)s columns.",
                    number=number,
                    limit=MAX_COLUMNS,
                ),
                "Leave columns out.",
            )
        cells += len(values)
        if cells > MAX_CELLS:
            raise unreadable(Sentence("It has more than %(limit)s cells.", limit=MAX_CELLS), "Split it.")
        append_row(rows, Row(number, tuple(map(_cell, values))))
    return Grid(tuple(rows), remarks, loose=delimiter != ",")


def _decode(data: bytes) -> tuple[str, list[Problem]]:
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        place = error.start
    try:
        text = data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise unreadable(
            Sentence(
                "It is neither in UTF-8 (byte %(first)s) nor in Windows-1252 (byte %(second)s).",
                first=place + 1,
                second=error.start + 1,
            ),
            "Save it again as CSV UTF-8.",
        ) from None
    told = "The file is not in UTF-8; it was read as Windows-1252."
    return text, [Problem("", told, "Look at names with accents, or save it again as CSV UTF-8.")]


def _detect_delimiter(text: str) -> tuple[str, str]:
    """Return the text and its delimiter: from Excel's own first line (sep=;), else the most frequent in the first row."""
    first, _, rest = text.lstrip("\r\n").partition("\n")
    stated = first.strip().lower()
    if stated.startswith("sep=") and stated[4:] in DELIMITERS:
        # The line stays as a blank row, so that rows have the same numbers as in Excel.
        return "\n" + rest, stated[4:]
    bare = "".join(first.split('"')[::2])
    return text, max(DELIMITERS, key=bare.count)


def _read_records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, values in enumerate(records, start=1):
            yield number, values
    except csv.Error as error:
        raise unreadable(
            Sentence("Row %(number)s is not CSV: %(error)s.", number=number + 1, error=str(error)),
            "Look at its quotation marks.",
            in_row(number + 1),
        ) from None


def _cell(value: str) -> Cell:
    text = value.strip()
    return Cell(text, wrong=formula("")) if text.startswith("=") else Cell(text)
