"""Whose turn it is, and since when: derived from the deal's head and its open counteroffers, never stored."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, bindparam, func, select

from portal.access import Deal
from portal.domain.deal import lifecycle
from portal.domain.deal.lifecycle import Turn
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.stored_event import TurnFacts
from portal.storage import tables
from portal.storage.session import Transaction


class Waiting(msgspec.Struct, frozen=True, kw_only=True):
    """`whose` turn it is, told to `party`; `since`: when the buyer began to wait, None while nobody waits for the seller;
    `goal_hours`: within how many the seller means to answer."""

    whose: Turn
    party: PartyName
    state: str
    since: datetime | None
    revision: int
    seller: str
    company: str
    goal_hours: int

    @property
    def is_shown(self) -> bool:
        """Whether there is anything to say; the end of a deal speaks for itself."""
        return self.whose != "nobody"


def load(transaction: Transaction, deal: Deal, seller: str) -> Waiting:
    return waiting(heads(transaction, [deal.id])[deal.id], deal.party, seller)


def heads(transaction: Transaction, deal_ids: Iterable[str]) -> dict[str, TurnFacts]:
    """Of many deals at once; `state` knows the clock."""
    rows = transaction.connection.execute(_HEADS, {"deals": list(deal_ids)})
    return {row.id: head(row, row.buyer_waits_since, transaction.now) for row in rows}


def head(row: Any, buyer_waits_since: datetime | None, now: datetime) -> TurnFacts:
    """From a row with the columns of `HEAD`."""
    return TurnFacts(
        lifecycle.effective_state(row.state, row.valid_until, now),
        buyer_waits_since,
        row.revision,
        row.digest,
        row.company,
        row.open_asks,
        row.oldest_ask,
        row.goal,
    )


def waiting(head: TurnFacts, party: PartyName, seller: str) -> Waiting:
    """`seller`: what the seller is called in the deal's offer."""
    waits = [at for at in (head.oldest_ask, head.buyer_waits_since) if at is not None]
    return Waiting(
        whose=lifecycle.awaiting(
            head.state, open_counteroffers=head.open_asks, buyer_waits=head.buyer_waits_since is not None
        ),
        party=party,
        state=head.state,
        since=min(waits, default=None),
        revision=head.revision,
        seller=seller,
        company=head.company,
        goal_hours=head.goal // 60,
    )


def _head() -> tuple[ColumnElement[Any], ...]:
    deal, ask = tables.deal, tables.counteroffer
    asked = (ask.c.deal_id == deal.c.id, ask.c.state == "open")
    oldest = select(func.min(ask.c.made_at, type_=ask.c.made_at.type)).where(*asked)
    return (
        *(deal.c.state, deal.c.valid_until, deal.c.revision, deal.c.digest, deal.c.company),
        select(func.count()).where(*asked).correlate(deal).scalar_subquery().label("open_asks"),
        oldest.correlate(deal).scalar_subquery().label("oldest_ask"),
        select(tables.installation.c.response_goal).limit(1).scalar_subquery().label("goal"),
    )


# Of a deal, beside `buyer_waits_since`: what a turn is derived from.
HEAD = _head()
_HEADS = select(tables.deal.c.id, tables.deal.c.buyer_waits_since, *HEAD).where(
    tables.deal.c.id.in_(bindparam("deals", expanding=True))
)
