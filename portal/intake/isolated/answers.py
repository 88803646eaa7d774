"""How a child process tells what it read, or why it could not, with sentences that can still be translated.

msgspec writes a `Sentence` as its English text; here it keeps its message and its named values.
"""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TypeAlias

import msgspec

from portal.errors import Amount, Invalid, Problem, Sentence, Value
from portal.intake.sheet.grid import EMPTY, Cell, Grid, Kind, Row


class SentencePart(msgspec.Struct, frozen=True, tag="sentence"):
    message: str
    plural: str
    values: "dict[str, Part]"


class TextPart(msgspec.Struct, frozen=True, tag="text"):
    text: str


class IntegerPart(msgspec.Struct, frozen=True, tag="integer"):
    value: int


class DecimalPart(msgspec.Struct, frozen=True, tag="decimal"):
    value: Decimal


class AmountPart(msgspec.Struct, frozen=True, tag="amount"):
    value: Decimal
    currency: str


class DayPart(msgspec.Struct, frozen=True, tag="day"):
    value: date


Part: TypeAlias = SentencePart | TextPart | IntegerPart | DecimalPart | AmountPart | DayPart


class ProblemPart(msgspec.Struct, frozen=True):
    place: Part
    message: Part
    hint: Part


class RefusalPart(msgspec.Struct, frozen=True):
    sentence: Part
    problems: list[ProblemPart]


class CellPart(msgspec.Struct, frozen=True, array_like=True):
    text: str
    kind: Kind
    percent: bool
    wrong: tuple[Part, Part] | None


class GridPart(msgspec.Struct, frozen=True):
    """`rows`: the number of each, and its cells; a plain text stands for itself."""

    rows: list[tuple[int, list[str | CellPart]]]
    remarks: list[ProblemPart]
    loose: bool


def part_of(value: Value) -> Part:
    match value:
        case Sentence():
            named = {name: part_of(each) for name, each in value.values.items()}
            return SentencePart(value.message, value.plural, named)
        case str():
            return TextPart(value)
        case Amount():
            return AmountPart(value.value, value.currency)
        case Decimal():
            return DecimalPart(value)
        case date():
            return DayPart(value)
    return IntegerPart(int(value))


def value_of(part: Part) -> Value:
    match part:
        case SentencePart(message, plural, values):
            named = {name: value_of(each) for name, each in values.items()}
            if not plural:
                return Sentence(message, **named)
            count = named.pop("count")
            assert isinstance(count, int)
            return Sentence.of_count(message, plural, count, **named)
        case TextPart(text):
            return text
        case AmountPart(value, currency):
            return Amount(value, currency)
    return part.value


def problem_parts(problems: Iterable[Problem]) -> list[ProblemPart]:
    return [ProblemPart(part_of(each.place), part_of(each.message), part_of(each.hint)) for each in problems]


def problems_of(parts: Iterable[ProblemPart]) -> tuple[Problem, ...]:
    return tuple(Problem(_text(each.place), _text(each.message), _text(each.hint)) for each in parts)


def refusal_part(error: Invalid) -> RefusalPart:
    return RefusalPart(part_of(error.sentence), problem_parts(error.problems))


def refusal_of(part: RefusalPart) -> Invalid:
    return Invalid(_text(part.sentence), problems_of(part.problems))


def grid_part(grid: Grid) -> GridPart:
    rows = [(row.number, [_cell_part(cell) for cell in row.cells]) for row in grid.rows]
    return GridPart(rows, problem_parts(grid.remarks), grid.loose)


def grid_of(part: GridPart) -> Grid:
    rows = tuple(Row(number, tuple(map(_cell_of, cells))) for number, cells in part.rows)
    return Grid(rows, problems_of(part.remarks), part.loose)


def _cell_part(cell: Cell) -> str | CellPart:
    if cell.kind == "text" and not cell.percent and cell.wrong is None:
        return cell.text
    wrong = (part_of(cell.wrong[0]), part_of(cell.wrong[1])) if cell.wrong else None
    return CellPart(cell.text, cell.kind, cell.percent, wrong)


def _cell_of(part: str | CellPart) -> Cell:
    if isinstance(part, str):
        return Cell(part) if part else EMPTY
    wrong = (_text(part.wrong[0]), _text(part.wrong[1])) if part.wrong else None
    return Cell(part.text, part.kind, part.percent, wrong)


def _text(part: Part) -> str:
    value = value_of(part)
    assert isinstance(value, str)
    return value
