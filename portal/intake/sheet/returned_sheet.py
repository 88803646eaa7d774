"""A proposal's sheet that a buyer has filled in, as changes: what differs from the revision it was made of.

Places are cells ("row 8, Quantity"). Only published limits are looked at.
"""

from collections.abc import Sequence

from portal.domain.change.change import Change
from portal.domain.change.items import find_line_or_term
from portal.domain.offer.revision import Line, Offer
from portal.errors import Problem, Sentence
from portal.intake.fields import shown
from portal.intake.sheet.cells import Unread
from portal.intake.sheet.grid import Cell
from portal.intake.sheet.returned_row import Returned, RowReader, said
from portal.intake.sheet.returned_table import Sheet, Words


def read_returned(sheet: Sheet, base: Offer, words: Words) -> Returned:
    """What differs from `base`, the offer that the sheet was made of."""
    found = Returned()
    first: dict[str, int] = {}
    chosen: dict[str, list[tuple[Line, Cell, str]]] = {}
    for row in sheet.rows:
        key = sheet.cell(row, "key").text
        item = find_line_or_term(base, key)
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
            RowReader(sheet, row, key, item, base, words, found).read(chosen)
    for members in chosen.values():
        _choice(members, words, found)
    return found


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
