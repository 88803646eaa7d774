"""An order or a part of it as a file.

JSON is the canonical document. CSV (RFC 4180: commas, CRLF, a header row) is UTF-8 without a byte order mark, because
programs read it more often than Excel does; Excel opens it by Data > From Text/CSV. Amounts and quantities are decimal
strings with a point. A text cell that a spreadsheet would take for a formula gets a leading apostrophe.
"""

import csv
import io
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import msgspec

from portal.domain.offer.revision import canonical_bytes
from portal.domain.order.bill import Bill
from portal.domain.order.formats import Part, format_for
from portal.domain.order.order import OrderDocument
from portal.domain.order.work_order import Analysis, WorkOrder
from portal.outbound import order_rows

Exportable = OrderDocument | WorkOrder | Bill | Analysis
_FORMULA = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


class Export(msgspec.Struct, frozen=True, kw_only=True):
    """`name` is safe as a file name anywhere, such as O-2026-0007-warehouse.csv."""

    content: bytes
    media_type: str
    name: str


def export(document: Exportable, format: str) -> Export:  # noqa: A002
    """The document as a file; Invalid for a format that is not written, naming those that are."""
    part, stem = _part(document)
    found = format_for(format, part)
    name = f"{re.sub(r'[^A-Za-z0-9._-]+', '-', stem).strip('.-') or 'order'}.{found.extension}"
    return Export(content=WRITERS[format](document), media_type=found.media_type, name=name)


def _csv(document: Exportable) -> bytes:
    return written_csv(order_rows.rows(document))


# By format (portal.domain.order.formats), what writes a document in it.
WRITERS: Mapping[str, Callable[[Exportable], bytes]] = {"json": canonical_bytes, "csv": _csv}


def written_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Rows of the same columns as CSV; None and "" are empty cells."""
    head = [list(rows[0])] if rows else []
    return written_table([*head, *([guarded(value) for value in row.values()] for row in rows)])


def written_table(rows: Iterable[Sequence[str]]) -> bytes:
    """Cells, guarded already, as CSV."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def guarded(value: Any) -> str:
    """A cell that no spreadsheet runs as a formula; numbers, negative ones too, stay numbers."""
    cell = "" if value is None else str(value)
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _part(document: Exportable) -> tuple[Part, str]:
    """Which part of an order it is, and what its file is called."""
    match document:
        case OrderDocument(number=number):
            return "order", number
        case WorkOrder(order=number, fulfilment=group):
            return "operations", f"{number}-{group}"
        case Bill(order=number):
            return "accounting", f"{number}-bill"
        case Analysis(order=number):
            return "analysis", f"{number}-analysis"
