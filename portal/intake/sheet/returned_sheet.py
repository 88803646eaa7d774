"""A proposal's sheet that a buyer has filled in, as changes: what differs from the revision it was made of.

Places are cells ("row 8, Quantity"). Only published limits are looked at. Nothing that begins like a formula is taken,
because what a buyer writes is read in spreadsheets again.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from portal.domain.change import change as changing
from portal.domain.change.change import Change
from portal.domain.offer.revision import Line, Offer, Term
from portal.errors import Invalid, Problem, Sentence, either
from portal.intake.fields import shown
from portal.intake.sheet import columns, numbers
from portal.intake.sheet.columns import Unread
from portal.intake.sheet.grid import EMPTY, Cell, Grid, Row, unreadable

HEAD_WITHIN = 20
LONGEST_COMMENT = 2_000
_DIGEST = re.compile(r"[0-9a-f]{64}")
_FORMULA = re.compile(r"['\s]*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"-?\d+([.,]\d+)*")
_READ: Mapping[str, Callable[[Cell], str]] = {
    "quantity": columns.number,
    "unit_price": columns.number,
    "discount_percent": columns.percent,
    "delivery_date": columns.day,
    "value": columns.text,
}
_NUMERIC = ("quantity", "unit_price", "discount_percent")


@dataclass(frozen=True)
class Words:
    """Column by header, in every language there is; and what says yes and no."""

    columns: Mapping[str, str]
    yes: frozenset[str]
    no: frozenset[str]


@dataclass(frozen=True)
class Sheet:
    """The cells of a returned sheet by column; `digest` names the revision it was made of."""

    digest: str
    header: Mapping[str, int]
    titles: Mapping[str, str]
    rows: tuple[Row, ...]
    mark: numbers.Mark

    def cell(self, row: Row, column: str) -> Cell:
        return row.at(self.header[column]) if column in self.header else EMPTY

    def place(self, row: Row, column: str) -> str:
        return f"row {row.number}, {self.titles.get(column, column)}"


@dataclass
class Returned:
    """What a sheet asks. `places` and `reasons` are by change id; `remarks` are told and keep nothing back."""

    changes: list[Change] = field(default_factory=list)
    places: dict[str, str] = field(default_factory=dict)
    reasons: dict[str, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    remarks: list[Problem] = field(default_factory=list)


def sheet_of(grid: Grid, words: Words) -> Sheet:
    """The table in the cells; Invalid when this is no sheet of a proposal."""
    digest = ""
    for at, row in enumerate(grid.rows[:HEAD_WITHIN]):
        texts = [cell.text for cell in row.cells]
        digest = digest or next(filter(_DIGEST.fullmatch, texts), "")
        titles = {words.columns.get(_title(text), ""): text for text in reversed(texts) if text}
        if "key" in titles and "name" in titles:
            header = {name: texts.index(text) for name, text in titles.items() if name}
            rows = grid.rows[at + 1 :]
            return Sheet(digest, header, titles, rows, _mark(grid, header, rows))
    raise unreadable("It is not a sheet of this proposal.", "Download the sheet again, and fill it in.")


def read_returned(sheet: Sheet, base: Offer, words: Words) -> Returned:
    """What differs from `base`, the offer that the sheet was made of."""
    found = Returned()
    first: dict[str, int] = {}
    chosen: dict[str, list[tuple[Line, Cell, str]]] = {}
    for row in sheet.rows:
        key = sheet.cell(row, "key").text
        item = changing.touched(base, key)
        place = sheet.place(row, "key")
        if item is None:
            told = (
                Sentence("%(key)s is no line or term of this proposal.", key=shown(key))
                if key
                else "The row has no key."
            )
            found.problems.append(Problem(place, told, "A new line can be asked for on the page."))
        elif key in first:
            found.problems.append(
                Problem(
                    place,
                    Sentence("Row %(first)s has this key, too.", first=first[key]),
                    "Keep one of the two.",
                )
            )
        else:
            first[key] = row.number
            _Reader(sheet, row, key, item, base, words, found).read(chosen)
    for members in chosen.values():
        _choice(members, words, found)
    return found


@dataclass
class _Reader:
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
            cell = self.sheet.cell(self.row, "include")
            group = chosen.setdefault(self.item.choice_group, [])
            group.append((self.item, cell, self.sheet.place(self.row, "include")))
        elif isinstance(self.item, Line):
            self._include(self.item)
        self._comment(self.found.changes[before:])

    def _asked(self) -> Iterator[tuple[str, str]]:
        """Fields of the row, with what stands in them."""
        names = ("value",) if isinstance(self.item, Term) else (*_NUMERIC, "delivery_date")
        for name in names:
            cell = self.sheet.cell(self.row, name)
            if name not in self.sheet.header or (cell.empty and name == "delivery_date"):
                continue
            try:
                yield name, self._text(cell, name)
            except Unread as error:
                self._refuse(name, error.message, error.hint)

    def _text(self, cell: Cell, name: str) -> str:
        if cell.wrong:
            raise Unread(*cell.wrong)
        if cell.empty:
            raise Unread("The cell is empty.", "Write what was offered, or what you ask for.")
        if name in _NUMERIC and cell.kind == "text":
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
        text = _READ[name](cell)
        offered = changing.current(self.base, Change(subject=self.subject, field=name, value=""))  # type: ignore[arg-type]
        if name == "value" and text.removeprefix("'") == offered:
            return offered
        return safe(text)

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
        cell = self.sheet.cell(self.row, "include")
        if cell.empty:
            return
        try:
            wanted = said(cell, self.words)
        except Unread as error:
            self._refuse("include", error.message, error.hint)
            return
        if wanted != line.selected:
            if "selected" not in changing.buyer_fields(line):
                self._refuse(
                    "include",
                    Sentence("%(name)s is part of the proposal.", name=line.name),
                    "It can't be left out.",
                )
            else:
                value = "true" if wanted else "false"
                self._ask(Change(subject=self.subject, field="selected", value=value), "include")

    def _fixed(self) -> None:
        """What only names the row: changed, it would be asked in vain."""
        offered = {"name": self.item.name} | ({"unit": self.item.unit} if isinstance(self.item, Line) else {})
        for name, text in offered.items():
            cell = self.sheet.cell(self.row, name)
            if cell.wrong or (name in self.sheet.header and _same(cell.text) != _same(text)):
                self._refuse(name, "This can't be changed in the sheet.", "Write it as a comment.")

    def _comment(self, changes: Sequence[Change]) -> None:
        cell = self.sheet.cell(self.row, "comment")
        if cell.empty:
            return
        try:
            if cell.wrong:
                raise Unread(*cell.wrong)
            text = safe(columns.text(cell))
            if len(text) > LONGEST_COMMENT:
                raise Unread(
                    Sentence("The comment has %(length)s characters.", length=len(text)),
                    Sentence("At most %(limit)s fit.", limit=LONGEST_COMMENT),
                )
        except Unread as error:
            self._refuse("comment", error.message, error.hint)
            return
        self.found.reasons |= {change.id: text for change in changes}
        if isinstance(self.item, Line) and self.item.choice_group:
            # What the group chooses is known when all of it is read.
            self.found.reasons[f"{self.subject}:choice"] = text
        elif not changes:
            place = self.sheet.place(self.row, "comment")
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
    return columns.flag(cell)


def safe(text: str) -> str:
    """Text that no spreadsheet takes for a formula; Unread when one would."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        raise Unread(
            Sentence("%(text)s begins like a formula.", text=shown(text)),
            "Begin it with a letter or a digit.",
        )
    return text


