"""Nobody is woken, and nothing rings, for what the other side keeps to itself: not even a heartbeat comes later."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path

import pytest

from portal.commands.conversation import buyer_room
from portal.database.database import Database
from portal.reading.deal_page import event_stream
from realtime.hub.hub import INBOX, Hub
from realtime.hub.memory_doorbell import MemoryDoorbell
from realtime.hub.subscription import Subscription
from tests.cast import Seat, Table, open_database
from tests.realtime.conftest import Opens

pytestmark = pytest.mark.anyio


@pytest.fixture
async def hub() -> AsyncIterator[Hub]:
    hub = Hub(MemoryDoorbell(), poll_every=3600.0)
    yield hub
    await hub.stop()


@pytest.fixture
async def house(hub: Hub, tmp_path: Path) -> AsyncIterator[Database]:
    database = open_database(f"sqlite:///{tmp_path}/side.db", ring=hub.ring)
    await hub.start(database)
    yield database
    database.close()


async def seated(hub: Hub, house: Database, who: Seat) -> Subscription:
    subscription = hub.subscribe(who.deal_id, who.actor)  # type: ignore[arg-type]  # people of the cast have sessions
    query = partial(event_stream.opening, actor=who.actor, deal_id=who.deal_id, after=0, limit=100)
    deal = (await house.read(query)).deal
    assert hub.join(subscription, deal.actor, deal.actor_name, deal.role, deal)
    return subscription


async def quiet(subscription: Subscription) -> None:
    """Presence has been told, and whatever else was on its way."""
    while await subscription.wait(0.5):
        subscription.ephemeral_frames.clear()


async def test_the_desk_is_not_woken_while_the_buyers_confer(hub: Hub, house: Database) -> None:
    table = Table(house)
    bea, rita = await seated(hub, house, table.bea), await seated(hub, house, table.rita)
    inbox = hub.subscribe(INBOX, table.rita.actor)  # type: ignore[arg-type]
    for subscription in (bea, rita, inbox):
        await quiet(subscription)
    inbox.changed_deals = set()
    table.bea.does(buyer_room.confide, body="Quietly.")
    assert await bea.wait(10), "her colleague's page is woken"
    assert not await rita.wait(0.3)
    assert inbox.changed_deals == set()
    assert not await inbox.wait(0.1)
    table.bea.says("Aloud.")
    assert await rita.wait(10)
    assert inbox.changed_deals == {table.deal_id}


async def test_a_buyer_is_not_woken_by_a_note(hub: Hub, house: Database) -> None:
    table = Table(house)
    bea, rita = await seated(hub, house, table.bea), await seated(hub, house, table.rita)
    for subscription in (bea, rita):
        await quiet(subscription)
    table.rita.notes("They are in a hurry.")
    assert await rita.wait(10)
    assert not await bea.wait(0.3)


async def test_who_is_in_the_room_is_not_seen_at_the_table(opens: Opens, table: Table) -> None:
    room = await opens(table.sol, room="1")
    await room.heartbeat()
    # What a page could send by mistake goes nowhere.
    await room.sends({"type": "typing", "anchor": None})
    await room.sends({"type": "at", "anchor": "line:press"})
    await room.sends({"type": "seen", "seq": 1})
    await room.says("Never at the table", key="k")
    assert (await room.told("k"))["nack"] == "k"
    rita = await opens(table.rita)
    here = await rita.until(lambda frame: "here" in frame.get("ephemeral", {}))
    assert [person["name"] for person in here["ephemeral"]["here"]] == ["Rita"]
    bea = await opens(table.bea)
    await rita.until(lambda frame: "Bea" in str(frame.get("ephemeral", "")))
    assert all("Sol" not in str(each) for each in (*rita.ephemeral, *bea.ephemeral))
    assert table.rita.deal.seller_seq == rita.position


async def test_the_room_is_live(opens: Opens, table: Table) -> None:
    sol, rita = await opens(table.sol, room="1"), await opens(table.rita)
    position = rita.position
    table.bea.does(buyer_room.confide, body="Quietly.")
    frame = await sol.event()
    assert frame["seq"] == table.bea.deal.buyer_seq
    table.bea.says("Aloud.")
    assert (await rita.event())["prev"] == position
    assert "Quietly." not in "".join(rita.contents)
