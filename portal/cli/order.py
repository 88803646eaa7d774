"""`portal order …`: orders and their documents as files."""

import argparse
from pathlib import Path

from portal.cli.console import (
    CLI,
    Answer,
    Commands,
    add_json_flag,
    add_noun,
    add_verb,
    align_columns,
    open_database,
)
from portal.database.database import Database
from portal.domain.order.formats import FORMATS, WRITTEN
from portal.errors import Refused, either
from portal.outbound.export import Export, export
from portal.reading.operator import orders
from portal.reading.operator.orders import PlacedOrder
from portal.storage.session import Transaction

PAGE = 500


def add_to(commands: Commands) -> None:
    nouns = add_noun(commands, "order", "Orders.")
    add_json_flag(add_verb(nouns, "list", run_list, "All orders, in the order they were placed."))
    show = add_json_flag(add_verb(nouns, "show", run_show, "One order with all its lines."))
    out = add_verb(
        nouns, "export", run_export, "Write an order, or its part for one fulfilment group, to a file."
    )
    for parser in (show, out):
        parser.add_argument("order", metavar="ORDER", help="its number or id")
    out.add_argument("--format", required=True, choices=tuple(FORMATS))
    out.add_argument("--out", required=True, metavar="FILE")
    out.add_argument("--group", metavar="FULFILMENT", help="only the part of this fulfilment group")
    out.add_argument("--number", metavar="N", help="the invoice's number (with --date)")
    out.add_argument("--date", metavar="D", help="the invoice's date (with --number)")


def run_list(arguments: argparse.Namespace) -> Answer:
    with open_database() as (_, database):
        placed_orders = _read_all(database)
    rows = [
        (each.number, each.state, f"{each.total} {each.currency}", each.deal, f"{each.title}, {each.company}")
        for each in placed_orders
    ]
    return Answer({"orders": placed_orders}, align_columns(rows) or ["No orders yet."])


def run_show(arguments: argparse.Namespace) -> Answer:
    with open_database() as (_, database):
        head = database.read_now(lambda transaction: orders.placed_order(transaction, CLI, arguments.order))
        document = database.read_now(lambda transaction: orders.document(transaction, CLI, arguments.order))
    names = ("number", "deal", "deal_number", "state", "company", "title", "revision", "digest", "created_at")
    lines = align_columns([(name.replace("_", " "), getattr(head, name)) for name in names])
    lines += align_columns([("total", f"{head.total} {head.currency}")])
    lines += ["", *align_columns([(f"{line.quantity:f}", line.unit, line.name) for line in document.lines])]
    return Answer({"order": head, "document": document}, lines)


def run_export(arguments: argparse.Namespace) -> Answer:
    if arguments.format not in WRITTEN:
        raise Refused(
            "Orders are not written as %(format)s yet; use %(written)s.",
            format=arguments.format,
            written=either(WRITTEN),
        )
    if arguments.number or arguments.date:
        raise Refused(
            "A bill proposal can't be turned into an invoice here yet; leave --number and --date out."
        )
    with open_database() as (_, database):
        file = database.read_now(lambda transaction: _export(transaction, arguments))
    _write(Path(arguments.out), file.content)
    return Answer(lines=[f"Wrote {arguments.out}."])


def _write(path: Path, content: bytes) -> None:
    try:
        path.write_bytes(content)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Refused("%(path)s could not be written: %(reason)s.", path=str(path), reason=reason) from None


def _export(transaction: Transaction, arguments: argparse.Namespace) -> Export:
    if arguments.group is None:
        return export(orders.document(transaction, CLI, arguments.order), arguments.format)
    part = orders.part(transaction, CLI, arguments.order, "operations", arguments.group)
    return export(part, arguments.format)


def _read_all(database: Database) -> list[PlacedOrder]:
    found: list[PlacedOrder] = []
    while True:
        after = found[-1].id if found else ""
        page = database.read_now(lambda transaction: orders.orders(transaction, CLI, after=after, limit=PAGE))  # noqa: B023
        found += page
        if len(page) < PAGE:
            return found
