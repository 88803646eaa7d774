"""What acceptance creates, in its transaction: the order, its parts for each receiver, and their deliveries."""

import msgspec
from sqlalchemy import insert, select

from portal.access import Deal, new_id
from portal.database.unit_of_work import UnitOfWork
from portal.domain.offer import money
from portal.domain.offer.revision import Revision, canonical_bytes
from portal.domain.order import acceptance, order, work_order
from portal.domain.order.acceptance import AcceptanceForm
from portal.domain.order.hand_off import HandOff
from portal.storage import tables
from portal.storage.session import Transaction


class Placed(msgspec.Struct, frozen=True, kw_only=True):
    """`total` is the contract's, with tax, as a decimal string."""

    order_id: str
    number: str
    revision: int
    digest: str
    total: str
    currency: str


def place_order(work: UnitOfWork, deal: Deal, revision: Revision, form: AcceptanceForm) -> Placed:
    """The order of an acceptance; a deal has one."""
    year = work.now.year
    order_id, number = new_id(), f"O-{year}-{work.next_number(f'order-{year}'):04d}"
    document = order.order_document(
        revision,
        number=number,
        deal_id=deal.id,
        deal_number=deal.number,
        external_id=deal.external_id,
        revision_number=form.revision,
        digest=form.digest,
        accepted_at=work.now,
        name=form.name,
        title=form.title,
        order_reference=form.order_reference,
    )
    total = revision.totals.contract.total
    work.connection.execute(
        insert(tables.order).values(
            id=order_id,
            number=number,
            deal_id=deal.id,
            revision=form.revision,
            digest=form.digest,
            currency=deal.currency,
            total=money.to_minor(total, deal.currency),
            state="placed",
            document=canonical_bytes(document),
            created_at=work.now,
        )
    )
    for part in work_order.work_orders(document):
        _hand_off(work, deal, order_id, number, part)
    return Placed(
        order_id=order_id,
        number=number,
        revision=form.revision,
        digest=form.digest,
        total=str(total),
        currency=deal.currency,
    )


def placed(transaction: Transaction, deal: Deal) -> Placed:
    """The order that the deal has."""
    row = transaction.connection.execute(select(tables.order).where(tables.order.c.deal_id == deal.id)).one()
    total = money.from_minor(row.total, row.currency)
    return Placed(
        order_id=row.id,
        number=row.number,
        revision=row.revision,
        digest=row.digest,
        total=str(total),
        currency=row.currency,
    )


def document_digests(work: UnitOfWork, placed: Placed, evidence: bytes) -> dict[str, str]:
    """The digests of what the acceptance with this evidence has stored."""
    order_, part = tables.order, tables.work_order
    document = work.connection.execute(
        select(order_.c.document).where(order_.c.id == placed.order_id)
    ).scalar_one()
    parts = work.connection.execute(select(part).where(part.c.order_id == placed.order_id)).all()
    return acceptance.document_digests(
        evidence, document, {(each.kind, each.fulfilment): each.document for each in parts}
    )


def _hand_off(work: UnitOfWork, deal: Deal, order_id: str, number: str, part: work_order.Part) -> None:
    part_id = new_id()
    work.connection.execute(
        insert(tables.work_order).values(
            id=part_id, order_id=order_id, kind=part.kind, fulfilment=part.fulfilment, document=part.document
        )
    )
    receiver = tables.receiver
    receivers = work.connection.execute(
        select(receiver.c.id, receiver.c.transport).where(receiver.c.kind == part.kind, receiver.c.active)
    ).all()
    for each in receivers:
        work.enqueue(
            each.transport,
            HandOff(order=number, kind=part.kind, fulfilment=part.fulfilment),
            deal_id=deal.id,
            receiver_id=each.id,
            work_order_id=part_id,
        )
