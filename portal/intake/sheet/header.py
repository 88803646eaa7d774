"""The first row of a sheet, which names the columns of a quote."""

from collections.abc import Sequence
from difflib import get_close_matches

from portal.errors import Problem, Sentence
from portal.intake.field_errors import format_value
from portal.intake.places import in_column, in_row
from portal.intake.sheet.columns import COLUMNS, SPELLINGS, Column, normalise_header
from portal.intake.sheet.grid import Grid, Row, letter

# A first row with this many known names is a header.
MIN_NAMES = 2


def is_header(first_line: str) -> bool:
    """Whether the first line of a text names columns of a quote."""
    for delimiter in ",;\t":
        names = [normalise_header(part.strip().strip('"')) for part in first_line.split(delimiter)]
        if sum(name in SPELLINGS for name in names) >= MIN_NAMES:
            return True
    return False


def read_header(grid: Grid) -> tuple[dict[int, Column], list[Problem]]:
    """Return the known columns by position, and a problem for each column that is not known or repeated."""
    header, *rows = grid.rows
    columns: dict[int, Column] = {}
    problems: list[Problem] = []
    for at, cell in enumerate(header.cells):
        if cell.wrong:
            problems.append(Problem(in_row(header.number, in_column(letter(at))), *cell.wrong))
            continue
        column = SPELLINGS.get(normalise_header(cell.text))
        named = cell.text if cell.text.isprintable() and len(cell.text) < 40 else ""
        place = in_row(header.number, named or in_column(letter(at)))
        if column is None:
            if cell.text:
                message = Sentence("%(text)s is not a column here.", text=format_value(cell.text))
                problems.append(Problem(place, message, _suggest_name(cell.text)))
        elif column in columns.values():
            message = Sentence("The column %(name)s stands here twice.", name=column.name)
            problems.append(Problem(place, message, "Keep one of the two."))
        else:
            columns[at] = column
    return columns, [*problems, *_problems_of_unnamed(header, rows)]


def _problems_of_unnamed(header: Row, rows: Sequence[Row]) -> list[Problem]:
    """Return a problem for the first cell in a column without a name."""
    for row in rows:
        for at, cell in enumerate(row.cells):
            if not cell.empty and header.at(at).empty:
                place = in_row(row.number, in_column(letter(at)))
                return [Problem(place, "The column has no name.", "Name it in the first row.")]
    return []


def _suggest_name(name: str) -> str:
    near = get_close_matches(normalise_header(name)[:100], list(COLUMNS), n=1, cutoff=0.6)
    return (
        Sentence('Did you mean "%(near)s"?', near=near[0])
        if near
        else "Take the column out, or name it as the template does."
    )
