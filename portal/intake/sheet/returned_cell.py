"""One cell of a returned proposal sheet: yes or no, and text."""

import re

from portal.errors import Sentence
from portal.intake.field_errors import format_value
from portal.intake.sheet import cells
from portal.intake.sheet.cells import CellError
from portal.intake.sheet.grid import Cell
from portal.intake.sheet.returned_table import Words

_FORMULA = re.compile(r"['\s]*[=+\-@\t\r＝＋－＠]")
_NUMBER = re.compile(r"-?\d+([.,]\d+)*")


def read_flag(cell: Cell, words: Words) -> bool:
    """Read yes or no in any supported language; CellError when it is neither."""
    text = cell.text.casefold()
    if text in words.yes or text in words.no:
        return text in words.yes
    if cell.wrong:
        raise CellError(*cell.wrong)
    return cells.flag(cell)


def check_formula(text: str) -> str:
    """Return the text; CellError when a spreadsheet would take it for a formula."""
    if _FORMULA.match(text) and not _NUMBER.fullmatch(text):
        raise CellError(
            Sentence("%(text)s begins like a formula.", text=format_value(text)),
            "Begin it with a letter or a digit.",
        )
    return text


def normalise(text: str) -> str:
    """Return the text without the export's apostrophe and repeated spaces, for comparison."""
    return " ".join(text.removeprefix("'").split())
