"""Whose turn it is, and since when: derived from the deal's head and its open counteroffers, never stored."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from portal.access import Deal
from portal.domain import lifecycle
from portal.domain.ledger import PartyName
from portal.domain.lifecycle import Turn
from portal.storage import tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """`whose` turn it is, told to `party`; `since`: when the buyer began to wait, None while nobody waits for the seller."""

    whose: Turn
    party: PartyName
    state: str
    since: datetime | None
    revision: int
    seller: str
    company: str

    @property
    def told(self) -> bool:
        """Whether there is anything to say; the end of a deal speaks for itself."""
        return self.whose != "nobody"


def load(transaction: Transaction, deal: Deal, seller: str) -> Waiting:
    ask = tables.counteroffer
    count, oldest = transaction.connection.execute(
        select(func.count(), func.min(ask.c.made_at, type_=ask.c.made_at.type)).where(
            ask.c.deal_id == deal.id, ask.c.state == "open"
        )
    ).one()
    waits = [at for at in (oldest, deal.buyer_waits_since) if at is not None]
    return Waiting(
        whose=lifecycle.awaiting(
            deal.state, open_counteroffers=count, buyer_waits=deal.buyer_waits_since is not None
        ),
        party=deal.party,
        state=deal.state,
        since=min(waits, default=None),
        revision=deal.revision,
        seller=seller,
        company=deal.company,
    )
