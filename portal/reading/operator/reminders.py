"""What the house and each person have settled about reminders."""

from datetime import timedelta

from sqlalchemy import select

from portal.domain.deal.reminders import DEFAULT_GOAL
from portal.storage import tables
from portal.storage.session import Transaction


def response_goal(transaction: Transaction) -> timedelta:
    """How long a buyer may wait for the seller, by the clock."""
    minutes = transaction.connection.execute(select(tables.installation.c.response_goal)).scalar()
    return DEFAULT_GOAL if minutes is None else timedelta(minutes=minutes)


def switched_off(transaction: Transaction, person: str) -> frozenset[str]:
    """Kinds of reminder that somebody ("contact:ID", "rep:ID") does not want."""
    off = tables.reminder_off.c
    return frozenset(transaction.connection.execute(select(off.kind).where(off.person == person)).scalars())
