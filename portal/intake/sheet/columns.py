"""The columns of a quote as a spreadsheet, and how a cell of each is read.

A column has the name of its field in the JSON document (`portal.intake.quote`), with points for nested fields: `tax.rate`,
`buyer.company`. Case, spaces and underscores make no difference, and `tax_rate` or `min_quantity` alone is understood.
Fields of the document have columns of their own, filled in once or on every row. A line has a column for each of its
fields, which is read by its kind of value.
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
    """A column. `path` is in the line, or in the document with `document`. `many`: each row adds to a list."""

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

# The reader of each kind of value in the table of fields.
READ: Mapping[Kind, Read] = {
    **dict.fromkeys(("money", "quantity", "number"), cells.number),
    "percent": cells.percent,
    "count": cells.integer,
    "day": cells.day,
    "flag": cells.flag,
    "text": cells.text,
    "list": cells.texts,
}
NUMERIC: frozenset[Kind] = frozenset({"money", "quantity", "number", "percent"})
# The readers of cells with several values.
_LIST_READERS: Mapping[str, Read] = {
    "why": cells.steps,
    "negotiable": cells.names,
    "price_breaks": cells.breaks,
}


def _line_columns(part: type[BaseModel], path: tuple[str, ...] = ()) -> dict[str, Column]:
    """Return a column for each field of a line of the quote document, and of its parts."""
    columns: dict[str, Column] = {}
    for name, field in part.model_fields.items():
        field_path = (*path, name)
        inner = _part_of(field.annotation)
        if name in _LIST_READERS:
            columns[name] = Column(field_path, _LIST_READERS[name])
        elif inner is not None:
            columns |= _line_columns(inner, field_path)
        else:
            # Private figures are numbers and no fields of the offer.
            kind = "number" if path == ("private",) else spec(".".join(field_path)).kind
            columns[".".join(field_path)] = Column(field_path, READ[kind], numeric=kind in NUMERIC)
    return columns


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
# Parts whose fields are unambiguous without the name of the part.
_OPTIONAL_PARENTS = ("bounds", "private")


def _spellings() -> dict[str, Column]:
    spellings: dict[str, Column] = {}
    for name, column in COLUMNS.items():
        spellings |= {name: column, name.replace(".", "_"): column}
        if column.path[0] in _OPTIONAL_PARENTS:
            spellings[column.path[1]] = column
    return spellings


SPELLINGS = _spellings()


def normalise_header(header: str) -> str:
    """Spell a header like the keys of SPELLINGS."""
    return re.sub(r"[\s_-]+", "_", header.strip().lower().replace("/", "."))
