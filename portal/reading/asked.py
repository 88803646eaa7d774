"""Open counteroffers and the seller's own edits as they are stored, with what was written beside them."""

from dataclasses import dataclass
from datetime import datetime

import msgspec
from sqlalchemy import select

from portal.access import Deal
from portal.domain import ledger
from portal.domain.change import Change
from portal.domain.counteroffer import Counteroffer
from portal.storage import tables
from portal.storage.session import Transaction

_changes = msgspec.json.Decoder(tuple[Change, ...])


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A counteroffer that waits for an answer; `by` is the contact's name."""

    counteroffer: Counteroffer
    by: str
    made_at: datetime
    personal: ledger.Personal


def counteroffers(transaction: Transaction, deal: Deal) -> list[Asked]:
    """Open counteroffers, oldest first, with what was written beside them."""
    ask, event, contact = tables.counteroffer, tables.event, tables.contact
    rows = transaction.connection.execute(
        select(ask, contact.c.name, event.c.personal)
        .join(contact, contact.c.id == ask.c.contact_id)
        .join(event, (event.c.deal_id == ask.c.deal_id) & (event.c.seq == ask.c.event_seq))
        .where(ask.c.deal_id == deal.id, ask.c.state == "open")
        .order_by(ask.c.event_seq)
    )
    return [
        Asked(
            counteroffer=Counteroffer(
                id=row.id,
                base_revision=row.base_revision,
                changes=_changes.decode(row.changes),
                package=row.package,
            ),
            by=row.name,
            made_at=row.made_at,
            personal=ledger.decode_personal(row.personal),
        )
        for row in rows
    ]


def own_edits(transaction: Transaction, deal: Deal) -> tuple[Change, ...]:
    """The seller's own edits towards the next revision."""
    draft = tables.revision_draft
    stored = transaction.connection.execute(
        select(draft.c.changes).where(draft.c.deal_id == deal.id)
    ).scalar()
    return _changes.decode(stored) if stored else ()
