"""Read a spreadsheet as a quote document. A row is a line; the document's own fields stand in further columns."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from portal.errors import Problem, Sentence
from portal.intake.document import Document
from portal.intake.field_errors import format_value
from portal.intake.places import in_column, in_row
from portal.intake.sheet import numbers
from portal.intake.sheet.cell_value import read_cell
from portal.intake.sheet.cells import CellError
from portal.intake.sheet.columns import Column
from portal.intake.sheet.grid import Grid, Row, unreadable
from portal.intake.sheet.header import read_header


def read_sheet(grid: Grid) -> Document:
    """Return the document in the cells; Invalid when there are none."""
    if not grid.rows:
        raise unreadable("It is empty.", "The first row names the columns, each further row is a line.")
    draft = _Draft(grid)
    draft.read()
    refused = frozenset(problem.place for problem in draft.problems)
    return Document(
        draft.fields, draft.problems, [*grid.remarks, *draft.remarks], draft.where, refused=refused
    )


@dataclass
class _Draft:
    """The document while it is read. `places` has cells by JSON pointer, `lines` the row number of each line."""

    grid: Grid
    fields: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    def read(self) -> None:
        columns, header_problems = read_header(self.grid)
        self.problems += header_problems
        rows = self.grid.rows[1:]
        mark = self._decimal_mark(columns, rows)
        for row in rows:
            self._read_row(row, columns, mark)
        self.fields.setdefault("lines", [])

    def where(self, pointer: str) -> str:
        """Return the cell that a pointer leads to, or the nearest part around it."""
        steps = pointer.split("/")[1:]
        for length in range(len(steps), 0, -1):
            if found := self.places.get("/" + "/".join(steps[:length])):
                return found
        if steps[:1] == ["lines"] and len(steps) > 1:
            return in_row(self.lines[int(steps[1])], ".".join(steps[2:]))
        return in_column(".".join(steps)) if steps and steps != ["lines"] else ""

    def _decimal_mark(self, columns: dict[int, Column], rows: Sequence[Row]) -> numbers.Mark:
        """Find the decimal mark of this file; warn when it is a comma."""
        if not self.grid.loose:
            return "."
        cells = [
            (row, column, row.at(at).text)
            for row in rows
            for at, column in columns.items()
            if column.numeric and not row.at(at).wrong
        ]
        mark = numbers.mark_of(text for _, _, text in cells)
        if mark == ",":
            row, column, text = next(each for each in cells if "," in each[2])
            self.remarks.append(
                Problem(
                    in_row(row.number, column.name),
                    Sentence(
                        "Decimals are written with a comma: %(text)s is read as %(number)s.",
                        text=text,
                        number=numbers.with_point(text, mark),
                    ),
                )
            )
        return mark

    def _read_row(self, row: Row, columns: dict[int, Column], mark: numbers.Mark) -> None:
        line: dict[str, Any] = {}
        places: dict[str, str] = {}
        has_line = False
        for at, column in columns.items():
            cell = row.at(at)
            if cell.empty:
                continue
            place = in_row(row.number, column.name)
            has_line = has_line or not column.document
            try:
                value = read_cell(cell, column, mark)
            except CellError as error:
                self._refuse(place, error.message, error.hint)
                value = None
            if column.document:
                self._put_document_field(column, value, place)
            else:
                _put(line, column.path, value)
                places["/" + "/".join(column.path)] = place
        if has_line:
            self._add_line(row, line, places)

    def _add_line(self, row: Row, line: dict[str, Any], places: dict[str, str]) -> None:
        index = len(self.lines)
        self.lines.append(row.number)
        self.places |= {f"/lines/{index}{pointer}": place for pointer, place in places.items()}
        self.fields.setdefault("lines", []).append(line)

    def _put_document_field(self, column: Column, value: Any, place: str) -> None:
        pointer = "/" + "/".join(column.path)
        if column.many:
            known = _at(self.fields, column.path) or []
            new = [each for each in value or [] if each not in known]
            for index, _ in enumerate(new, start=len(known)):
                self.places[f"{pointer}/{index}"] = place
            if known or new:
                _put(self.fields, column.path, [*known, *new])
            return
        known = _at(self.fields, column.path)
        if pointer not in self.places:
            self.places[pointer] = place
            _put(self.fields, column.path, value)
        elif value is not None and known is not None and value != known:
            self._refuse(
                place,
                Sentence(
                    "%(value)s is not what %(places)s says: %(known)s.",
                    value=format_value(value),
                    places=self.places[pointer],
                    known=format_value(known),
                ),
                "It belongs to the whole quote: write it once, or the same on every row.",
            )

    def _refuse(self, place: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(place, message, hint))


def _put(fields: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        fields = fields.setdefault(step, {})
    fields[path[-1]] = value


def _at(fields: dict[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = fields
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value
