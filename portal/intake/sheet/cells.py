"""Read a cell of a quote's spreadsheet, by kind of value.

Several values in one cell are separated by semicolons or line breaks.
"""

import re
from typing import Any

from portal.errors import Invalid, Sentence
from portal.intake.contact import parse_contact
from portal.intake.field_errors import format_value
from portal.intake.sheet.grid import Cell

YES, NO = (
    frozenset({"true", "yes", "x", "1", "ja", "wahr"}),
    frozenset({"false", "no", "0", "nein", "falsch"}),
)
_PARTS = re.compile(r"[;\n]")
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)


class CellError(ValueError):
    """A cell that its column does not understand: message and hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def text(cell: Cell) -> str:
    if cell.kind == "day":
        raise CellError(
            Sentence("The spreadsheet has made the day %(text)s of this.", text=cell.text),
            "Format the cell as text, type it again.",
        )
    return cell.text


def number(cell: Cell) -> str:
    if cell.kind in ("day", "flag"):
        raise CellError(
            Sentence("This is not a number: %(text)s.", text=cell.text),
            "Format the cell as a number, type it again.",
        )
    if cell.percent:
        raise CellError("The cell is formatted as percent.", "Format it as a plain number.")
    return cell.text


def percent(cell: Cell) -> str:
    if cell.kind == "number" and cell.percent:
        return _times_hundred(cell.text)
    return number(cell).removesuffix("%").strip()


def _times_hundred(text: str) -> str:
    """Multiply a decimal by 100 by moving its point, which is exact."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, places = digits.partition(".")
    places = places.ljust(2, "0")
    return f"{sign}{(whole + places[:2]).lstrip('0') or '0'}" + (f".{places[2:]}" if places[2:] else "")


def integer(cell: Cell) -> int:
    written = number(cell)
    if not _WHOLE.fullmatch(written):
        raise CellError(
            Sentence("%(written)s is not a whole number.", written=format_value(written)),
            "Write it without a point, such as 12.",
        )
    return int(written)


def flag(cell: Cell) -> bool:
    """Read yes or no as people and spreadsheets write it; CellError when it is neither."""
    word = cell.text.casefold()
    if word in YES or word in NO:
        return word in YES
    raise CellError(
        Sentence("%(text)s is neither yes nor no.", text=format_value(cell.text)), "Write yes or no."
    )


def day(cell: Cell) -> str:
    if cell.kind == "number":
        raise CellError(
            Sentence("%(text)s is a number, not a day.", text=cell.text), "Format the cell as a date."
        )
    return cell.text


def texts(cell: Cell) -> list[str]:
    return [part.strip() for part in _PARTS.split(text(cell)) if part.strip()]


def names(cell: Cell) -> list[str]:
    """Read field names. "none" or a dash means none of them; an empty cell uses the default."""
    words = [each for part in texts(cell) for each in part.replace(",", " ").split()]
    return [each for each in words if each.lower() not in ("none", "-")]


def breaks(cell: Cell) -> list[dict[str, str]]:
    return [_pair(part, "from", "unit_price", "5:17900; 10:17500", first=True) for part in texts(cell)]


def steps(cell: Cell) -> list[dict[str, str]]:
    return [_pair(part, "label", "amount", "List price:18000; Discount:-500") for part in texts(cell)]


def _pair(part: str, left: str, right: str, example: str, *, first: bool = False) -> dict[str, str]:
    before, colon, after = part.partition(":") if first else part.rpartition(":")
    if not colon:
        raise CellError(
            Sentence("%(part)s has no colon.", part=format_value(part)),
            Sentence("Write it like %(example)s.", example=example),
        )
    return {left: before.strip(), right: after.strip()}


def contacts(cell: Cell) -> list[dict[str, str]]:
    return [_contact(part) for part in texts(cell)]


def _contact(part: str) -> dict[str, str]:
    try:
        contact = parse_contact(part)
    except Invalid as error:
        first = error.problems[0]
        raise CellError(first.message, first.hint or "Write Anna Berg <anna@example.com>:signer.") from None
    return {"name": contact.name, "email": contact.email, "role": contact.role}


def terms(cell: Cell) -> list[dict[str, Any]]:
    return [_term(line.strip()) for line in text(cell).split("\n") if line.strip()]


def _term(line: str) -> dict[str, Any]:
    name, colon, values = line.partition(":")
    if not colon:
        raise CellError(
            Sentence("%(line)s has no colon.", line=format_value(line)),
            "Write Payment: 30 days net | 14 days net, a term a line.",
        )
    value, *others = (part.strip() for part in values.split("|"))
    return {"name": name.strip(), "value": value} | ({"options": [value, *others]} if others else {})


def adjustments(cell: Cell) -> list[dict[str, str]]:
    return [_adjustment(part) for part in texts(cell)]


def _adjustment(part: str) -> dict[str, str]:
    kind, _, rest = part.partition(":")
    label, colon, measure = rest.rpartition(":")
    if not colon:
        raise CellError(
            Sentence("%(part)s is no adjustment.", part=format_value(part)),
            "Write discount: Frame contract: 3% or charge: Freight: 250.",
        )
    measure = measure.strip()
    name = "percent" if measure.endswith("%") else "amount"
    return {"kind": kind.strip().lower(), "label": label.strip(), name: measure.removesuffix("%").strip()}
