"""Read XLSX (ECMA-376) as cells. The size of the archive is checked before it is unpacked; nothing in it is executed.

Formulas are refused by the name of their cell, and the values that Excel caches beside them are not trusted. Excel stores
numbers as binary floats: the shortest decimal with the same float is the number that was typed.
"""

import io
import math
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from portal.errors import Invalid, Sentence
from portal.intake.sheet.grid import (
    EMPTY,
    MAX_CELLS,
    MAX_COLUMNS,
    Cell,
    Grid,
    Row,
    append_row,
    formula,
    letter,
    unreadable,
)
from portal.intake.sheet.xlsx_archive import MAX_UNPACKED_BYTES, check_archive

XLSX_MAGIC = b"PK\x03\x04"
# An old Excel file, or one with a password: both are OLE compound files.
OLE_MAGIC = b"\xd0\xcf\x11\xe0"
LAST_ROW = 50_000
MAX_PLACES = 6


def read_xlsx(data: bytes, *, max_unpacked: int = MAX_UNPACKED_BYTES) -> Grid:
    """Return the cells of the first visible sheet. Invalid when it is not a workbook, or not one that may be read.

    `max_unpacked`: the most bytes that all parts together may have.
    """
    check_archive(data, max_unpacked)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            visible = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            if not visible:
                raise unreadable("The workbook has no sheet with cells.")
            return Grid(tuple(_rows(visible[0])))
        finally:
            book.close()
    except Invalid:
        raise
    except Exception as error:
        # openpyxl raises any kind of exception for a damaged workbook.
        raise unreadable(
            Sentence("The workbook is damaged (%(name)s).", name=type(error).__name__),
            "Save it again as .xlsx.",
        ) from error


def _rows(sheet: Any) -> list[Row]:
    # The size that a sheet states is not trusted.
    sheet.reset_dimensions()
    rows: list[Row] = []
    cells = 0
    for number, row in enumerate(sheet.iter_rows(), start=1):
        if number > LAST_ROW:
            raise unreadable(
                Sentence("It goes on below row %(last_row)s.", last_row=LAST_ROW),
                "Delete the rows below the last line.",
            )
        if len(row) > MAX_COLUMNS and any(cell.value is not None for cell in row[MAX_COLUMNS:]):
            raise unreadable(
                Sentence(
                    "Row %(number)s has more than %(limit)s columns.",
                    number=number,
                    limit=MAX_COLUMNS,
                ),
                "Leave columns out.",
            )
        cells += len(row)
        if cells > MAX_CELLS:
            raise unreadable(Sentence("It has more than %(limit)s cells.", limit=MAX_CELLS), "Split it.")
        if row:
            read_cells = (_cell(cell, f"{letter(at)}{number}") for at, cell in enumerate(row[:MAX_COLUMNS]))
            append_row(rows, Row(number, tuple(read_cells)))
    return rows


def _cell(cell: Any, name: str) -> Cell:
    value = cell.value
    if value is None:
        return EMPTY
    if cell.data_type == "f" or (isinstance(value, str) and value.lstrip().startswith("=")):
        return Cell(wrong=formula(name))
    if cell.data_type == "e":
        return Cell(
            wrong=(
                Sentence("Cell %(name)s holds the error %(value)s.", name=name, value=value),
                "Correct it in the sheet.",
            )
        )
    return _read_value(value, name, percent="%" in (cell.number_format or ""))


def _read_value(value: Any, name: str, *, percent: bool) -> Cell:
    match value:
        case bool():
            return Cell("true" if value else "false", "flag")
        case int() | float():
            return _number(value, name, percent=percent)
        case datetime() | date():
            return _day(value, name)
        case str():
            return Cell(value.strip())
    return Cell(
        wrong=(
            Sentence("Cell %(name)s holds a time, which is nothing a sheet here has.", name=name),
            "Take it out.",
        )
    )


def _number(value: int | float, name: str, *, percent: bool) -> Cell:
    if isinstance(value, int):
        return Cell(str(value), "number", percent=percent)
    if not math.isfinite(value):
        return Cell(
            wrong=(
                Sentence("Cell %(name)s holds no number that can be counted with.", name=name),
                "Correct it.",
            )
        )
    exact = Decimal(repr(value))
    exponent = exact.normalize().as_tuple().exponent
    if not isinstance(exponent, int) or exponent < -(MAX_PLACES + 2 * percent):
        return Cell(
            wrong=(
                Sentence(
                    "Cell %(name)s holds %(value)s, which has more than %(places)s decimal places.",
                    name=name,
                    value=repr(value),
                    places=MAX_PLACES,
                ),
                "Round it in the sheet, or type the figure that is meant.",
            )
        )
    return Cell(f"{exact.normalize():f}", "number", percent=percent)


def _day(value: datetime | date, name: str) -> Cell:
    if isinstance(value, datetime):
        if value.time() != time():
            return Cell(
                wrong=(
                    Sentence("Cell %(name)s holds a day with a time of day.", name=name),
                    "Write the day alone.",
                )
            )
        value = value.date()
    return Cell(value.isoformat(), "day")
