"""An order or a part of it as flat rows. All rows of a document have the same columns, in the same order.

The column `kind` says what a row of an order or a bill is: "line", "adjustment" (its share of one tax group), "tax" (of one
tax group), "total", "contract" (the last row of an order) or "later" (what a bill leaves for later instalments). `net`,
`tax` and `total` are per period, for `periods` periods of `billing` starting with number `first`; on a contract row they
are for the whole contract.
"""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import msgspec

from portal.domain.order.bill import Allowance, Bill, BillLine
from portal.domain.order.order import Instalment, OrderDocument, OrderLine, Share, Supplied
from portal.domain.order.work_order import Analysis, WorkOrder

Row = dict[str, Any]

_FIRST = (
    *("kind", "key", "sku", "name", "description", "section", "fulfilment", "quantity", "unit"),
    *("list_price", "unit_price", "price_base_quantity", "discount_percent", "net_unit_price"),
    *("billing", "first", "periods", "tax_category", "tax_rate", "net", "tax", "total"),
    *("lead_time_days", "delivery_date", "includes"),
)
# Fields that lines got later stand behind those that importers know.
_COLUMNS = (*_FIRST, *(name for name in Supplied.__struct_fields__ if name not in _FIRST))


def rows(document: OrderDocument | WorkOrder | Bill | Analysis) -> list[Row]:
    """Return the rows. Cells are text, decimal strings, or None."""
    match document:
        case OrderDocument():
            raw = _order_rows(document)
        case WorkOrder():
            raw = _task_rows(document)
        case Bill():
            raw = _bill_rows(document)
        case Analysis():
            raw = (msgspec.structs.asdict(row) for row in document.rows)
    return [{name: _cell(value) for name, value in row.items()} for row in raw]


def _cell(value: Any) -> str | None:
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, tuple):
        return "; ".join(value)
    # Not str(), which spells a tiny Decimal with an exponent.
    return format(value, "f") if isinstance(value, Decimal) else None if value is None else str(value)


def _order_rows(order: OrderDocument) -> Iterator[Row]:
    head = _head(order.number, order)
    labels = {adjustment.key: adjustment.label for adjustment in order.adjustments}
    for line in order.lines:
        yield _row("line", head, _line(line), {"first": 1})
    for instalment in order.schedule:
        shares = [_share(each, labels[each.adjustment]) for each in instalment.adjustments]
        yield from _instalment_rows(head, instalment, shares)
    yield _row("contract", head, msgspec.structs.asdict(order.totals.contract))


def _bill_rows(bill: Bill) -> Iterator[Row]:
    head = {"type_code": bill.type_code, "number": bill.number, "issued_on": bill.issued_on}
    head |= _head(bill.order, bill)
    due = Instalment(billing="once", first=1, periods=1, due=bill.due, groups=bill.groups, adjustments=())
    for line in bill.lines:
        yield _row("line", head, _line(line), _when(due))
    yield from _instalment_rows(head, due, [_allowance(each) for each in bill.allowances])
    for later in bill.schedule:
        yield _row("later", head, _when(later), msgspec.structs.asdict(later.due))


def _instalment_rows(head: Row, instalment: Instalment, shares: Iterable[Row]) -> Iterator[Row]:
    when = _when(instalment)
    for share in shares:
        yield _row("adjustment", head, when, share)
    for group in instalment.groups:
        taxed = {"tax_category": group.category, "tax_rate": group.rate, "tax": group.tax}
        yield _row("tax", head, when, taxed, {"name": group.reason})
    yield _row("total", head, when, msgspec.structs.asdict(instalment.due))


def _line(line: OrderLine | BillLine) -> Row:
    cells = {name: value for name, value in msgspec.structs.asdict(line).items() if name in _COLUMNS}
    return cells | {"tax_category": line.tax.category, "tax_rate": line.tax.rate, "tax": None}


def _share(share: Share, label: str) -> Row:
    taxed = {"tax_category": share.category, "tax_rate": share.rate}
    return taxed | {"key": share.adjustment, "name": label, "net": share.net}


def _allowance(allowance: Allowance) -> Row:
    taxed = {"tax_category": allowance.category, "tax_rate": allowance.rate}
    net = -allowance.net if allowance.kind == "discount" else allowance.net
    return taxed | {"key": allowance.adjustment, "name": allowance.label, "net": net}


def _task_rows(work_order: WorkOrder) -> Iterator[Row]:
    where = {f"delivery_{name}": value for name, value in msgspec.structs.asdict(work_order.delivery).items()}
    for task in work_order.lines:
        yield {
            "order": work_order.order,
            "order_reference": work_order.order_reference,
            "accepted_at": work_order.accepted_at,
            "buyer": work_order.buyer.name,
            "fulfilment": work_order.fulfilment,
            **msgspec.structs.asdict(task),
            **where,
        }


def _head(number: str, document: OrderDocument | Bill) -> Row:
    return {
        "order": number,
        "deal_number": document.deal_number,
        "order_reference": document.order_reference,
        "accepted_at": document.accepted_at,
        "buyer": document.buyer.name,
        "currency": document.currency,
    }


def _when(instalment: Instalment) -> Row:
    return {"billing": instalment.billing, "first": instalment.first, "periods": instalment.periods}


def _row(kind: str, head: Row, *cells: Row) -> Row:
    row = head | dict.fromkeys(_COLUMNS) | {"kind": kind}
    for each in cells:
        row |= each
    return row
