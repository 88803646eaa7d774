"""The columns of a quote as a spreadsheet: their names (CONTRACT, "Quote document"), and how a cell of each is read.

A column is named as the field is, with points for what is nested: `tax.rate`, `buyer.company`. Capitals, spaces and
underscores make no difference, and `tax_rate` or a bare `min_quantity` is understood. Fields of the document stand in a
column of their own, once or on every row. Several values of one cell are parted by semicolons or line breaks.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from portal.errors import Invalid, Sentence
from portal.intake.contact import parse_contact
from portal.intake.fields import shown
from portal.intake.sheet.grid import Cell

Read = Callable[[Cell], Any]
YES, NO = (
    frozenset({"true", "yes", "x", "1", "ja", "wahr"}),
    frozenset({"false", "no", "0", "nein", "falsch"}),
)
_PARTS = re.compile(r"[;\n]")
_WHOLE = re.compile(r"-?\d{1,9}", re.ASCII)


class Column(NamedTuple):
    """`path` leads into the quote document (into the line, unless `document`). `many`: each row adds to a list."""

    path: tuple[str, ...]
    read: Read
    numeric: bool = False
    document: bool = False
    many: bool = False

    @property
    def name(self) -> str:
        return ".".join(self.path)


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


def _whole(cell: Cell) -> int:
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


def _list(cell: Cell) -> list[str]:
    return [part.strip() for part in _PARTS.split(text(cell)) if part.strip()]


def _names(cell: Cell) -> list[str]:
    """None of them is said with "none" or a dash; an empty cell says nothing."""
    named = [each for part in _list(cell) for each in part.replace(",", " ").split()]
    return [each for each in named if each.lower() not in ("none", "-")]


def _breaks(cell: Cell) -> list[dict[str, str]]:
    return [_pair(part, "from", "unit_price", "5:17900; 10:17500", first=True) for part in _list(cell)]


def _steps(cell: Cell) -> list[dict[str, str]]:
    return [_pair(part, "label", "amount", "List price:18000; Discount:-500") for part in _list(cell)]


def _pair(part: str, left: str, right: str, example: str, *, first: bool = False) -> dict[str, str]:
    before, colon, after = part.partition(":") if first else part.rpartition(":")
    if not colon:
        raise Unread(
            Sentence("%(part)s has no colon.", part=shown(part)),
            Sentence("Write it like %(example)s.", example=example),
        )
    return {left: before.strip(), right: after.strip()}


def _contacts(cell: Cell) -> list[dict[str, str]]:
    return [_contact(part) for part in _list(cell)]


def _contact(part: str) -> dict[str, str]:
    try:
        found = parse_contact(part)
    except Invalid as error:
        first = error.problems[0]
        raise Unread(first.message, first.hint or "Write Anna Berg <anna@example.com>:signer.") from None
    return {"name": found.name, "email": found.email, "role": found.role}


def _terms(cell: Cell) -> list[dict[str, Any]]:
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


def _adjustments(cell: Cell) -> list[dict[str, str]]:
    return [_adjustment(part) for part in _list(cell)]


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


def _of(read: Read, names: str, **more: Any) -> dict[str, Column]:
    return {name: Column(tuple(name.split(".")), read, **more) for name in names.split()}


_ADDRESS = ("street", "street2", "city", "region", "postcode", "country")
_PARTIES = " ".join(
    f"{party}.address.{part}" for party in ("seller", "buyer", "delivery") for part in _ADDRESS
)

LINE: Mapping[str, Column] = {
    **_of(text, "key sku name description section"),
    **_of(number, "quantity", numeric=True),
    **_of(text, "unit"),
    **_of(number, "unit_price price_base_quantity list_price", numeric=True),
    **_of(percent, "discount_percent", numeric=True),
    **_of(text, "billing"),
    **_of(_whole, "periods"),
    **_of(text, "tax.category"),
    **_of(percent, "tax.rate", numeric=True),
    **_of(text, "tax.reason tax.reason_code"),
    **_of(_steps, "why"),
    **_of(text, "explanation"),
    **_of(_list, "includes"),
    **_of(flag, "optional selected"),
    **_of(text, "choice_group"),
    **_of(_names, "negotiable"),
    **_of(number, "bounds.min_quantity bounds.max_quantity bounds.step", numeric=True),
    **_of(_breaks, "price_breaks"),
    **_of(_whole, "lead_time_days"),
    **_of(text, "fulfilment"),
    **_of(
        number,
        "private.unit_cost private.floor_unit_price private.auto_accept_unit_price",
        numeric=True,
    ),
}
DOCUMENT: Mapping[str, Column] = {
    **_of(text, "external_id title currency", document=True),
    **_of(day, "valid_until", document=True),
    **_of(text, "language introduction seller.name seller.tax_id", document=True),
    **_of(text, "seller.contact.name seller.contact.email seller.contact.phone", document=True),
    **_of(text, "buyer.company buyer.tax_id", document=True),
    **_of(_contacts, "buyer.contacts", document=True, many=True),
    **_of(text, _PARTIES, document=True),
    **_of(_terms, "terms", document=True, many=True),
    **_of(_adjustments, "adjustments", document=True, many=True),
}
COLUMNS: Mapping[str, Column] = {**DOCUMENT, **LINE}
# Parts whose fields are unmistakable without their parent.
_BARE = ("bounds", "private")


def _spellings() -> dict[str, Column]:
    found: dict[str, Column] = {}
    for name, column in COLUMNS.items():
        found |= {name: column, name.replace(".", "_"): column}
        if column.path[0] in _BARE:
            found[column.path[1]] = column
    return found


SPELLINGS = _spellings()


def spelled(header: str) -> str:
    """A header as the names here are spelled."""
    return re.sub(r"[\s_-]+", "_", header.strip().lower().replace("/", "."))
