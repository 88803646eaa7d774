"""Every event reaches every open page: in order, without holes, through any cut."""

from __future__ import annotations

import asyncio
import signal

import httpx
import pytest
from sqlalchemy import update

from portal.database.database import Database
from portal.database.unit_of_work import UnitOfWork
from portal.domain.ledger import ledger, shared_events
from portal.storage import tables
from realtime.hub.feed import TAIL
from tests.cast import Table
from tests.realtime.client import WITHIN, keys
from tests.realtime.conftest import Opens, Server, StartServer

pytestmark = pytest.mark.anyio


async def test_a_message_reaches_both_sides_with_its_key(opens: Opens, table: Table) -> None:
    bea, sol, rita = await opens(table.bea), await opens(table.sol), await opens(table.rita)
    await bea.says("Could you do 17,200?", key="k1")
    for page in (bea, sol, rita):
        event = await page.event()
        assert keys(event["content"]) == ["k1"]
        assert "Could you do 17,200?" in event["content"]


async def test_a_page_catches_up_with_what_it_missed(opens: Opens, table: Table) -> None:
    page = await opens(table.bea)
    position = page.position
    table.rita.says("One")
    await page.event()
    await page.cut()
    for number in range(2 * TAIL):
        table.rita.says(f"Meanwhile {number}")
    again = await opens(table.bea, after=position + 1)
    contents = await again.up_to(position + 1 + 2 * TAIL)
    assert [f"Meanwhile {number}<" in content for number, content in enumerate(contents)] == [True] * 2 * TAIL


async def test_the_same_history_for_whoever_asks_again(opens: Opens, table: Table) -> None:
    for number in range(5):
        table.rita.says(f"Line {number}")
    newest = table.bea.deal.position
    first, second = await opens(table.bea, after=0), await opens(table.bea, after=0)
    assert await first.up_to(newest) == await second.up_to(newest)


async def test_side_rooms_leave_no_hole_and_no_trace(opens: Opens, table: Table) -> None:
    bea, rita = await opens(table.bea), await opens(table.rita)
    table.rita.notes("They will pay 18,000.")
    table.rita.says("Good morning")
    assert "Good morning" in (await bea.event())["content"]
    assert [("18,000" in event["content"]) for event in await rita.events(2)] == [True, False]


async def test_nothing_is_seen_before_its_commit(
    opens: Opens, table: Table, database: Database, server: Server
) -> None:
    page = await opens(table.bea)
    before = page.position
    with database.store.writer.connect() as connection, connection.begin():
        work = UnitOfWork(connection=connection, now=database.clock())
        work.append(table.deal_id, "rep:x", shared_events.MessagePosted(), ledger.Personal(body="Too early?"))
        # Several polls pass meanwhile.
        for _ in range(3):
            assert await page.heartbeat() == before
    assert "Too early?" in (await page.event())["content"]


async def test_a_lost_ring_is_found_by_the_poll(
    start_server: StartServer, opens: Opens, table: Table
) -> None:
    server = start_server(deaf=True)
    page = await opens(table.bea, server)
    await page.says("Does anybody hear me?", key="k1")
    assert keys((await page.event())["content"]) == ["k1"]


async def test_a_ring_needs_no_poll(start_server: StartServer, opens: Opens, table: Table) -> None:
    server = start_server(poll=3600)
    page = await opens(table.bea, server)
    for number in range(3):
        await page.says("Now", key=f"k{number}")
        assert keys((await page.event())["content"]) == [f"k{number}"]


async def test_the_heartbeat_says_how_far_the_deal_is(opens: Opens, table: Table) -> None:
    page = await opens(table.bea)
    table.rita.says("One")
    newest = table.bea.deal.position
    await page.up_to(newest)
    assert await page.heartbeat() == newest


@pytest.mark.parametrize("query", [{"epoch": "another"}, {"after": 9999}, {"after": "x"}, {"after": -1}])
async def test_who_cannot_resume_loads_the_page_afresh(
    opens: Opens, table: Table, query: dict[str, str]
) -> None:
    page = await opens(table.bea, **query)
    assert await page.raw() == {"reload": True}
    # Not a code that htmx reconnects on: the page is on its way out.
    assert await page.closed() == 1000


async def test_the_current_epoch_resumes(opens: Opens, table: Table, server: Server) -> None:
    page = await opens(table.bea, epoch="test")
    table.rita.says("Good morning")
    assert "Good morning" in (await page.event())["content"]


async def test_a_restored_backup_makes_open_pages_load_afresh(
    opens: Opens, table: Table, database: Database
) -> None:
    page = await opens(table.bea)
    # A server has to have seen the epoch it was started with.
    await page.heartbeat()
    with database.store.writer.connect() as connection, connection.begin():
        connection.execute(update(tables.installation).values(epoch="restored"))
    assert await page.until(lambda frame: "reload" in frame)
    assert await page.closed() == 1000


async def test_a_killed_server_loses_nothing(start_server: StartServer, opens: Opens, table: Table) -> None:
    server = start_server(apart=True)
    page = await opens(table.bea, server)
    for number in range(20):
        await page.says(f"Message {number}", key=f"k{number}")
    await page.posted("k9")
    acknowledged = page.position
    server.process.kill()
    assert await page.closed() == 1006
    server.start()
    again = await opens(table.bea, server, after=0)
    contents = await again.up_to(table.bea.deal.position)
    found = [key for content in contents for key in keys(content)]
    assert found[:10] == [f"k{number}" for number in range(10)]
    assert len(found) == len(set(found))
    assert again.position >= acknowledged


async def test_a_stopping_server_says_so(start_server: StartServer, opens: Opens, table: Table) -> None:
    server = start_server(apart=True)
    page = await opens(table.bea, server)
    await page.heartbeat()
    stopping = asyncio.to_thread(server.process.stop, signal.SIGTERM)
    status, code = await asyncio.gather(stopping, page.closed())
    assert code == 1012
    assert status in (0, -signal.SIGTERM)


async def test_sockets_are_counted_and_forgotten(server: Server, opens: Opens, table: Table) -> None:
    page, _ = await opens(table.bea), await opens(table.rita)
    await page.heartbeat()
    assert (await counted(server))["buyer"] == 1
    await page.close()
    while (await counted(server))["buyer"]:
        pass
    assert (await counted(server))["seller"] == 1


async def counted(server: Server) -> dict[str, int]:
    async with httpx.AsyncClient(timeout=WITHIN) as client:
        sockets: dict[str, int] = (await client.get(f"{server.url}/state")).json()["sockets"]
        return sockets
