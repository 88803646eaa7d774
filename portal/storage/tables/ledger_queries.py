"""How a query goes into a deal's ledger without reading all of it.

What is written for every message is paid for by every message, so the ledger has two orders only: all of a deal by its
own counter, and what is no message by kind. The conditions here make a query find its way by one of them.
"""

from collections.abc import Iterable
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, ScalarSelect, and_, literal_column, select

from portal.domain.ledger.event_body import PartyName
from portal.storage.tables.deals import deal, event

R = TypeVar("R", bound=Any)


def happened(*kinds: str) -> ColumnElement[bool]:
    """Events of these kinds, none of which is "message"; without kinds everything but messages."""
    if "message" in kinds:
        raise ValueError("messages are found by a deal's order, not by kind")
    # Spelt as the index spells it: for a bound value SQLite would plan each statement twice, and what PostgreSQL has
    # prepared could not take the index.
    other = event.c.kind != literal_column("'message'")
    if not kinds:
        return other
    return and_(other, event.c.kind == kinds[0] if len(kinds) == 1 else event.c.kind.in_(kinds))


def in_order(rows: Iterable[R]) -> list[R]:
    """Rows with a `seq`, oldest first. Few that are told to the database to come in order it would look for by that
    order, among all of the deal's, and not by kind."""
    return sorted(rows, key=lambda row: row.seq)


# Positions come from addresses. No deal gets so far, and what is more than a column holds would be an error.
_FARTHEST = 2**30


def own_number(party: PartyName) -> ColumnElement[int | None]:
    """An event's number in a party's stream; NULL where that party may not know of it."""
    return event.c.buyer_seq if party == "buyer" else event.c.seller_seq


def own_after(party: PartyName, number: int) -> ColumnElement[bool]:
    """What follows a number of the party's. A stream has the order of the deal's counter, which is never behind it."""
    number = max(number, 0)
    return and_(own_number(party) > number, event.c.seq > number)


def own_before(deal_id: str, party: PartyName, number: int) -> ColumnElement[bool]:
    """What comes before a number of the party's. The deal's counter is ahead of it by what was kept from the party
    until then, which is never more than what is kept from it by now."""
    number = max(0, min(number, _FARTHEST))
    kept_from_it = deal.c.seq - (deal.c.buyer_seq if party == "buyer" else deal.c.seller_seq)
    most: ScalarSelect[int] = select(kept_from_it).where(deal.c.id == deal_id).scalar_subquery()
    return and_(own_number(party) < number, event.c.seq < number + most)
