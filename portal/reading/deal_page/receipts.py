"""The receipt of an accepted deal, put together from what was kept at acceptance."""

import msgspec
from sqlalchemy import func, select

from portal.access import Deal
from portal.domain.order.acceptance import Evidence
from portal.domain.order.receipt import Receipt
from portal.errors import NotFound
from portal.storage import tables
from portal.storage.session import Transaction

_evidence = msgspec.json.Decoder(Evidence)


def receipt(transaction: Transaction, deal: Deal) -> Receipt:
    """NotFound while nothing has been accepted."""
    kept, order, event, revision = tables.acceptance, tables.order, tables.event, tables.revision
    shared = event.alias()
    # Of the table alone: neither side may count by it what the other keeps to itself.
    position = select(func.count()).where(
        shared.c.deal_id == event.c.deal_id, shared.c.audience == "table", shared.c.seq <= event.c.seq
    )
    row = transaction.connection.execute(
        select(
            kept.c.evidence,
            kept.c.at,
            order.c.number,
            revision.c.document,
            position.scalar_subquery().label("position"),
            event.c.buyer_digest,
        )
        .join_from(kept, order, order.c.deal_id == kept.c.deal_id)
        .join(revision, (revision.c.deal_id == kept.c.deal_id) & (revision.c.number == kept.c.revision))
        .join(event, (event.c.deal_id == kept.c.deal_id) & tables.kind_is("accepted"))
        .where(kept.c.deal_id == deal.id)
    ).first()
    if row is None:
        raise NotFound("This proposal has not been accepted, so there is no receipt yet.")
    return Receipt(
        order=row.number,
        evidence=_evidence.decode(row.evidence),
        revision_document=row.document.decode(),
        ledger_position=row.position,
        ledger_digest=row.buyer_digest,
        accepted_at=row.at,
    )
