"""Stored revisions: canonical bytes by deal and number, decoded once per digest."""

from datetime import datetime
from functools import lru_cache

from sqlalchemy import func, insert, select

from portal.domain.offer import revision as content
from portal.domain.offer.revision import Offer, Revision
from portal.errors import NotFound
from portal.storage import tables
from portal.storage.session import Transaction


@lru_cache(maxsize=256)
def _decode(digest: str, document: bytes) -> Revision:
    return content.decode(document)


def read_revision(transaction: Transaction, deal_id: str, number: int) -> Revision:
    """Return a published revision; NotFound when the deal has none with this number."""
    row = transaction.connection.execute(
        select(tables.revision.c.digest, tables.revision.c.document).where(
            tables.revision.c.deal_id == deal_id, tables.revision.c.number == number
        )
    ).first()
    if row is None:
        raise NotFound("There is no revision %(number)s of this proposal.", number=number)
    return _decode(row.digest, row.document)


def published_at(transaction: Transaction, deal_id: str, number: int) -> datetime:
    """Return when a revision was published."""
    instant: datetime = transaction.connection.execute(
        select(tables.revision.c.published_at).where(
            tables.revision.c.deal_id == deal_id, tables.revision.c.number == number
        )
    ).scalar_one()
    return instant


def read_draft(transaction: Transaction, deal_id: str) -> Offer:
    """Return the offer of a deal that has not been sent; NotFound when there is none."""
    document = transaction.connection.execute(
        select(tables.draft.c.document).where(tables.draft.c.deal_id == deal_id)
    ).scalar()
    if document is None:
        raise NotFound("There is no draft of this proposal.")
    return content.decode(document).offer


def read_signed_number(transaction: Transaction, deal_id: str, *signers: str) -> int:
    """Return the newest revision that one of these signed; 0 for none."""
    table = tables.revision
    query = select(func.max(table.c.number)).where(table.c.deal_id == deal_id, table.c.signed_by.in_(signers))
    return transaction.connection.execute(query).scalar() or 0


def store_revision(
    transaction: Transaction, deal_id: str, number: int, revision: Revision, *, by: str, signed_by: str
) -> str:
    """Store a new revision and return its digest. The deal must be locked, and `number` its next one.

    `by` publishes it; `signed_by` tells whose decision it is (see `domain.policy.gate.By`).
    """
    document = content.canonical_bytes(revision)
    digest = content.digest(document)
    transaction.connection.execute(
        insert(tables.revision).values(
            deal_id=deal_id,
            number=number,
            digest=digest,
            document=document,
            schema_version=content.schema_of(revision),
            published_at=transaction.now,
            published_by=by,
            signed_by=signed_by,
        )
    )
    return digest
