"""The table in a returned proposal sheet: its columns by their headings, in any language, and its rows."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from portal.domain.change.field_spec import NUMBERS
from portal.domain.change.fields import spec
from portal.intake.places import in_row
from portal.intake.sheet import numbers
from portal.intake.sheet.grid import EMPTY, Cell, Grid, Row, unreadable
from portal.intake.sheet.proposal_columns import COLUMNS, COMMENT, INCLUDE

MAX_HEAD_ROWS = 20
_DIGEST = re.compile(r"[0-9a-f]{64}")
_NUMERIC = [name for name in COLUMNS if name not in (INCLUDE, COMMENT) and spec(name).kind in NUMBERS]


@dataclass(frozen=True)
class Words:
    """Columns by header and the words for yes and no, in every supported language."""

    columns: Mapping[str, str]
    yes: frozenset[str]
    no: frozenset[str]


@dataclass(frozen=True)
class Sheet:
    """The cells of a returned sheet by column. `digest` identifies the revision that it was made of."""

    digest: str
    header: Mapping[str, int]
    titles: Mapping[str, str]
    rows: tuple[Row, ...]
    mark: numbers.Mark

    def cell(self, row: Row, column: str) -> Cell:
        return row.at(self.header[column]) if column in self.header else EMPTY

    def place(self, row: Row, column: str) -> str:
        return in_row(row.number, self.titles.get(column, column))


def sheet_of(grid: Grid, words: Words) -> Sheet:
    """Find the table in the cells; Invalid when this is not a proposal sheet."""
    digest = ""
    for at, row in enumerate(grid.rows[:MAX_HEAD_ROWS]):
        texts = [cell.text for cell in row.cells]
        digest = digest or next(filter(_DIGEST.fullmatch, texts), "")
        titles = {words.columns.get(_normalise_title(text), ""): text for text in reversed(texts) if text}
        if "key" in titles and "name" in titles:
            header = {name: texts.index(text) for name, text in titles.items() if name}
            rows = grid.rows[at + 1 :]
            return Sheet(digest, header, titles, rows, _decimal_mark(grid, header, rows))
    raise unreadable("It is not a sheet of this proposal.", "Download the sheet again, and fill it in.")


def _decimal_mark(grid: Grid, header: Mapping[str, int], rows: Sequence[Row]) -> numbers.Mark:
    if not grid.loose:
        return "."
    cells = [row.at(header[name]) for row in rows for name in _NUMERIC if name in header]
    return numbers.mark_of(cell.text for cell in cells)


def _normalise_title(text: str) -> str:
    return text.partition("(")[0].rstrip(" %").strip().casefold()
