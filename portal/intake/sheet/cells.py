"""How a cell of a quote's spreadsheet is read, by kind of value. Several values of one cell are parted by semicolons or
line breaks."""

import re
from typing import Any

from portal.errors import Invalid, Sentence
from portal.intake.contact import parse_contact
from portal.intake.fields import shown
from portal.intake.sheet.grid import Cell

YES, NO = (
    frozenset({"true", "yes", "x", "1", "ja", "wahr"}),
    frozenset({"false", "no", "0", "nein", "falsch"}),
)
_PARTS = re.compile(r"[;\n]")
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)


class Unread(ValueError):
    """A cell that says nothing its column understands: message and hint."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def text(cell: Cell) -> str:
    if cell.kind == "day":
        raise Unread(
            Sentence("The spreadsheet has made the day %(text)s of this.", text=cell.text),
            "Format the cell as text, type it again.",
        )
    return cell.text


def number(cell: Cell) -> str:
    if cell.kind in ("day", "flag"):
        raise Unread(
            Sentence("This is not a number: %(text)s.", text=cell.text),
            "Format the cell as a number, type it again.",
        )
    if cell.percent:
        raise Unread("The cell is formatted as percent.", "Format it as a plain number.")
    return cell.text


def percent(cell: Cell) -> str:
    if cell.kind == "number" and cell.percent:
        return _scaled(cell.text)
    return number(cell).removesuffix("%").strip()


def _scaled(text: str) -> str:
    """A hundred times a plain decimal, digit by digit."""
    sign, digits = ("-", text[1:]) if text.startswith("-") else ("", text)
    whole, _, places = digits.partition(".")
    places = places.ljust(2, "0")
    return f"{sign}{(whole + places[:2]).lstrip('0') or '0'}" + (f".{places[2:]}" if places[2:] else "")


def whole(cell: Cell) -> int:
    written = number(cell)
    if not _WHOLE.fullmatch(written):
        raise Unread(
            Sentence("%(written)s is not a whole number.", written=shown(written)),
            "Write it without a point, such as 12.",
        )
    return int(written)


def flag(cell: Cell) -> bool:
    """Yes or no, as people and spreadsheets write it; Unread when it is neither."""
    said = cell.text.casefold()
    if said in YES or said in NO:
        return said in YES
    raise Unread(Sentence("%(text)s is neither yes nor no.", text=shown(cell.text)), "Write yes or no.")


def day(cell: Cell) -> str:
    if cell.kind == "number":
        raise Unread(
            Sentence("%(text)s is a number, not a day.", text=cell.text), "Format the cell as a date."
        )
    return cell.text


def texts(cell: Cell) -> list[str]:
    return [part.strip() for part in _PARTS.split(text(cell)) if part.strip()]


def names(cell: Cell) -> list[str]:
    """None of them is said with "none" or a dash; an empty cell says nothing."""
    named = [each for part in texts(cell) for each in part.replace(",", " ").split()]
    return [each for each in named if each.lower() not in ("none", "-")]


def breaks(cell: Cell) -> list[dict[str, str]]:
    return [_pair(part, "from", "unit_price", "5:17900; 10:17500", first=True) for part in texts(cell)]


def steps(cell: Cell) -> list[dict[str, str]]:
    return [_pair(part, "label", "amount", "List price:18000; Discount:-500") for part in texts(cell)]


def _pair(part: str, left: str, right: str, example: str, *, first: bool = False) -> dict[str, str]:
    before, colon, after = part.partition(":") if first else part.rpartition(":")
    if not colon:
        raise Unread(
            Sentence("%(part)s has no colon.", part=shown(part)),
            Sentence("Write it like %(example)s.", example=example),
        )
    return {left: before.strip(), right: after.strip()}


def contacts(cell: Cell) -> list[dict[str, str]]:
    return [_contact(part) for part in texts(cell)]


def _contact(part: str) -> dict[str, str]:
    try:
        found = parse_contact(part)
    except Invalid as error:
        first = error.problems[0]
        raise Unread(first.message, first.hint or "Write Anna Berg <anna@example.com>:signer.") from None
    return {"name": found.name, "email": found.email, "role": found.role}


def terms(cell: Cell) -> list[dict[str, Any]]:
    return [_term(line.strip()) for line in text(cell).split("\n") if line.strip()]


def _term(line: str) -> dict[str, Any]:
    name, colon, values = line.partition(":")
    if not colon:
        raise Unread(
            Sentence("%(line)s has no colon.", line=shown(line)),
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
        raise Unread(
            Sentence("%(part)s is no adjustment.", part=shown(part)),
            "Write discount: Frame contract: 3% or charge: Freight: 250.",
        )
    measure = measure.strip()
    name = "percent" if measure.endswith("%") else "amount"
    return {"kind": kind.strip().lower(), "label": label.strip(), name: measure.removesuffix("%").strip()}
