"""Orders as the seller's side reads them: the list, one order with its parts, and each part as a document."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, or_, select, tuple_

from portal import access
from portal.domain.offer import money
from portal.domain.order import order as content
from portal.domain.order import work_order
from portal.domain.order.bill import Bill
from portal.domain.order.order import OrderDocument
from portal.domain.order.work_order import Analysis, WorkOrder
from portal.errors import Conflict, NotFound
from portal.storage import tables
from portal.storage.session import Transaction

_COLUMNS = (
    tables.order.c.id,
    tables.order.c.number,
    tables.order.c.deal_id.label("deal"),
    tables.order.c.revision,
    tables.order.c.digest,
    tables.order.c.total,
    tables.order.c.currency,
    tables.order.c.state,
    tables.order.c.imported_ref,
    tables.order.c.created_at,
    tables.deal.c.number.label("deal_number"),
    tables.deal.c.company,
    tables.deal.c.title,
)


@dataclass(frozen=True, kw_only=True)
class PlacedOrder:
    """One row of the list of orders. `deal` is the deal's id, `total` the contract's, with tax."""

    id: str
    number: str
    deal: str
    deal_number: str
    company: str
    title: str
    revision: int
    digest: str
    total: Decimal
    currency: str
    state: str
    imported_ref: str | None
    created_at: datetime


def orders(
    transaction: Transaction, actor: access.Actor, *, after: str = "", limit: int = 500
) -> tuple[PlacedOrder, ...]:
    """Orders by number, those behind the order with the id `after`. NotFound for a buyer.

    Numbers are given out one at a time and in the order of commits, so that no order ever appears behind a cursor that
    has passed it. Conflict for an `after` that is no order: a cursor of elsewhere must not read as "nothing new".
    """
    access.require(transaction, actor, "read_orders")
    query = _placed().order_by(*_by_number()).limit(limit)
    if after:
        last = transaction.connection.execute(select(*_by_number()).where(tables.order.c.id == after)).first()
        if last is None:
            raise Conflict("This cursor belongs to no order here. Start again without it.")
        query = query.where(tuple_(*_by_number()) > tuple_(*last))
    return tuple(_of(row) for row in transaction.connection.execute(query))


def placed_order(transaction: Transaction, actor: access.Actor, name: str) -> PlacedOrder:
    """An order by its id or number; NotFound when there is none, and for a buyer."""
    return _of(_found(transaction, actor, name))


def of_deal(transaction: Transaction, deal: access.Deal) -> PlacedOrder | None:
    """The order that the deal became, for either party; None while it is none."""
    row = transaction.connection.execute(_placed().where(tables.order.c.deal_id == deal.id)).first()
    return _of(row) if row else None


def document(transaction: Transaction, actor: access.Actor, name: str) -> OrderDocument:
    """The whole order by its id or number; NotFound when there is none, and for a buyer."""
    found = _found(transaction, actor, name)
    stored = transaction.connection.execute(
        select(tables.order.c.document).where(tables.order.c.id == found.id)
    ).scalar_one()
    return content.decode(stored)


def part(
    transaction: Transaction, actor: access.Actor, name: str, kind: work_order.Kind, group: str = ""
) -> WorkOrder | Bill | Analysis:
    """One part of an order; `group` names the fulfilment group of operations. NotFound names the groups there are."""
    found = _found(transaction, actor, name)
    parts = tables.work_order
    rows = transaction.connection.execute(
        select(parts.c.fulfilment, parts.c.document).where(parts.c.order_id == found.id, parts.c.kind == kind)
    ).all()
    for row in rows:
        if row.fulfilment == group:
            return work_order.decode(kind, row.document)
    if not rows:
        raise NotFound("Order %(number)s has no fulfilment groups.", number=found.number)
    raise NotFound(
        "Order %(number)s has no fulfilment group “%(group)s”; it has %(groups)s.",
        number=found.number,
        group=group,
        groups=", ".join(sorted(row.fulfilment for row in rows)),
    )


def _placed() -> Select[Any]:
    return select(*_COLUMNS).join_from(tables.order, tables.deal, tables.deal.c.id == tables.order.c.deal_id)


def _by_number() -> tuple[ColumnElement[Any], ...]:
    """O-2026-9999 comes before O-2026-10000, and both before O-2027-0001."""
    number = tables.order.c.number
    return func.substr(number, 1, len("O-2026-")), func.length(number), number


def _found(transaction: Transaction, actor: access.Actor, name: str) -> Row[Any]:
    access.require(transaction, actor, "read_orders")
    row = transaction.connection.execute(
        _placed().where(or_(tables.order.c.id == name, tables.order.c.number == name))
    ).first()
    if row is None:
        raise NotFound("There is no order %(name)s.", name=name)
    return row


def _of(row: Row[Any]) -> PlacedOrder:
    values = dict(row._mapping)
    return PlacedOrder(**values | {"total": money.from_minor(row.total, row.currency)})
