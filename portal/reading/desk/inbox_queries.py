"""Which deals the inbox reads: conditions on the deal's head, and how many deals have ended."""

from collections import Counter

from sqlalchemy import ColumnElement, and_, func, or_, select, true

from portal.reading.desk.inbox_row import View
from portal.storage import tables
from portal.storage.session import Transaction

_CLOSED = ("accepted", "declined", "withdrawn", "expired")


def is_going() -> ColumnElement[bool]:
    """Deals that somebody may still be waiting in; a few of them turn out to have lapsed."""
    return or_(tables.deal.c.state.not_in(_CLOSED), tables.deal.c.buyer_waits_since.is_not(None))


def is_within_reach(view: View) -> ColumnElement[bool]:
    owner = tables.deal.c.owner_id
    return or_(owner.is_(None), owner == view.rep_id) if view.whose == "mine" else true()


def matches(view: View) -> ColumnElement[bool]:
    wanted = view.search
    columns = (tables.deal.c.title, tables.deal.c.company, tables.deal.c.number)
    return or_(*(column.icontains(wanted, autoescape=True) for column in columns))


def count_closed(transaction: Transaction, view: View) -> Counter[str]:
    """Deals that have ended, as the clock sees them; "over": those of them that wait for nobody."""
    deal, now = tables.deal, transaction.now
    lapsed = and_(deal.c.state == "open", deal.c.valid_until <= now)
    waits = deal.c.buyer_waits_since.is_not(None).label("waits")
    counted = transaction.connection.execute(
        # By the column alone: PostgreSQL takes a comparison with a bound value for another one each time.
        select(deal.c.state, waits, func.count())
        .where(is_within_reach(view), or_(deal.c.state.in_(_CLOSED), lapsed))
        .group_by(deal.c.state, waits)
    )
    closed = Counter[str]()
    for state, still_waits, count in counted:
        closed["won" if state == "accepted" else "lost"] += count
        closed["over"] += 0 if still_waits else count
    return closed
