"""XLSX (ECMA-376) as cells. What the archive claims is weighed before anything of it is unpacked; nothing is executed.

Formulas are refused by the name of their cell, and the values that Excel keeps beside them are not trusted. Numbers pass
through Excel as binary fractions: the shortest decimal that stands for the same fraction is what was typed.
"""

import io
import math
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import load_workbook

from portal.errors import Invalid, Sentence
from portal.intake.sheet.grid import (
    EMPTY,
    MOST_CELLS,
    MOST_COLUMNS,
    Cell,
    Grid,
    Row,
    formula,
    kept,
    letter,
    unreadable,
)

START = b"PK\x03\x04"
# An old Excel file, or one behind a password (both are OLE compound files).
OLD = b"\xd0\xcf\x11\xe0"
UNPACKED, PARTS = 30 * 1024 * 1024, 500
LAST_ROW = 50_000
PLACES = 6
_ENTITIES = tuple("<!DOCTYPE".encode(coding) for coding in ("ascii", "utf-16-le", "utf-16-be"))


def read_xlsx(data: bytes, *, unpacked: int = UNPACKED) -> Grid:
    """The cells of the first visible sheet; Invalid when it is no workbook, or one that is not read.

    `unpacked`: most bytes that its parts may come to together.
    """
    _weigh(data, unpacked)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        try:
            shown = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            if not shown:
                raise unreadable("The workbook has no sheet with cells.")
            return Grid(tuple(_rows(shown[0])))
        finally:
            book.close()
    except Invalid:
        raise
    except Exception as error:
        # The reader of a damaged workbook raises whatever the damage leads to.
        raise unreadable(
            Sentence("The workbook is damaged (%(name)s).", name=type(error).__name__),
            "Save it again as .xlsx.",
        ) from error


def _weigh(data: bytes, most: int) -> None:
    """Refuse what would unpack to too much, carries programs, or declares entities; sizes come before any unpacking."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            # A part never unpacks to more than it claims here: the reader stops there.
            if len(parts) > PARTS or sum(part.file_size for part in parts) > most:
                raise unreadable(
                    Sentence("The workbook unpacks to more than %(most)s MB.", most=most >> 20), "Split it."
                )
            for part in parts:
                if part.flag_bits & 1:
                    raise unreadable("The workbook is encrypted.", "Save it without a password.")
                if "vbaproject" in part.filename.lower():
                    raise unreadable("The workbook carries macros.", "Save it as .xlsx, without macros.")
                if _declares(archive.read(part)):
                    raise unreadable(
                        Sentence("%(filename)s declares entities.", filename=repr(part.filename)),
                        "Save it again as .xlsx.",
                    )
    except Invalid:
        raise
    except Exception as error:
        raise unreadable("It begins like a workbook and is damaged.", "Save it again as .xlsx.") from error


def _declares(xml: bytes) -> bool:
    return any(mark in xml for mark in _ENTITIES)


def _rows(sheet: Any) -> list[Row]:
    # What a sheet says of its own size is not believed.
    sheet.reset_dimensions()
    rows: list[Row] = []
    cells = 0
    for number, found in enumerate(sheet.iter_rows(), start=1):
        if number > LAST_ROW:
            raise unreadable(
                Sentence("It goes on below row %(last_row)s.", last_row=LAST_ROW),
                "Delete the rows below the last line.",
            )
        if len(found) > MOST_COLUMNS and any(cell.value is not None for cell in found[MOST_COLUMNS:]):
            raise unreadable(
                Sentence(
                    "Row %(number)s has more than %(limit)s columns.",
                    number=number,
                    limit=MOST_COLUMNS,
                ),
                "Leave columns out.",
            )
        cells += len(found)
        if cells > MOST_CELLS:
            raise unreadable(Sentence("It has more than %(limit)s cells.", limit=MOST_CELLS), "Split it.")
        if found:
            named = enumerate(found[:MOST_COLUMNS])
            kept(
                rows,
                Row(number, tuple(_cell(cell, f"{letter(at)}{number}") for at, cell in named)),
            )
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
    return _read(value, name, percent="%" in (cell.number_format or ""))


def _read(value: Any, name: str, *, percent: bool) -> Cell:
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
    if not isinstance(exponent, int) or exponent < -(PLACES + 2 * percent):
        return Cell(
            wrong=(
                Sentence(
                    "Cell %(name)s holds %(value)s, which has more than %(places)s decimal places.",
                    name=name,
                    value=repr(value),
                    places=PLACES,
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
