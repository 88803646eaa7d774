"""The value of a cell in a quote's sheet, with numbers in the decimal mark of the file."""

from typing import Any

from portal.errors import Sentence, either
from portal.intake.field_errors import format_value
from portal.intake.sheet import numbers
from portal.intake.sheet.cells import CellError
from portal.intake.sheet.columns import Column
from portal.intake.sheet.grid import Cell

# Fields that are numbers, of the objects in a cell with a list.
_NUMBERS = frozenset({"from", "unit_price", "amount", "percent"})


def read_cell(cell: Cell, column: Column, mark: numbers.Mark) -> Any:
    """Return the value for the quote document. CellError when the column does not understand the cell."""
    if cell.wrong:
        raise CellError(*cell.wrong)
    if cell.kind != "text" or mark == ".":
        return column.read(cell)
    try:
        if column.numeric:
            return column.read(Cell(numbers.with_point(cell.text, mark)))
        return _normalise_numbers(column.read(cell), mark)
    except numbers.AmbiguousNumber as error:
        raise CellError(
            Sentence(
                "%(text)s can be read as %(readings)s.",
                text=format_value(cell.text),
                readings=either(error.args),
            ),
            "Write one of the two.",
        ) from None


def _normalise_numbers(value: Any, mark: numbers.Mark) -> Any:
    """Give the numbers of a list a decimal point; price breaks and the like hold numbers inside their cell."""
    if not isinstance(value, list):
        return value
    return [
        {name: numbers.with_point(part, mark) if name in _NUMBERS else part for name, part in each.items()}
        if isinstance(each, dict)
        else each
        for each in value
    ]
