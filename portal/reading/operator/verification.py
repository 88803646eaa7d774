"""Whether a stored deal is what it was: both chains, and everything stored beside them (`ledger_comparison`)."""

from typing import Any

import msgspec
from sqlalchemy import func, select

from portal.access import Deal
from portal.domain.ledger import event_body, ledger
from portal.reading.operator import ledger_comparison
from portal.storage import tables
from portal.storage.session import Transaction


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """`broken` names the first entry that does not hold, in words; None when everything does.

    `events` are the seller's: what the buyers keep to themselves is verified as well, and not counted.
    """

    deal: str
    events: int
    revisions: int
    broken: str | None = None

    @property
    def intact(self) -> bool:
        return self.broken is None


def verify(transaction: Transaction, deal: Deal) -> Verdict:
    """Recompute both chains from the first event on, then compare what is stored with what the events say."""
    event, document = tables.event, tables.revision
    events = transaction.connection.execute(
        select(event).where(event.c.deal_id == deal.id).order_by(event.c.seq)
    ).all()
    revisions = transaction.connection.execute(
        select(func.count()).where(document.c.deal_id == deal.id)
    ).scalar_one()
    head = transaction.connection.execute(select(tables.deal).where(tables.deal.c.id == deal.id)).one()
    broken = (
        _broken_chain(deal.id, events, head, "seller")
        or _broken_chain(deal.id, events, head, "buyer")
        or ledger_comparison.first_difference(transaction, head, events)
    )
    return Verdict(
        deal=deal.id,
        events=sum(row.seller_seq is not None for row in events),
        revisions=revisions,
        broken=broken,
    )


def _broken_chain(deal_id: str, events: Any, head: Any, party: event_body.PartyName) -> str | None:
    digest, seq = ledger.GENESIS, 0
    for number, row in enumerate(events, start=1):
        if row.seq != number:
            return f"event {number} is missing"
        if (misplaced := _misplaced(row, party, seq + 1)) is not None:
            return misplaced
        if row.audience not in ("table", party):
            continue
        seq += 1
        # An erased text leaves its digest behind; a text that is there must match it.
        if row.personal is not None and ledger.personal_digest(row.salt, row.personal) != row.personal_digest:
            return f"the text of event {row.seq} was changed"
        link = ledger.Link(
            deal=deal_id,
            seq=seq,
            at=row.at,
            actor=row.actor,
            body=msgspec.Raw(row.body),
            personal=row.personal_digest,
            salt=row.salt.hex(),
        )
        digest = ledger.chain(digest, link)
        if getattr(row, f"{party}_digest") != digest:
            return f"event {row.seq} ({row.kind}) does not follow from the one before it"
    if (getattr(head, f"{party}_seq"), getattr(head, f"{party}_digest")) != (seq, digest):
        return f"the {party}'s ledger ends before its newest event"
    return None


def _misplaced(row: Any, party: event_body.PartyName, following: int) -> str | None:
    """What is wrong with an event's number in a party's ledger: no constraint of the database keeps them apart."""
    given, event = getattr(row, f"{party}_seq"), f"event {row.seq} ({row.kind})"
    if row.audience not in ("table", party):
        return None if given is None else f"{event} stands in the {party}'s ledger and is none of theirs"
    if given == following:
        return None
    has = "no number" if given is None else f"the number {given}"
    return f"{event} has {has} in the {party}'s ledger, where {following} follows"
