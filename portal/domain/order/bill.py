"""The bill proposal: what accounting may invoice at acceptance, and when the rest falls due.

Nothing has been delivered at acceptance and invoice numbers are accounting's, so this is a proposal (EN 16931 BT-3 type
325, UNCL 1001). Given a number and a date it becomes an invoice (type 380). It is never mailed to the buyer.
"""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from msgspec.structs import replace

from portal.domain.offer.revision import Address, Party, Sum, Tax, TaxGroup
from portal.domain.offer.term_kind import term_kind
from portal.domain.order.order import Document, Instalment, OrderDocument, OrderLine, OrderTerm

PROPOSAL: Literal["325"] = "325"
INVOICE: Literal["380"] = "380"


class BillLine(Document, frozen=True, kw_only=True):
    """An invoice line (BG-25). `net` is BT-131, `net_unit_price` BT-146 per `price_base_quantity` (BT-149)."""

    key: str
    sku: str
    name: str
    description: str
    quantity: Decimal
    unit: str
    net_unit_price: Decimal
    price_base_quantity: Decimal
    net: Decimal
    tax: Tax


class Allowance(Document, frozen=True, kw_only=True):
    """A document level allowance or charge (BG-20, BG-21): one share of an adjustment, in one tax group.

    `net` is not negative (BT-92, BT-99); `kind` gives its sign.
    """

    adjustment: str
    label: str
    kind: Literal["discount", "charge"]
    category: str
    rate: Decimal
    net: Decimal


class Bill(Document, frozen=True, kw_only=True):
    """`due` is the sum of `lines` and `allowances` with their tax by `groups`: the revision's own once-total.

    `number` and `issued_on` are None while it is a proposal. `schedule` is what falls due later, per period.
    """

    document: Literal["bill"] = "bill"
    version: Literal[1] = 1
    type_code: Literal["325", "380"] = PROPOSAL
    number: str | None = None
    issued_on: date | None = None
    order: str
    deal: str
    deal_number: str
    order_reference: str
    accepted_at: datetime
    title: str
    language: str
    currency: str
    seller: Party
    buyer: Party
    delivery: Address
    lines: tuple[BillLine, ...]
    allowances: tuple[Allowance, ...]
    groups: tuple[TaxGroup, ...]
    due: Sum
    terms: tuple[OrderTerm, ...]
    payment_terms: str
    schedule: tuple[Instalment, ...]


def bill_proposal(order: OrderDocument) -> Bill:
    """What falls due at acceptance: everything billed once, with its share of the adjustments."""
    return Bill(
        order=order.number,
        deal=order.deal,
        deal_number=order.deal_number,
        order_reference=order.order_reference,
        accepted_at=order.accepted_at,
        title=order.title,
        language=order.language,
        currency=order.currency,
        seller=order.seller,
        buyer=order.buyer,
        delivery=order.delivery,
        lines=tuple(_line(line) for line in order.lines if line.billing == "once"),
        allowances=_allowances(order),
        groups=order.due.groups,
        due=order.due.due,
        terms=order.terms,
        payment_terms=_payment_terms(order),
        schedule=order.schedule[1:],
    )


def invoice(proposal: Bill, number: str, issued_on: date) -> Bill:
    """The proposal as an invoice (type 380) under accounting's own number and date."""
    return replace(proposal, type_code=INVOICE, number=number, issued_on=issued_on)


def _line(line: OrderLine) -> BillLine:
    return BillLine(
        key=line.key,
        sku=line.sku,
        name=line.name,
        description=line.description,
        quantity=line.quantity,
        unit=line.unit,
        net_unit_price=line.net_unit_price,
        price_base_quantity=line.price_base_quantity,
        net=line.net,
        tax=line.tax,
    )


def _allowances(order: OrderDocument) -> tuple[Allowance, ...]:
    labels = {adjustment.key: adjustment.label for adjustment in order.adjustments}
    return tuple(
        Allowance(
            adjustment=share.adjustment,
            label=labels[share.adjustment],
            kind="discount" if share.net < 0 else "charge",
            category=share.category,
            rate=share.rate,
            net=share.net.copy_abs(),
        )
        for share in order.due.adjustments
        if share.net
    )


def _payment_terms(order: OrderDocument) -> str:
    """BT-20; BR-CO-25 wants it, or a due date, wherever something is to be paid."""
    values = [term.value for term in order.terms if term_kind(term) == "payment"]
    return "; ".join(values) or f"As agreed in order {order.number}"
