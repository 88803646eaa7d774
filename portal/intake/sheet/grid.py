"""A spreadsheet as rows of cells, whatever kind of file it came in. Nothing in it is computed: formulas are refused by name.

A cell's `text` has one spelling for all kinds of file: numbers with a point, days in ISO 8601, flags as true and false.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from portal.errors import Invalid, Problem, Sentence

Kind = Literal["text", "number", "day", "flag"]
MOST_ROWS, MOST_COLUMNS, MOST_CELLS = 10_000, 200, 300_000
VALUES_ONLY = "Put the value in its place (copy, then paste as values)."


@dataclass(frozen=True, slots=True)
class Cell:
    """`percent`: the number stands for a share, 0.05 for 5 %. `wrong`: message and hint why the cell can't be read."""

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
    """`number` counts from 1, blank rows included, as a spreadsheet shows it."""

    number: int
    cells: tuple[Cell, ...]

    def at(self, column: int) -> Cell:
        return self.cells[column] if column < len(self.cells) else EMPTY


@dataclass(frozen=True)
class Grid:
    """`loose`: numbers are text, and either mark may part their decimals; see `numbers`."""

    rows: tuple[Row, ...]
    remarks: Sequence[Problem] = ()
    loose: bool = False


def letter(column: int) -> str:
    """A column, counted from 0, as spreadsheets call it: A to Z, AA and so on."""
    before, last = divmod(column, 26)
    return (letter(before - 1) if before else "") + chr(ord("A") + last)


def unreadable(message: str, hint: str = "", place: str = "") -> Invalid:
    """The error for a file that is no spreadsheet, or too much of one."""
    return Invalid(
        "The sheet cannot be read. %(problem)s %(hint)s" if hint else "The sheet cannot be read. %(problem)s",
        [Problem(place, message, hint)],
        problem=Sentence(message),
        hint=Sentence(hint),
    )


def kept(rows: list[Row], row: Row) -> None:
    """Add a row that says something; Invalid when there are more than are read."""
    if all(cell.empty for cell in row.cells):
        return
    if len(rows) == MOST_ROWS:
        raise unreadable(Sentence("It has more than %(limit)s rows.", limit=MOST_ROWS), "Split it.")
    rows.append(row)


def formula(name: str) -> tuple[str, str]:
    """The refusal of a formula; `name` is the cell's, such as C4, or ""."""
    return Sentence(
        "Cell %(name)s holds a formula.", name=name
    ) if name else "This is a formula.", VALUES_ONLY
