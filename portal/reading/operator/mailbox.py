"""Mails in the outbox, newest first, for the demo's mailbox. They hold links that open proposals."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import Row, select

from portal.domain.deal.mail import Mail
from portal.storage import tables
from portal.storage.session import Transaction

MOST = 200
# What was cancelled before it left reaches nobody's mailbox.
_LEAVES = tables.outbox.c.transport == "mail", tables.outbox.c.state != "cancelled"


@dataclass(frozen=True)
class Letter:
    """One mail as a command wrote it. `state`: waiting, sent or failed."""

    id: str
    at: datetime
    state: str
    mail: Mail


def letters(transaction: Transaction) -> list[Letter]:
    """The newest mails."""
    box = tables.outbox
    query = select(box).where(*_LEAVES).order_by(box.c.created_at.desc(), box.c.id).limit(MOST)
    return [_letter(row) for row in transaction.connection.execute(query)]


def letter(transaction: Transaction, letter_id: str) -> Letter | None:
    """One mail by the id of its delivery."""
    box = tables.outbox
    query = select(box).where(*_LEAVES, box.c.id == letter_id)
    row = transaction.connection.execute(query).first()
    return _letter(row) if row else None


def _letter(row: Row[tuple[str]]) -> Letter:
    return Letter(
        id=row.id, at=row.created_at, state=row.state, mail=msgspec.json.decode(row.payload, type=Mail)
    )
