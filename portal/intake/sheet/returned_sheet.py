"""Read a proposal sheet that a buyer has filled in as changes to the revision that it was made of.

Places are cells ("row 8, Quantity"). Only published limits are checked.
"""

from collections.abc import Sequence

from portal.domain.change.change import Change
from portal.domain.change.items import find_line_or_term
from portal.domain.offer.revision import Line, Offer
from portal.errors import Problem, Sentence
from portal.intake.field_errors import format_value
from portal.intake.sheet.cells import CellError
from portal.intake.sheet.grid import Cell
from portal.intake.sheet.returned_cell import read_flag
from portal.intake.sheet.returned_row import RowReader, SheetChanges
from portal.intake.sheet.returned_table import Sheet, Words

# So many are enough to see that it is another sheet.
MAX_PROBLEMS = 200


def read_returned(sheet: Sheet, base: Offer, words: Words) -> SheetChanges:
    """Return the differences from `base`, the offer that the sheet was made of."""
    result = SheetChanges()
    first: dict[str, int] = {}
    chosen: dict[str, list[tuple[Line, Cell, str]]] = {}
    for row in sheet.rows:
        if len(result.problems) >= MAX_PROBLEMS:
            result.problems.append(Problem("", "The rest was not looked at."))
            break
        key = sheet.cell(row, "key").text
        item = find_line_or_term(base, key)
        place = sheet.place(row, "key")
        if item is None:
            message = (
                Sentence("%(key)s is no line or term of this proposal.", key=format_value(key))
                if key
                else "The row has no key."
            )
            result.problems.append(Problem(place, message, "A new line can be asked for on the page."))
        elif key in first:
            result.problems.append(
                Problem.of(
                    place, "Row %(first)s has this key, too.", "Keep one of the two.", first=first[key]
                )
            )
        else:
            first[key] = row.number
            RowReader(sheet, row, key, item, base, words, result).read(chosen)
    for members in chosen.values():
        _read_choice(members, words, result)
    return result


def _read_choice(members: Sequence[tuple[Line, Cell, str]], words: Words, result: SheetChanges) -> None:
    """Read the choice of a group: a yes at another line asks for it, whether the offered line still says yes or not."""
    wanted: list[tuple[Line, str]] = []
    denied = None
    for line, cell, place in members:
        try:
            yes = line.selected if cell.empty else read_flag(cell, words)
        except CellError as error:
            result.problems.append(Problem(place, error.message, error.hint))
            return
        if yes and not line.selected:
            wanted.append((line, place))
        if line.selected and not yes:
            denied = place
    if len(wanted) > 1:
        names = ", ".join(line.name for line, _ in wanted)
        result.problems.append(
            Problem.of(wanted[1][1], "%(names)s exclude each other.", "Say yes to one.", names=names)
        )
    elif wanted:
        ((line, place),) = wanted
        change = Change(subject=f"line:{line.key}", field="choice", value="true")
        result.changes.append(change)
        result.places[change.id] = place
    elif denied:
        result.problems.append(Problem(denied, "One of the group has to be chosen.", "Say yes to another."))
