"""A spreadsheet as a quote document: one row a line, the document's own fields beside them, every problem at its cell."""

from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from portal.errors import Problem, Sentence, either
from portal.intake.document import Document
from portal.intake.fields import shown
from portal.intake.sheet import numbers
from portal.intake.sheet.cells import Unread
from portal.intake.sheet.columns import COLUMNS, SPELLINGS, Column, spelled
from portal.intake.sheet.grid import Cell, Grid, Row, letter, unreadable

# As many known names in the first row make a text a table.
ENOUGH = 2
_NUMBERS = frozenset({"from", "unit_price", "amount", "percent"})


def looks_like_a_table(first: str) -> bool:
    """Whether the first line of a text names columns of a quote."""
    for delimiter in ",;\t":
        names = [spelled(part.strip().strip('"')) for part in first.split(delimiter)]
        if sum(name in SPELLINGS for name in names) >= ENOUGH:
            return True
    return False


def read_sheet(grid: Grid) -> Document:
    """The document behind the cells; Invalid when there are none."""
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
    """The document while it is read. `places` and `lines` lead from JSON pointers back to cells and rows."""

    grid: Grid
    fields: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    lines: list[int] = field(default_factory=list)

    def read(self) -> None:
        header, *rows = self.grid.rows
        columns = self._columns(header)
        mark = self._mark(columns, rows)
        for row in rows:
            self._row(row, columns, mark)
        self.fields.setdefault("lines", [])

    def where(self, pointer: str) -> str:
        """The cell that a pointer leads to, or the nearest around it."""
        steps = pointer.split("/")[1:]
        for length in range(len(steps), 0, -1):
            if found := self.places.get("/" + "/".join(steps[:length])):
                return found
        if steps[:1] == ["lines"] and len(steps) > 1:
            row = f"row {self.lines[int(steps[1])]}"
            return f"{row}, {'.'.join(steps[2:])}" if steps[2:] else row
        return f"column {'.'.join(steps)}" if steps and steps != ["lines"] else ""

    def _columns(self, header: Row) -> dict[int, Column]:
        found: dict[int, Column] = {}
        first: dict[str, int] = {}
        for at, cell in enumerate(header.cells):
            if cell.wrong:
                self._refuse(f"row {header.number}, column {letter(at)}", *cell.wrong)
                continue
            column = SPELLINGS.get(spelled(cell.text))
            named = cell.text if cell.text.isprintable() and len(cell.text) < 40 else ""
            place = f"row {header.number}, {named or f'column {letter(at)}'}"
            if column is None:
                if cell.text:
                    self._refuse(
                        place,
                        Sentence("%(text)s is not a column here.", text=shown(cell.text)),
                        _nearest(cell.text),
                    )
            elif column.name in first:
                self._refuse(
                    place,
                    Sentence("The column %(name)s stands here twice.", name=column.name),
                    "Keep one of the two.",
                )
            else:
                found[at] = column
                first[column.name] = at
        self._unnamed(header)
        return found

    def _unnamed(self, header: Row) -> None:
        for row in self.grid.rows[1:]:
            for at, cell in enumerate(row.cells):
                if not cell.empty and header.at(at).empty:
                    self._refuse(
                        f"row {row.number}, column {letter(at)}",
                        "The column has no name.",
                        "Name it in the first row.",
                    )
                    return

    def _mark(self, columns: dict[int, Column], rows: list[Row]) -> numbers.Mark:
        """How this file writes decimals; told when it is not the way of programs."""
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
                    f"row {row.number}, {column.name}",
                    Sentence(
                        "Decimals are written with a comma: %(text)s is read as %(number)s.",
                        text=text,
                        number=numbers.with_point(text, mark),
                    ),
                )
            )
        return mark

    def _row(self, row: Row, columns: dict[int, Column], mark: numbers.Mark) -> None:
        line: dict[str, Any] = {}
        places: dict[str, str] = {}
        begun = False
        for at, column in columns.items():
            cell = row.at(at)
            if cell.empty:
                continue
            place = f"row {row.number}, {column.name}"
            begun = begun or not column.document
            try:
                value = _value(cell, column, mark)
            except Unread as error:
                self._refuse(place, error.message, error.hint)
                value = None
            if column.document:
                self._of_document(column, value, place)
            else:
                _put(line, column.path, value)
                places["/" + "/".join(column.path)] = place
        if begun:
            self._line(row, line, places)

    def _line(self, row: Row, line: dict[str, Any], places: dict[str, str]) -> None:
        index = len(self.lines)
        self.lines.append(row.number)
        self.places |= {f"/lines/{index}{pointer}": place for pointer, place in places.items()}
        self.fields.setdefault("lines", []).append(line)

    def _of_document(self, column: Column, value: Any, place: str) -> None:
        pointer = "/" + "/".join(column.path)
        if column.many:
            known = _at(self.fields, column.path) or []
            fresh = [each for each in value or [] if each not in known]
            for index, _ in enumerate(fresh, start=len(known)):
                self.places[f"{pointer}/{index}"] = place
            if known or fresh:
                _put(self.fields, column.path, [*known, *fresh])
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
                    value=shown(value),
                    places=self.places[pointer],
                    known=shown(known),
                ),
                "It belongs to the whole quote: write it once, or the same on every row.",
            )

    def _refuse(self, place: str, message: str, hint: str = "") -> None:
        self.problems.append(Problem(place, message, hint))


def _value(cell: Cell, column: Column, mark: numbers.Mark) -> Any:
    if cell.wrong:
        raise Unread(*cell.wrong)
    if cell.kind != "text" or mark == ".":
        return column.read(cell)
    try:
        if column.numeric:
            return column.read(Cell(numbers.with_point(cell.text, mark)))
        return _with_points(column.read(cell), mark)
    except numbers.Ambiguous as error:
        raise Unread(
            Sentence(
                "%(text)s can be read as %(readings)s.", text=shown(cell.text), readings=either(error.args)
            ),
            "Write one of the two.",
        ) from None


def _with_points(value: Any, mark: numbers.Mark) -> Any:
    """Price breaks and the like hold numbers inside their cell."""
    if not isinstance(value, list):
        return value
    return [
        {name: numbers.with_point(part, mark) if name in _NUMBERS else part for name, part in each.items()}
        if isinstance(each, dict)
        else each
        for each in value
    ]


def _put(fields: dict[str, Any], path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        fields = fields.setdefault(step, {})
    fields[path[-1]] = value


def _at(fields: dict[str, Any], path: tuple[str, ...]) -> Any:
    value: Any = fields
    for step in path:
        value = value.get(step) if isinstance(value, dict) else None
    return value


def _nearest(name: str) -> str:
    near = get_close_matches(spelled(name)[:100], list(COLUMNS), n=1, cutoff=0.6)
    return (
        Sentence('Did you mean "%(near)s"?', near=near[0])
        if near
        else "Take the column out, or name it as the template does."
    )
