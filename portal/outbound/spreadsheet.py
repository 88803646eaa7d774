"""Write rows as an XLSX workbook: values only, without formulas, macros and external links.

Text that a spreadsheet program could take for a formula gets a leading apostrophe, as in CSV, and is stored as text.
Numbers with more digits than a float keeps exactly are written as text.
"""

import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.worksheet.datavalidation import DataValidation

from portal.outbound.export import guard_formula

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Significant decimal digits that an 8-byte float always keeps.
EXACT_DIGITS = 15
_HEAD = PatternFill("solid", fgColor="E4E9F2")
_OPEN = PatternFill("solid", fgColor="FFF6D6")
_PLAIN, _BOLD = Font(), Font(bold=True)
_WRAPPED = Alignment(vertical="top", wrap_text=True)

Value = str | Decimal | date | int | None


@dataclass(frozen=True)
class OutputCell:
    """One cell. `open`: it is marked, and may be edited in a protected sheet. `among`: the values to choose from."""

    value: Value = None
    open: bool = False
    among: tuple[str, ...] = ()
    bold: bool = False


@dataclass(frozen=True)
class Page:
    """One sheet of a workbook. `head`: the numbers of heading rows, counted from 1."""

    name: str
    rows: Sequence[Sequence[OutputCell]]
    widths: Sequence[int] = ()
    head: frozenset[int] = frozenset({1})
    protected: bool = False


def write_xlsx(pages: Iterable[Page]) -> bytes:
    """Return the workbook's bytes."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for page in pages:
        _write(book.create_sheet(page.name), page)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def plain_rows(rows: Iterable[Sequence[Value]]) -> list[list[OutputCell]]:
    return [[OutputCell(value) for value in row] for row in rows]


def _write(sheet: Any, page: Page) -> None:
    choices: Mapping[tuple[str, ...], DataValidation] = {}
    choices = {among: _choice(among) for row in page.rows for among in [cell.among for cell in row] if among}
    for number, row in enumerate(page.rows, start=1):
        for at, cell in enumerate(row, start=1):
            place = sheet.cell(row=number, column=at)
            _fill(place, cell, headed=number in page.head)
            if cell.among:
                choices[cell.among].add(place)
    for choice in choices.values():
        sheet.add_data_validation(choice)
    for at, width in enumerate(page.widths):
        sheet.column_dimensions[chr(ord("A") + at)].width = width
    if page.head:
        sheet.freeze_panes = f"A{max(page.head) + 1}"
    if page.protected:
        # This helps the reader and is no security: a returned sheet is checked cell by cell.
        sheet.protection.sheet = True
        sheet.protection.formatColumns = sheet.protection.formatRows = False


def _choice(among: tuple[str, ...]) -> DataValidation:
    listed = ",".join(each.replace('"', '""') for each in among)
    return DataValidation(type="list", formula1=f'"{listed}"', allow_blank=True)


def _fill(place: Any, cell: OutputCell, *, headed: bool) -> None:
    value = cell.value
    if isinstance(value, Decimal):
        digits = value.normalize().as_tuple().digits
        value = value if len(digits) <= EXACT_DIGITS else f"{value:f}"
    if isinstance(value, str):
        place.value = guard_formula(value)
        # Text, even when it looks like a number or a formula.
        place.data_type = "s"
        place.alignment = _WRAPPED
    else:
        place.value = value
    place.font = _BOLD if headed or cell.bold else _PLAIN
    if headed:
        place.fill = _HEAD
    if cell.open:
        place.fill = _OPEN
        place.protection = Protection(locked=False)
