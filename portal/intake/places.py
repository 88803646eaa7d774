"""The places of a file as a person reads them: "row 12, quantity". Their English is part of the API's answers."""

from portal.errors import Sentence


def in_row(row: int, column: str = "") -> Sentence:
    """Return the place in a sheet. `column` is a name, or `in_column` for one without."""
    if not column:
        return Sentence("row %(row)s", row=str(row))
    return Sentence("row %(row)s, %(column)s", row=str(row), column=column)


def in_column(letter: str) -> Sentence:
    return Sentence("column %(letter)s", letter=letter)


def in_line(line: int, column: int | None = None) -> Sentence:
    """Return the place in a text."""
    if column is None:
        return Sentence("line %(line)s", line=str(line))
    return Sentence("line %(line)s, column %(column)s", line=str(line), column=str(column))


def at_byte(number: int) -> Sentence:
    return Sentence("byte %(number)s", number=str(number))
