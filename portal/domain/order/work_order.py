"""An order's parts, one document each: for operations per fulfilment group, for accounting, for analysis.

Operations gets what to deliver, where and by when, and no price. Accounting gets the bill proposal. Analysis gets flat
rows that sum to the contract's net.
"""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec

from portal.domain.offer import money, revision
from portal.domain.offer.revision import Address, Billing, Party
from portal.domain.order.bill import Bill, bill_proposal
from portal.domain.order.order import Document, OrderDocument, OrderLine, OrderTerm, Supplied

Kind = Literal["operations", "accounting", "analysis"]
KINDS: tuple[Kind, ...] = ("operations", "accounting", "analysis")


class WorkOrder(Document, frozen=True, kw_only=True):
    """One fulfilment group's part of an order. It has no price."""

    document: Literal["work_order"] = "work_order"
    version: Literal[1] = 1
    order: str
    deal: str
    deal_number: str
    order_reference: str
    accepted_at: datetime
    title: str
    language: str
    seller: Party
    buyer: Party
    delivery: Address
    fulfilment: str
    lines: tuple[Supplied, ...]
    terms: tuple[OrderTerm, ...]


class Row(Document, frozen=True, kw_only=True):
    """One line or adjustment of an order for analysis; `net` is per period, `contract_net` over all periods."""

    kind: Literal["line", "adjustment"]
    order: str
    deal_number: str
    external_id: str
    revision: int
    accepted_at: datetime
    buyer: str
    buyer_country: str
    currency: str
    key: str
    sku: str = ""
    name: str
    section: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    list_price: Decimal | None = None
    unit_price: Decimal | None = None
    discount_percent: Decimal | None = None
    net_unit_price: Decimal | None = None
    price_base_quantity: Decimal | None = None
    price_source: str = ""
    billing: Billing
    periods: int
    net: Decimal
    contract_net: Decimal
    tax_category: str
    tax_rate: Decimal
    fulfilment: str = ""


class Analysis(Document, frozen=True, kw_only=True):
    document: Literal["analysis"] = "analysis"
    version: Literal[1] = 1
    order: str
    rows: tuple[Row, ...]


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the table of work orders: `document` is canonical bytes; `fulfilment` is "" except for operations."""

    kind: Kind
    fulfilment: str = ""
    document: bytes


def work_orders(order: OrderDocument) -> list[Part]:
    """All parts of an order: one for each fulfilment group, one bill, one set of rows."""
    parts = [
        Part(
            kind="operations",
            fulfilment=group,
            document=revision.canonical_bytes(_for_operations(order, group)),
        )
        for group in order.fulfilment
    ]
    parts.append(Part(kind="accounting", document=revision.canonical_bytes(bill_proposal(order))))
    analysis = Analysis(order=order.number, rows=tuple(_rows(order)))
    parts.append(Part(kind="analysis", document=revision.canonical_bytes(analysis)))
    return parts


def decode(kind: str, document: bytes) -> WorkOrder | Bill | Analysis:
    """The part that canonical bytes spell; `kind` as in its row."""
    return _DECODERS[kind].decode(document)


_DECODERS: dict[str, msgspec.json.Decoder[WorkOrder | Bill | Analysis]] = {
    "operations": msgspec.json.Decoder(WorkOrder),
    "accounting": msgspec.json.Decoder(Bill),
    "analysis": msgspec.json.Decoder(Analysis),
}


def _for_operations(order: OrderDocument, group: str) -> WorkOrder:
    return WorkOrder(
        order=order.number,
        deal=order.deal,
        deal_number=order.deal_number,
        order_reference=order.order_reference,
        accepted_at=order.accepted_at,
        title=order.title,
        language=order.language,
        seller=order.seller,
        buyer=order.buyer,
        delivery=order.delivery,
        fulfilment=group,
        lines=tuple(_supplied(line) for line in order.lines if line.fulfilment == group),
        terms=order.terms,
    )


def _supplied(line: OrderLine) -> Supplied:
    return Supplied(**{name: getattr(line, name) for name in Supplied.__struct_fields__})


def _rows(order: OrderDocument) -> Iterator[Row]:
    for line in order.lines:
        yield Row(
            kind="line",
            **_head(order),
            key=line.key,
            sku=line.sku,
            name=line.name,
            section=line.section,
            quantity=line.quantity,
            unit=line.unit,
            list_price=line.list_price,
            unit_price=line.unit_price,
            discount_percent=line.discount_percent,
            net_unit_price=line.net_unit_price,
            price_base_quantity=line.price_base_quantity,
            price_source=line.price_source,
            billing=line.billing,
            periods=line.periods,
            net=line.net,
            contract_net=_over(line.net, line.periods, order.currency),
            tax_category=line.tax.category,
            tax_rate=line.tax.rate,
            fulfilment=line.fulfilment,
        )
    labels = {adjustment.key: adjustment.label for adjustment in order.adjustments}
    for instalment in order.schedule:
        for share in instalment.adjustments:
            yield Row(
                kind="adjustment",
                **_head(order),
                key=share.adjustment,
                name=labels[share.adjustment],
                billing=instalment.billing,
                periods=instalment.periods,
                net=share.net,
                contract_net=_over(share.net, instalment.periods, order.currency),
                tax_category=share.category,
                tax_rate=share.rate,
            )


def _head(order: OrderDocument) -> dict[str, Any]:
    return {
        "order": order.number,
        "deal_number": order.deal_number,
        "external_id": order.external_id,
        "revision": order.revision,
        "accepted_at": order.accepted_at,
        "buyer": order.buyer.name,
        "buyer_country": order.buyer.address.country,
        "currency": order.currency,
    }


def _over(net: Decimal, periods: int, currency: str) -> Decimal:
    return money.amount(money.times(net, Decimal(periods)), currency)
