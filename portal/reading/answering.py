"""What the buyers ask for, as the rep answers it, and what an answer would come to. For the seller's pages alone.

Everything here reads the private document of a revision. Nothing that renders for buyers may import it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy import select

from portal.access import Deal
from portal.domain import change as changing
from portal.domain import counteroffer, money
from portal.domain.change import Change
from portal.domain.counteroffer import Conflict
from portal.domain.revision import Offer
from portal.reading import asked, outcome, private
from portal.reading.asked import Asked
from portal.reading.outcome import Outcome
from portal.reading.private import LineFigures
from portal.storage import documents, tables
from portal.storage.session import Transaction

# Granting or refusing such an ask leaves nothing in between.
_NOTHING_BETWEEN = ("selected", "choice")


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One field that is asked for. `conflict`: the field moved since; `settled`: the offer says so already by now."""

    change: Change
    name: str
    offered: str
    reason: str
    conflict: Conflict | None
    settled: bool

    @property
    def can_counter(self) -> bool:
        return self.change.field not in _NOTHING_BETWEEN


@dataclass(frozen=True, kw_only=True)
class OpenCounteroffer:
    """Who asks, since when and of which revision; `package`: all or nothing."""

    id: str
    by: str
    made_at: datetime
    base_revision: int
    package: bool
    note: str
    asks: tuple[Ask, ...]


@dataclass(frozen=True, kw_only=True)
class Edit:
    """One of the seller's own edits towards the next revision."""

    change: Change
    name: str
    offered: str


@dataclass(frozen=True, kw_only=True)
class Answering:
    """The rep's side of the negotiation. `next_number` is what publishing would make."""

    counteroffers: tuple[OpenCounteroffer, ...]
    edits: tuple[Edit, ...]
    figures: Mapping[str, LineFigures]
    outcome: Outcome
    given: Decimal
    next_number: int
    waiting_since: datetime | None


def load(transaction: Transaction, deal: Deal) -> Answering:
    """What there is to answer on a deal that has been sent."""
    offer = documents.offered(transaction, deal.id, deal.revision).offer
    first = documents.offered(transaction, deal.id, 1).totals.contract.net
    edits = asked.own_edits(transaction, deal)
    weighed = outcome.weigh(transaction, deal, (), edits)
    return Answering(
        counteroffers=tuple(
            _shown(transaction, deal, offer, each) for each in asked.counteroffers(transaction, deal)
        ),
        edits=tuple(_edit(offer, change) for change in edits),
        figures=private.figures(transaction, deal, offer),
        outcome=weighed,
        given=money.add([weighed.before.contract.net, -first]),
        next_number=deal.revision + 1,
        waiting_since=_waiting_since(transaction, deal),
    )


def _shown(transaction: Transaction, deal: Deal, offer: Offer, stored: Asked) -> OpenCounteroffer:
    counter = stored.counteroffer
    base = documents.offered(transaction, deal.id, counter.base_revision).offer
    moved = counteroffer.rebase(counter.changes, base, offer)
    conflicts = {conflict.change.id: conflict for conflict in moved.conflicts}
    settled = {change.id for change in moved.settled}
    return OpenCounteroffer(
        id=counter.id,
        by=stored.by,
        made_at=stored.made_at,
        base_revision=counter.base_revision,
        package=counter.package,
        note=stored.personal.note,
        asks=tuple(
            Ask(
                change=change,
                name=_name(offer, base, change),
                offered=_says(offer, change),
                reason=stored.personal.reasons.get(change.id, ""),
                conflict=conflicts.get(change.id),
                settled=change.id in settled,
            )
            for change in counter.changes
        ),
    )


def _edit(offer: Offer, change: Change) -> Edit:
    return Edit(change=change, name=_name(offer, offer, change), offered=_says(offer, change))


def _name(offer: Offer, base: Offer, change: Change) -> str:
    item = changing.touched(offer, change.subject) or changing.touched(base, change.subject)
    return item.name if item else change.key


def _says(offer: Offer, change: Change) -> str:
    """What the offer says now, "" when the line or term is gone."""
    return changing.current(offer, change) if changing.touched(offer, change.subject) else ""


def _waiting_since(transaction: Transaction, deal: Deal) -> datetime | None:
    approval = tables.approval
    return transaction.connection.execute(
        select(approval.c.asked_at).where(approval.c.deal_id == deal.id, approval.c.state == "waiting")
    ).scalar()