def _choice(members: Sequence[tuple[Line, Cell, str]], words: Words, found: Returned) -> None:
    """One of a group is asked for by a yes beside it; the one offered may keep its yes or lose it."""
    wanted: list[tuple[Line, str]] = []
    denied = None
    for line, cell, place in members:
        try:
            yes = line.selected if cell.empty else said(cell, words)
        except Unread as error:
            found.problems.append(Problem(place, error.message, error.hint))
            return
        if yes and not line.selected:
            wanted.append((line, place))
        if line.selected and not yes:
            denied = place
    if len(wanted) > 1:
        names = ", ".join(line.name for line, _ in wanted)
        found.problems.append(
            Problem(wanted[1][1], Sentence("%(names)s exclude each other.", names=names), "Say yes to one.")
        )
    elif wanted:
        ((line, place),) = wanted
        change = Change(subject=f"line:{line.key}", field="choice", value="true")
        found.changes.append(change)
        found.places[change.id] = place
    elif denied:
        found.problems.append(Problem(denied, "One of the group has to be chosen.", "Say yes to another."))


def _mark(grid: Grid, header: Mapping[str, int], rows: Sequence[Row]) -> numbers.Mark:
    if not grid.loose:
        return "."
    cells = [row.at(header[name]) for row in rows for name in (*_NUMERIC, "net") if name in header]
    return numbers.mark_of(cell.text for cell in cells)


def _title(text: str) -> str:
    return text.partition("(")[0].rstrip(" %").strip().casefold()


def _same(text: str) -> str:
    return " ".join(text.removeprefix("'").split())
