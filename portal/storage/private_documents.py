"""The seller's private figures. Separate from `documents`, so that code for buyers cannot import them."""

from sqlalchemy import insert, select

from portal.domain.offer import revision as content
from portal.domain.offer.revision import PrivateFigures
from portal.storage import tables
from portal.storage.session import Transaction


def read_private_figures(transaction: Transaction, deal_id: str, number: int) -> PrivateFigures:
    """Return the private figures of a revision, or of the draft when `number` is 0."""
    table = tables.revision_private if number else tables.draft
    column = tables.revision_private.c.document if number else tables.draft.c.private
    query = select(column).where(table.c.deal_id == deal_id)
    if number:
        query = query.where(tables.revision_private.c.number == number)
    document = transaction.connection.execute(query).scalar()
    return PrivateFigures() if document is None else content.decode_private(document)


def store_private_figures(
    transaction: Transaction, deal_id: str, number: int, private: PrivateFigures
) -> None:
    transaction.connection.execute(
        insert(tables.revision_private).values(
            deal_id=deal_id, number=number, document=content.canonical_bytes(private)
        )
    )
