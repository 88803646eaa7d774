"""CSV as spreadsheets and programs write it: commas, semicolons or tabs; UTF-8, or Windows-1252, which is then told.

Which characters a file is in and what parts its cells are found out, never asked. Quoting is RFC 4180's.
"""

import csv
import io
from collections.abc import Iterator

from portal.errors import Problem, Sentence
from portal.intake.sheet.grid import MOST_CELLS, MOST_COLUMNS, Cell, Grid, Row, formula, kept, unreadable

DELIMITERS = (",", ";", "\t")


def read_csv(data: bytes) -> Grid:
    """The cells of a CSV file, all of them text; Invalid when it is none."""
    text, remarks = _decoded(data)
    text, delimiter = _delimited(text)
    rows: list[Row] = []
    cells = 0
    for number, values in _records(text, delimiter):
        if len(values) > MOST_COLUMNS:
            raise unreadable(
                Sentence(
                    "Row %(number)s has more than %(limit)s columns.",
                    number=number,
                    limit=MOST_COLUMNS,
                ),
                "Leave columns out.",
            )
        cells += len(values)
        if cells > MOST_CELLS:
            raise unreadable(Sentence("It has more than %(limit)s cells.", limit=MOST_CELLS), "Split it.")
        kept(rows, Row(number, tuple(map(_cell, values))))
    return Grid(tuple(rows), remarks, loose=delimiter != ",")


def _decoded(data: bytes) -> tuple[str, list[Problem]]:
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


def _delimited(text: str) -> tuple[str, str]:
    """The text and what parts its cells: as Excel's own first line says (sep=;), else what the first row has most of."""
    first, _, rest = text.lstrip("\r\n").partition("\n")
    stated = first.strip().lower()
    if stated.startswith("sep=") and stated[4:] in DELIMITERS:
        # Kept as a blank row, so that rows are counted as Excel counts them.
        return "\n" + rest, stated[4:]
    bare = "".join(first.split('"')[::2])
    return text, max(DELIMITERS, key=bare.count)


def _records(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 0
    try:
        for number, values in enumerate(records, start=1):
            yield number, values
    except csv.Error as error:
        raise unreadable(
            Sentence("Row %(number)s is not CSV: %(error)s.", number=number + 1, error=str(error)),
            "Look at its quotation marks.",
            f"row {number + 1}",
        ) from None


def _cell(value: str) -> Cell:
    text = value.strip()
    return Cell(text, wrong=formula("")) if text.startswith("=") else Cell(text)
