"""What each round cost the seller and what came back, with margins. For the seller's pages alone.

Nothing that renders for buyers may import this.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from portal.access import Deal
from portal.domain.ledger import ledger, shared_events
from portal.domain.ledger.shared_events import Signature
from portal.domain.offer import money
from portal.domain.policy import concession
from portal.domain.policy.concession import Part, Trade
from portal.reading.deal_page import history, people
from portal.reading.deal_page.people import Person
from portal.reading.desk import outcome
from portal.reading.desk.outcome import Earned
from portal.storage import documents, private_documents
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class Round:
    """One revision after the first: who signed it, what it gave and got, and the margin before and after."""

    revision: int
    at: datetime
    who: Person
    signed: Signature
    trade: Trade
    earned_before: Earned
    earned_after: Earned


@dataclass(frozen=True, kw_only=True)
class SoFar:
    """From the first revision to the one that stands. `given` and `received` are what has a price, signed for the seller."""

    trade: Trade
    given: Decimal
    received: Decimal
    earned_first: Earned
    earned_now: Earned


@dataclass(frozen=True, kw_only=True)
class Concessions:
    """`rounds` newest first."""

    currency: str
    rounds: tuple[Round, ...]
    so_far: SoFar | None


def load(transaction: Transaction, deal: Deal) -> Concessions:
    published = history.rows(transaction, deal.id)
    known = people.at_table(transaction, deal.id, {row.actor for row in published}, deal.actor_name)
    rounds = []
    for row in published:
        body = ledger.decode_body(row.body, row.personal)
        if isinstance(body, shared_events.RevisionPublished):
            rounds.append(_round(transaction, deal, row, body, known[row.actor]))
    return Concessions(
        currency=deal.currency, rounds=tuple(reversed(rounds)), so_far=so_far(transaction, deal, published)
    )


def so_far(transaction: Transaction, deal: Deal, published: Sequence[Any] | None = None) -> SoFar | None:
    """None before there is a second revision. `published`: the rows that published revisions, where they are known."""
    if deal.revision < 2:
        return None
    rows = history.rows(transaction, deal.id) if published is None else published
    bodies = [ledger.decode_body(row.body, row.personal) for row in rows]
    answered = [
        each for body in bodies if isinstance(body, shared_events.RevisionPublished) for each in body.answers
    ]
    trade, first, now = _between(transaction, deal, 1, deal.revision, answered)
    return SoFar(
        trade=trade,
        given=_sum(trade.given),
        received=_sum(trade.received),
        earned_first=first,
        earned_now=now,
    )


def _round(
    transaction: Transaction, deal: Deal, row: Any, body: shared_events.RevisionPublished, who: Person
) -> Round:
    trade, before, after = _between(transaction, deal, body.revision - 1, body.revision, body.answers)
    return Round(
        revision=body.revision,
        at=row.at,
        who=who,
        signed=body.signed,
        trade=trade,
        earned_before=before,
        earned_after=after,
    )


def _between(
    transaction: Transaction, deal: Deal, earlier: int, later: int, answered: Iterable[shared_events.Answered]
) -> tuple[Trade, Earned, Earned]:
    before, after = (
        documents.read_revision(transaction, deal.id, number).offer for number in (earlier, later)
    )
    was, now = (
        private_documents.read_private_figures(transaction, deal.id, number) for number in (earlier, later)
    )
    asked = [each.change.subject for each in answered if each.verdict != "decline"]
    trade = concession.trade(before, after, asked)
    return trade, outcome.earned(before, was), outcome.earned(after, now)


def _sum(parts: Iterable[Part]) -> Decimal:
    return money.add(part.money for part in parts if part.money is not None)
