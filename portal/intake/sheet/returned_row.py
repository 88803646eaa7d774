"""Read one row of a returned proposal sheet as changes.

Text that begins like a formula is refused, because what a buyer writes is exported to spreadsheets again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from portal.domain.change import change as changing
from portal.domain.change.change import Change
from portal.domain.change.field_spec import NUMBERS, FieldSpec
from portal.domain.offer.revision import Line, Offer, Term
from portal.errors import Invalid, Problem, Sentence, either
from portal.intake.field_errors import format_value
from portal.intake.sheet import cells, numbers
from portal.intake.sheet.cells import CellError
from portal.intake.sheet.columns import READ
from portal.intake.sheet.grid import Cell, Row
from portal.intake.sheet.proposal_columns import COMMENT, FIELDS, INCLUDE
from portal.intake.sheet.returned_cell import check_formula, normalise, read_flag
from portal.intake.sheet.returned_table import Sheet, Words

LONGEST_COMMENT = 2_000


@dataclass
class SheetChanges:
    """The changes of a sheet. `places` and `reasons` are by change id; `remarks` are warnings."""

    changes: list[Change] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)


@dataclass
class RowReader:
    """Reads one row of the sheet into `result`."""

    sheet: Sheet
    row: Row
    subject: str
    item: Line | Term
    base: Offer
    words: Words
    result: SheetChanges

    def read(self, chosen: dict[str, list[tuple[Line, Cell, str]]]) -> None:
        self._check_fixed_cells()
        before = len(self.result.changes)
        for name, text in self._filled_fields():
            self._read_change(name, text)
        if isinstance(self.item, Line) and self.item.choice_group:
            cell = self.sheet.cell(self.row, INCLUDE)
            group = chosen.setdefault(self.item.choice_group, [])
            group.append((self.item, cell, self.sheet.place(self.row, INCLUDE)))
        elif isinstance(self.item, Line):
            self._read_include(self.item)
        self._read_comment(self.result.changes[before:])

    def _filled_fields(self) -> Iterator[tuple[str, str]]:
        """Yield the fields of the row with their text."""
        for row in FIELDS:
            cell = self.sheet.cell(self.row, row.key)
            if row.of is not type(self.item) or row.key not in self.sheet.header:
                continue
            if cell.empty and row.optional:
                continue
            try:
                yield row.key, self._read_text(cell, row)
            except CellError as error:
                self._refuse(row.key, error.message, error.hint)

    def _read_text(self, cell: Cell, row: FieldSpec) -> str:
        if cell.wrong:
            raise CellError(*cell.wrong)
        if cell.empty:
            raise CellError("The cell is empty.", "Write what was offered, or what you ask for.")
        if row.kind in NUMBERS and cell.kind == "text":
            try:
                cell = Cell(numbers.with_point(cell.text, self.sheet.mark))
            except numbers.AmbiguousNumber as error:
                raise CellError(
                    Sentence(
                        "%(text)s can be read as %(readings)s.",
                        text=format_value(cell.text),
                        readings=either(error.args),
                    ),
                    "Write one of the two.",
                ) from None
        text, offered = str(READ[row.kind](cell)), row.current(self.item)
        # The export put an apostrophe before text that looks like a formula.
        return offered if row.kind == "text" and text.removeprefix("'") == offered else check_formula(text)

    def _read_change(self, name: str, text: str) -> None:
        try:
            change = changing.spell(self.base, self.subject, name, text)
        except Invalid as error:
            self.result.problems += [
                Problem(self.sheet.place(self.row, name), each.message, each.hint) for each in error.problems
            ]
            return
        if change.value != changing.current(self.base, change):
            self._add_change(change, name)

    def _read_include(self, line: Line) -> None:
        cell = self.sheet.cell(self.row, INCLUDE)
        if cell.empty:
            return
        try:
            wanted = read_flag(cell, self.words)
        except CellError as error:
            self._refuse(INCLUDE, error.message, error.hint)
            return
        if wanted != line.selected:
            if "selected" not in changing.buyer_fields(line):
                self._refuse(
                    INCLUDE,
                    Sentence("%(name)s is part of the proposal.", name=line.name),
                    "It can't be left out.",
                )
            else:
                value = "true" if wanted else "false"
                self._add_change(Change(subject=self.subject, field="selected", value=value), INCLUDE)

    def _check_fixed_cells(self) -> None:
        """Refuse a change of name or unit, which are not negotiable."""
        offered = {"name": self.item.name} | ({"unit": self.item.unit} if isinstance(self.item, Line) else {})
        for name, text in offered.items():
            cell = self.sheet.cell(self.row, name)
            if cell.wrong or (name in self.sheet.header and normalise(cell.text) != normalise(text)):
                self._refuse(name, "This can't be changed in the sheet.", "Write it as a comment.")

    def _read_comment(self, changes: Sequence[Change]) -> None:
        cell = self.sheet.cell(self.row, COMMENT)
        if cell.empty:
            return
        try:
            if cell.wrong:
                raise CellError(*cell.wrong)
            text = check_formula(cells.text(cell))
            if len(text) > LONGEST_COMMENT:
                raise CellError(
                    Sentence("The comment has %(length)s characters.", length=len(text)),
                    Sentence("At most %(limit)s fit.", limit=LONGEST_COMMENT),
                )
        except CellError as error:
            self._refuse(COMMENT, error.message, error.hint)
            return
        self.result.reasons |= {change.id: text for change in changes}
        if isinstance(self.item, Line) and self.item.choice_group:
            # The choice of the group is known once all its rows are read.
            self.result.reasons[f"{self.subject}:choice"] = text
        elif not changes:
            place = self.sheet.place(self.row, COMMENT)
            warning = Sentence(
                "This comment stands beside nothing that was changed and is not taken over: %(text)s",
                text=format_value(text, 200),
            )
            self.result.remarks.append(Problem(place, warning, "Write it on the page, at the line."))

    def _add_change(self, change: Change, column: str) -> None:
        self.result.changes.append(change)
        self.result.places[change.id] = self.sheet.place(self.row, column)

    def _refuse(self, column: str, message: str, hint: str) -> None:
        self.result.problems.append(Problem(self.sheet.place(self.row, column), message, hint))
