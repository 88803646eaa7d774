"""A few figures of how negotiating goes, counted from deals and their ledgers."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import and_, func, select

from portal.domain.ledger import event_kinds, ledger
from portal.domain.ledger.response_time import turn_effect
from portal.domain.offer import money
from portal.storage import tables
from portal.storage.session import Transaction

# Answers are timed over the last ninety days.
RECENT = timedelta(days=90)
_TIMED = (*event_kinds.names(lambda kind: kind.is_timed), "counteroffer_withdrawn")


@dataclass(frozen=True, kw_only=True)
class StateFigure:
    """Deals in one state and currency; `value` is the sum of their contracts, net."""

    state: str
    currency: str
    count: int
    value: Decimal


@dataclass(frozen=True, kw_only=True)
class Insights:
    """`answer_time`: the median wait of a buyer who asked or wrote, None while nobody was answered. `rounds`: revisions
    of accepted deals, by how many deals had that many."""

    states: tuple[StateFigure, ...]
    answered: int
    answer_time: timedelta | None
    rounds: Mapping[int, int]


def load(transaction: Transaction) -> Insights:
    waits = sorted(_waits(_talk(transaction)))
    return Insights(
        states=_states(transaction),
        answered=len(waits),
        answer_time=waits[len(waits) // 2] if waits else None,
        rounds=_rounds(transaction),
    )


def _states(transaction: Transaction) -> tuple[StateFigure, ...]:
    """By the clock: an open deal whose day has passed counts as expired."""
    deal = tables.deal
    lapsed = and_(deal.c.state == "open", deal.c.valid_until <= transaction.now).label("lapsed")
    rows = transaction.connection.execute(
        select(deal.c.state, lapsed, deal.c.currency, func.count(), func.sum(deal.c.contract_net))
        .where(deal.c.state != "draft")
        .group_by(deal.c.state, "lapsed", deal.c.currency)
    )
    counts, values = Counter[tuple[str, str]](), Counter[tuple[str, str]]()
    for state, over, currency, count, value in rows:
        counts["expired" if over else state, currency] += count
        values["expired" if over else state, currency] += int(value or 0)
    return tuple(
        StateFigure(
            state=state,
            currency=currency,
            count=count,
            value=money.from_minor(values[state, currency], currency),
        )
        for (state, currency), count in sorted(counts.items())
    )


def _talk(transaction: Transaction) -> Sequence[tuple[str, str, datetime, bytes]]:
    event = tables.event
    recent = event.c.at > transaction.now - RECENT
    rows = transaction.connection.execute(
        select(event.c.deal_id, event.c.actor, event.c.at, event.c.body)
        .where(event.c.kind.in_(_TIMED), recent)
        .order_by(event.c.deal_id, event.c.seq)
    )
    return [(row.deal_id, row.actor, row.at, row.body) for row in rows]


def _waits(talk: Iterable[tuple[str, str, datetime, bytes]]) -> Iterable[timedelta]:
    """From the first ask that nobody answered yet to the seller's next word, by the ledger's own rule."""
    # By deal, the instants of its asks (by id) and of its first question ("").
    waiting: defaultdict[str, dict[str, datetime]] = defaultdict(dict)
    for deal_id, actor, at, stored in talk:
        body, since = ledger.decode_body(stored), waiting[deal_id]
        match turn_effect(body, actor):
            case "begins" | "replaces":
                for replaced in getattr(body, "replaces", ()):
                    since.pop(replaced, None)
                since.setdefault(getattr(body, "counteroffer", ""), at)
            case "withdraws":
                since.pop(getattr(body, "counteroffer", ""), None)
            case "ends" if since:
                yield at - min(since.values())
                since.clear()
            case "lifts" if since and min(since.values()) == at:
                yield at - at
                since.clear()


def _rounds(transaction: Transaction) -> dict[int, int]:
    deal = tables.deal
    rows = transaction.connection.execute(
        select(deal.c.revision, func.count())
        .where(deal.c.state == "accepted")
        .group_by(deal.c.revision)
        .order_by(deal.c.revision)
    )
    return {revision: count for revision, count in rows}  # noqa: C416
