"""Export an order or a part of it as a file.

JSON is the canonical document. CSV follows RFC 4180 (commas, CRLF, a header row) in UTF-8 without a byte order mark, because
it is read mostly by programs; in Excel, use Data > From Text/CSV. Amounts and quantities are decimal strings with a point.
Text that a spreadsheet would take for a formula gets a leading apostrophe.
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
    """A file. `name` is a safe file name, such as O-2026-0007-warehouse.csv."""

    content: bytes
    media_type: str
    name: str


def export(document: Exportable, format: str) -> Export:  # noqa: A002
    """Return the document as a file; Invalid, naming the supported formats, for any other format."""
    part, stem = _part(document)
    target = format_for(format, part)
    name = f"{re.sub(r'[^A-Za-z0-9._-]+', '-', stem).strip('.-') or 'order'}.{target.extension}"
    return Export(content=WRITERS[format](document), media_type=target.media_type, name=name)


def _csv(document: Exportable) -> bytes:
    return write_csv(order_rows.rows(document))


# The writer of each format of portal.domain.order.formats.
WRITERS: Mapping[str, Callable[[Exportable], bytes]] = {"json": canonical_bytes, "csv": _csv}


def write_csv(rows: Sequence[Mapping[str, Any]]) -> bytes:
    """Write rows with the same columns as CSV. None and "" are empty cells."""
    head = [list(rows[0])] if rows else []
    return write_table([*head, *([guard_formula(value) for value in row.values()] for row in rows)])


def write_table(rows: Iterable[Sequence[str]]) -> bytes:
    """Write cells as CSV. Call `guard_formula` on them first."""
    text = io.StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue().encode()


def guard_formula(value: Any) -> str:
    """Return the cell's text so that no spreadsheet runs it as a formula. Numbers stay numbers."""
    cell = "" if value is None else str(value)
    return f"'{cell}" if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell) else cell


def _part(document: Exportable) -> tuple[Part, str]:
    """Return the part of the order that it is, and the stem of its file name."""
    match document:
        case OrderDocument(number=number):
            return "order", number
        case WorkOrder(order=number, fulfilment=group):
            return "operations", f"{number}-{group}"
        case Bill(order=number):
            return "accounting", f"{number}-bill"
        case Analysis(order=number):
            return "analysis", f"{number}-analysis"
