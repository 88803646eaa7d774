"""The columns of a quote as a spreadsheet, and how a cell of each is read.

A column is named as the field of the JSON document is (`portal.intake.quote`), nested ones with points: `tax.rate`,
`buyer.company`. Capitals, spaces and underscores make no difference, and `tax_rate` or a bare `min_quantity` is
understood. Fields of the document stand in a column of their own, once or on every row. A line has a column for each of
its fields, read by its kind of value.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, get_args

from pydantic import BaseModel

from portal.domain.change.field_spec import Kind
from portal.domain.change.fields import spec
from portal.intake.line import Line
from portal.intake.parts import Part
from portal.intake.sheet import cells
from portal.intake.sheet.grid import Cell

Read = Callable[[Cell], Any]


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


def _of(read: Read, names: str, **more: Any) -> dict[str, Column]:
    return {name: Column(tuple(name.split(".")), read, **more) for name in names.split()}


_ADDRESS = ("street", "street2", "city", "region", "postcode", "country")
_PARTIES = " ".join(
    f"{party}.address.{part}" for party in ("seller", "buyer", "delivery") for part in _ADDRESS
)

# Kinds of value that a cell holds, as the table of fields names them.
READ: Mapping[Kind, Read] = {
    **dict.fromkeys(("money", "quantity", "number"), cells.number),
    "percent": cells.percent,
    "count": cells.whole,
    "day": cells.day,
    "flag": cells.flag,
    "text": cells.text,
    "list": cells.texts,
}
NUMERIC: frozenset[Kind] = frozenset({"money", "quantity", "number", "percent"})
# What several values of one cell stand for.
_SEVERAL: Mapping[str, Read] = {"why": cells.steps, "negotiable": cells.names, "price_breaks": cells.breaks}


def _line_columns(part: type[BaseModel], path: tuple[str, ...] = ()) -> dict[str, Column]:
    """A column for each field of a line of the quote document, and of the parts in it."""
    found: dict[str, Column] = {}
    for name, field in part.model_fields.items():
        here = (*path, name)
        inner = _part_of(field.annotation)
        if name in _SEVERAL:
            found[name] = Column(here, _SEVERAL[name])
        elif inner is not None:
            found |= _line_columns(inner, here)
        else:
            # What only the seller may know is no field of the offer; all of it is figures.
            kind = "number" if path == ("private",) else spec(".".join(here)).kind
            found[".".join(here)] = Column(here, READ[kind], numeric=kind in NUMERIC)
    return found


def _part_of(annotation: Any) -> type[Part] | None:
    kinds = (annotation, *get_args(annotation))
    return next((each for each in kinds if isinstance(each, type) and issubclass(each, Part)), None)


LINE: Mapping[str, Column] = _line_columns(Line)
DOCUMENT: Mapping[str, Column] = {
    **_of(cells.text, "external_id title currency", document=True),
    **_of(cells.day, "valid_until", document=True),
    **_of(cells.text, "language introduction seller.name seller.tax_id", document=True),
    **_of(cells.text, "seller.contact.name seller.contact.email seller.contact.phone", document=True),
    **_of(cells.text, "buyer.company buyer.tax_id", document=True),
    **_of(cells.contacts, "buyer.contacts", document=True, many=True),
    **_of(cells.text, _PARTIES, document=True),
    **_of(cells.terms, "terms", document=True, many=True),
    **_of(cells.adjustments, "adjustments", document=True, many=True),
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
