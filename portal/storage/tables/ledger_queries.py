"""Query conditions that use an index of the ledger.

Every index costs time for every message, so the ledger has only two: all events of a deal by `seq`, and events that are not
messages by kind.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, and_, literal_column, select

from portal.domain.ledger.event_body import PartyName
from portal.storage.tables.deals import deal, event

R = TypeVar("R", bound=Any)


def kind_is(*kinds: str) -> ColumnElement[bool]:
    """Match events of these kinds, or all events but messages without `kinds`. "message" is not allowed."""
    if "message" in kinds:
        raise ValueError("messages are found by a deal's order, not by kind")
    # A literal, as in the index: with a bound value, SQLite plans each statement twice, and a prepared statement of
    # PostgreSQL does not use the index.
    other = event.c.kind != literal_column("'message'")
    if not kinds:
        return other
    return and_(other, event.c.kind == kinds[0] if len(kinds) == 1 else event.c.kind.in_(kinds))


def sort_by_seq(rows: Iterable[R]) -> list[R]:
    """Sort rows by `seq`. With ORDER BY, the database would not use the index of kinds."""
    return sorted(rows, key=lambda row: row.seq)


# Positions come from URLs, and a number that does not fit into the column would be an error.
_MAX_NUMBER = 2**30


def own_number(party: PartyName) -> ColumnElement[int | None]:
    """Return the column of an event's number in a party's stream. It is NULL when the party must not see the event."""
    return event.c.buyer_seq if party == "buyer" else event.c.seller_seq


def own_after(party: PartyName, number: int) -> ColumnElement[bool]:
    """Match events after a number of the party's stream. `seq` is never smaller, so its index is used."""
    number = max(number, 0)
    return and_(own_number(party) > number, event.c.seq > number)


def own_before(deal_id: str, party: PartyName, number: int) -> ColumnElement[bool]:
    """Match events before a number of the party's stream.

    `seq` exceeds that number by the events hidden from the party up to there, which are at most all its hidden events.
    """
    number = max(0, min(number, _MAX_NUMBER))
    hidden_count = deal.c.seq - (deal.c.buyer_seq if party == "buyer" else deal.c.seller_seq)
    most: ScalarSelect[int] = select(hidden_count).where(deal.c.id == deal_id).scalar_subquery()
    return and_(own_number(party) < number, event.c.seq < number + most)
