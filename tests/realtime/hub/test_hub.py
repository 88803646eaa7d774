"""Nothing falls between looking and listening."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy.event import listen

from portal.access import BuyerSession
from portal.commands.conversation.post_message import Message
from portal.database.database import Database
from portal.reading.deal_page import event_stream
from realtime.hub.hub import INBOX, Hub
from realtime.hub.memory_doorbell import MemoryDoorbell
from tests.cast import Table, open_database

pytestmark = pytest.mark.anyio
NEVER = 3600.0


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    """A hub whose poll no test waits for."""
    hub = Hub(MemoryDoorbell(), poll_every=NEVER)
    yield hub
    await hub.stop()


@pytest.fixture
async def database(hub: Hub, tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/parley.db", ring=hub.ring)
    await hub.start(database)
    yield database
    database.close()


@pytest.fixture
def table(database: Database) -> Table:
    return Table(database)


async def opening(database: Database, table: Table) -> event_stream.Opening:
    """What a socket of Bea's reads first."""
    query = partial(event_stream.opening, actor=table.bea.actor, deal_id=table.deal_id, after=0, limit=100)
    return await database.read(query)


async def test_what_is_said_while_a_page_opens_reaches_it(hub: Hub, database: Database, table: Table) -> None:
    assert isinstance(table.bea.actor, BuyerSession)
    subscription = hub.subscribe(table.deal_id, table.bea.actor)
    found = await opening(database, table)
    # After the snapshot was taken, and before the socket knows what was in it.
    table.rita.says("Meanwhile")
    # Reading gives the loop time to hear the ring.
    newest = (await opening(database, table)).events[-1]
    assert hub.join(subscription, found.deal.actor, found.deal.actor_name, found.deal.role, found.deal)
    assert subscription.feed is not None
    while not (heard := subscription.feed.after("buyer", found.deal.buyer_seq)):
        assert await subscription.wait(10), "nobody was woken"
    assert [event.seq for event in heard] == [newest.seq]


async def test_what_was_said_in_this_process_is_not_read_back(
    hub: Hub, database: Database, table: Table
) -> None:
    assert isinstance(table.bea.actor, BuyerSession)
    subscription = hub.subscribe(table.deal_id, table.bea.actor)
    found = await opening(database, table)
    assert hub.join(subscription, found.deal.actor, found.deal.actor_name, found.deal.role, found.deal)
    assert subscription.feed is not None
    reads: list[object] = []
    listen(database.store.reader, "begin", reads.append)
    await database.write(Message(actor=table.rita.actor, deal_id=table.deal_id, body="From next door"))
    while not (heard := subscription.feed.after("buyer", found.deal.buyer_seq)):
        assert await subscription.wait(10), "nobody was woken"
    (event,) = heard
    assert event.head is not None
    assert (event.kind, event.head.buyer_waits_since, reads) == ("message", None, [])
    hub.leave(subscription)


async def test_who_leaves_is_forgotten(hub: Hub, database: Database, table: Table) -> None:
    assert isinstance(table.bea.actor, BuyerSession)
    subscriptions = [hub.subscribe(place, table.bea.actor) for place in (table.deal_id, table.deal_id, INBOX)]
    found = await opening(database, table)
    for subscription in subscriptions[:2]:
        assert hub.join(subscription, found.deal.actor, found.deal.actor_name, found.deal.role, found.deal)
    assert hub.open_sockets() == {"buyer": 2, "seller": 0, "inbox": 1}
    for subscription in subscriptions:
        hub.leave(subscription)
    assert hub.open_sockets() == {"buyer": 0, "seller": 0, "inbox": 0}
    # A socket that opens later starts from what it reads, not from what others left.
    table.rita.says("To nobody")
    late = hub.subscribe(table.deal_id, table.bea.actor)
    assert late.feed is not subscriptions[0].feed
    hub.leave(late)
