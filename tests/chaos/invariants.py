"""What holds after every trial, whatever failed."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from functools import partial

from sqlalchemy import func, select

from portal.access import System, deal_for
from portal.database.database import Database
from portal.domain.ledger import ledger
from portal.reading.operator import verification
from portal.storage import tables
from portal.storage.session import Transaction
from tests.chaos.tab import Tab


def verified(database: Database, *deals: str) -> None:
    """Every chain and revision holds; streams are gap-free; a deal has one order at most, of the revision accepted."""
    for deal_id in deals:
        database.read_now(partial(_verified, deal_id=deal_id))


def kept_once(database: Database, deal_id: str, acknowledged: Mapping[str, str]) -> None:
    """Every acknowledged message (text by key) is there once; nothing else was said twice."""
    said = database.read_now(partial(_said, deal_id=deal_id))
    doubled = [key for key, times in Counter(key for key, _ in said).items() if times > 1]
    assert not doubled, f"said twice: {doubled}"
    found = dict(said)
    lost = {key: body for key, body in acknowledged.items() if found.get(key) != body}
    assert not lost, f"acknowledged, and lost or altered: {lost}"


async def all_equal(*tabs: Tab, loads: int = 1) -> None:
    """Every open page is as a fresh one, and none had to be loaded again."""
    await asyncio.gather(*(tab.equals_a_fresh_page() for tab in tabs))
    assert [tab.loads for tab in tabs] == [loads] * len(tabs)


def acknowledged(tabs: Iterable[Tab]) -> dict[str, str]:
    return {key: body for tab in tabs for key, body in tab.acknowledged.items()}


def orders(database: Database, deal_id: str) -> list[tuple[str, int, str]]:
    """Number, revision and digest of each order of the deal."""
    order = tables.order.c
    query = select(order.number, order.revision, order.digest).where(order.deal_id == deal_id)
    return [tuple(row) for row in database.read_now(lambda t: t.connection.execute(query).all())]


def _verified(transaction: Transaction, deal_id: str) -> None:
    deal = deal_for(transaction, System("trial"), deal_id)
    verdict = verification.verify(transaction, deal)
    assert verdict.intact, verdict.broken
    event, order, acceptance = tables.event.c, tables.order, tables.acceptance
    for party in ("buyer", "seller"):
        number = event[f"{party}_seq"]
        query = select(number).where(event.deal_id == deal_id, number.is_not(None)).order_by(number)
        numbers = transaction.connection.scalars(query).all()
        assert numbers == list(range(1, len(numbers) + 1)), f"the {party}'s stream has holes"
        assert len(numbers) == getattr(deal, f"{party}_seq")
    counted = [
        transaction.connection.scalar(select(func.count()).where(table.c.deal_id == deal_id))
        for table in (order, acceptance)
    ]
    accepted = int(deal.state == "accepted")
    assert counted == [accepted, accepted], f"{deal.state}, with {counted} orders and acceptances"
    revisions = select(tables.revision.c.number).where(tables.revision.c.deal_id == deal_id)
    found = sorted(transaction.connection.scalars(revisions).all())
    assert found == list(range(1, deal.revision + 1))


def _said(transaction: Transaction, deal_id: str) -> list[tuple[str, str]]:
    event = tables.event.c
    query = select(event.key, event.personal).where(
        event.deal_id == deal_id, event.kind == "message", event.key.is_not(None)
    )
    rows = transaction.connection.execute(query).all()
    return [(row.key, ledger.decode_personal(row.personal).body) for row in rows]
