"""A spreadsheet as rows of cells, the same for every file format. Formulas are refused, not computed.

The `text` of a cell is spelled the same in every format: numbers with a point, dates in ISO 8601, flags as true and false.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from portal.errors import Invalid, Problem, Sentence

Kind = Literal["text", "number", "day", "flag"]
MAX_ROWS, MAX_COLUMNS, MAX_CELLS = 10_000, 200, 300_000
VALUES_ONLY = "Put the value in its place (copy, then paste as values)."


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell. `percent`: the number is a share, 0.05 for 5 %. `wrong`: message and hint when the cell can't be read."""

    text: str = ""
    kind: Kind = "text"
    percent: bool = False
    wrong: tuple[str, str] | None = None

    @property
    def empty(self) -> bool:
        return not self.text and self.wrong is None


EMPTY = Cell()


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` counts from 1, blank rows included, as a spreadsheet shows it."""

    number: int
    cells: tuple[Cell, ...]

    def at(self, column: int) -> Cell:
        return self.cells[column] if column < len(self.cells) else EMPTY


@dataclass(frozen=True)
class Grid:
    """The rows of a sheet. `loose`: numbers are text with either decimal mark; see `numbers`."""

    rows: tuple[Row, ...]
    remarks: Sequence[Problem] = ()
    loose: bool = False


def letter(column: int) -> str:
    """Return the name of a column, counted from 0, in a spreadsheet: A to Z, AA and so on."""
    before, last = divmod(column, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + last)


def unreadable(message: str, hint: str = "", place: str = "") -> Invalid:
    """Return the error for a file that is not a spreadsheet, or is too large."""
    return Invalid(
        "The sheet cannot be read. %(problem)s %(hint)s" if hint else "The sheet cannot be read. %(problem)s",
        [Problem(place, message, hint)],
        problem=Sentence(message),
        hint=Sentence(hint),
    )


def append_row(rows: list[Row], row: Row) -> None:
    """Append a row unless it is blank; Invalid when there are too many."""
    if all(cell.empty for cell in row.cells):
        return
    if len(rows) == MAX_ROWS:
        raise unreadable(Sentence("It has more than %(limit)s rows.", limit=MAX_ROWS), "Split it.")
    rows.append(row)


def formula(name: str) -> tuple[str, str]:
    """Return message and hint for a formula; `name` is that of the cell, such as C4, or ""."""
    return Sentence(
        "Cell %(name)s holds a formula.", name=name
    ) if name else "This is a formula.", VALUES_ONLY
