"""One row of a proposal's sheet that came back, as changes. Nothing that begins like a formula is taken, because what a
buyer writes is read in spreadsheets again."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from portal.domain.change import change as changing
from portal.domain.change.change import Change
from portal.domain.change.field_spec import NUMBERS, FieldSpec
from portal.domain.offer.revision import Line, Offer, Term
from portal.errors import Invalid, Problem, Sentence, either
from portal.intake.fields import shown
from portal.intake.sheet import cells, numbers
from portal.intake.sheet.cells import Unread
from portal.intake.sheet.columns import READ
from portal.intake.sheet.grid import Cell, Row
from portal.intake.sheet.proposal_columns import COMMENT, FIELDS, INCLUDE
from portal.intake.sheet.returned_table import Sheet, Words

LONGEST_COMMENT = 2_000
_FORMULA = re.compile(r"['\s]*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"-?\d+([.,]\d+)*")


@dataclass
class Returned:
    """What a sheet asks. `places` and `reasons` are by change id; `remarks` are told and keep nothing back."""

    changes: list[Change] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)


@dataclass
class RowReader:
    """One row of the sheet."""

    sheet: Sheet
    row: Row
    subject: str
    item: Line | Term
    base: Offer
    words: Words
    found: Returned

    def read(self, chosen: dict[str, list[tuple[Line, Cell, str]]]) -> None:
        self._fixed()
        before = len(self.found.changes)
        for name, text in self._asked():
            self._change(name, text)
        if isinstance(self.item, Line) and self.item.choice_group:
            cell = self.sheet.cell(self.row, INCLUDE)
            group = chosen.setdefault(self.item.choice_group, [])
            group.append((self.item, cell, self.sheet.place(self.row, INCLUDE)))
        elif isinstance(self.item, Line):
            self._include(self.item)
        self._comment(self.found.changes[before:])

    def _asked(self) -> Iterator[tuple[str, str]]:
        """Fields of the row, with what stands in them."""
        for row in FIELDS:
            cell = self.sheet.cell(self.row, row.key)
            if row.of is not type(self.item) or row.key not in self.sheet.header:
                continue
            if cell.empty and row.optional:
                continue
            try:
                yield row.key, self._text(cell, row)
            except Unread as error:
                self._refuse(row.key, error.message, error.hint)

    def _text(self, cell: Cell, row: FieldSpec) -> str:
        if cell.wrong:
            raise Unread(*cell.wrong)
        if cell.empty:
            raise Unread("The cell is empty.", "Write what was offered, or what you ask for.")
        if row.kind in NUMBERS and cell.kind == "text":
            try:
                cell = Cell(numbers.with_point(cell.text, self.sheet.mark))
            except numbers.Ambiguous as error:
                raise Unread(
                    Sentence(
                        "%(text)s can be read as %(readings)s.",
                        text=shown(cell.text),
                        readings=either(error.args),
                    ),
                    "Write one of the two.",
                ) from None
        text, offered = str(READ[row.kind](cell)), row.current(self.item)
        # What was guarded on its way out comes back as it is.
        return offered if row.kind == "text" and text.removeprefix("'") == offered else safe(text)

    def _change(self, name: str, text: str) -> None:
        try:
            change = changing.spell(self.base, self.subject, name, text)
        except Invalid as error:
            self.found.problems += [
                Problem(self.sheet.place(self.row, name), each.message, each.hint) for each in error.problems
            ]
            return
        if change.value != changing.current(self.base, change):
            self._ask(change, name)

    def _include(self, line: Line) -> None:
        cell = self.sheet.cell(self.row, INCLUDE)
        if cell.empty:
            return
        try:
            wanted = said(cell, self.words)
        except Unread as error:
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
                self._ask(Change(subject=self.subject, field="selected", value=value), INCLUDE)

    def _fixed(self) -> None:
        """What only names the row: changed, it would be asked in vain."""
        offered = {"name": self.item.name} | ({"unit": self.item.unit} if isinstance(self.item, Line) else {})
        for name, text in offered.items():
            cell = self.sheet.cell(self.row, name)
            if cell.wrong or (name in self.sheet.header and _same(cell.text) != _same(text)):
                self._refuse(name, "This can't be changed in the sheet.", "Write it as a comment.")

    def _comment(self, changes: Sequence[Change]) -> None:
        cell = self.sheet.cell(self.row, COMMENT)
        if cell.empty:
            return
        try:
            if cell.wrong:
                raise Unread(*cell.wrong)
            text = safe(cells.text(cell))
            if len(text) > LONGEST_COMMENT:
                raise Unread(
                    Sentence("The comment has %(length)s characters.", length=len(text)),
                    Sentence("At most %(limit)s fit.", limit=LONGEST_COMMENT),
                )
        except Unread as error:
            self._refuse(COMMENT, error.message, error.hint)
            return
        self.found.reasons |= {change.id: text for change in changes}
        if isinstance(self.item, Line) and self.item.choice_group:
            # What the group chooses is known when all of it is read.
            self.found.reasons[f"{self.subject}:choice"] = text
        elif not changes:
            place = self.sheet.place(self.row, COMMENT)
            told = Sentence(
                "This comment stands beside nothing that was changed and is not taken over: %(text)s",
                text=shown(text, 200),
            )
            self.found.remarks.append(Problem(place, told, "Write it on the page, at the line."))

    def _ask(self, change: Change, column: str) -> None:
        self.found.changes.append(change)
        self.found.places[change.id] = self.sheet.place(self.row, column)

    def _refuse(self, column: str, message: str, hint: str) -> None:
        self.found.problems.append(Problem(self.sheet.place(self.row, column), message, hint))


def said(cell: Cell, words: Words) -> bool:
    """Yes or no in any language there is; Unread when it is neither."""
    text = cell.text.casefold()
    if text in words.yes or text in words.no:
        return text in words.yes
    if cell.wrong:
        raise Unread(*cell.wrong)
    return cells.flag(cell)


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula; Unread when one would."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        raise Unread(
            Sentence("%(text)s begins like a formula.", text=shown(text)),
            "Begin it with a letter or a digit.",
        )
    return text


def _same(text: str) -> str:
    return " ".join(text.removeprefix("'").split())
