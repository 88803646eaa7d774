"""What each round cost the seller and what came back, with margins. For the seller's pages alone.

Nothing that renders for buyers may import this.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from portal.access import Deal
from portal.domain.ledger import ledger, shared_events
from portal.domain.ledger.shared_events import Signature
from portal.domain.offer import money
from portal.domain.policy import concession
from portal.domain.policy.concession import Part, Trade
from portal.lru_cache import LruCache
from portal.reading.deal_page import history, people
from portal.reading.deal_page.people import Person
from portal.reading.desk import outcome
from portal.reading.desk.outcome import Earned
from portal.storage import documents, private_documents
from portal.storage.session import Transaction


class Step(NamedTuple):
    """From one revision to the next: what was given and received, and what was earned before and after."""

    trade: Trade
    before: Earned
    after: Earned


_steps = LruCache[Step](most=1_024)


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
    """All rounds together, so that the sums are those of the rounds beside them. `given` and `received` are what has a
    price, signed for the seller."""

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
        currency=deal.currency,
        rounds=tuple(reversed(rounds)),
        so_far=_together([each.trade for each in rounds], rounds[0].earned_before, rounds[-1].earned_after)
        if rounds
        else None,
    )


def so_far(transaction: Transaction, deal: Deal) -> SoFar | None:
    """None before there is a second revision."""
    if deal.revision < 2:
        return None
    bodies = [ledger.decode_body(row.body, row.personal) for row in history.rows(transaction, deal.id)]
    steps = [
        _step(transaction, deal, body) for body in bodies if isinstance(body, shared_events.RevisionPublished)
    ]
    return _together([each.trade for each in steps], steps[0].before, steps[-1].after)


def _together(trades: Sequence[Trade], first: Earned, now: Earned) -> SoFar:
    trade = Trade(
        given=tuple(part for each in trades for part in each.given),
        received=tuple(part for each in trades for part in each.received),
        net=money.add(each.net for each in trades),
    )
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
    trade, before, after = _step(transaction, deal, body)
    return Round(
        revision=body.revision,
        at=row.at,
        who=who,
        signed=body.signed,
        trade=trade,
        earned_before=before,
        earned_after=after,
    )


def _step(transaction: Transaction, deal: Deal, body: shared_events.RevisionPublished) -> Step:
    """What a revision moved against the one before it; both never change, so it is worked out once."""
    key = (body.digest, deal.id, body.revision)
    return _steps.get(key) or _steps.put(key, _compute_step(transaction, deal, body))


def _compute_step(transaction: Transaction, deal: Deal, body: shared_events.RevisionPublished) -> Step:
    numbers = (body.revision - 1, body.revision)
    before, after = (documents.read_revision(transaction, deal.id, number).offer for number in numbers)
    was, now = (private_documents.read_private_figures(transaction, deal.id, number) for number in numbers)
    asked = [each.change.subject for each in body.answers if each.verdict != "decline"]
    return Step(
        concession.trade(before, after, asked), outcome.earned(before, was), outcome.earned(after, now)
    )


def _sum(parts: Iterable[Part]) -> Decimal:
    return money.add(part.money for part in parts if part.money is not None)
