"""Several server processes, PostgreSQL and Redis between them: whatever Redis does, every page gets every event."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager

import pytest

from portal.commands.people import revoke_links
from portal.domain.ledger.stored_event import StoredEvent
from realtime.hub.redis_doorbell import MOST_DEALS, RedisDoorbell
from tests.cast import Table
from tests.realtime.client import WITHIN, Page, keys
from tests.realtime.conftest import Opens, StartServer
from tests.services.postgres import PostgresServer
from tests.services.redis import RedisServer

pytestmark = pytest.mark.anyio
BEYOND_SQLITE = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
# A poll that no test waits for: what arrives has been rung for.
NEVER = 3600.0


class Heard:
    """What a doorbell's process is told."""

    def __init__(self) -> None:
        self.rings: asyncio.Queue[Collection[str] | None] = asyncio.Queue()
        self.notes: asyncio.Queue[bytes] = asyncio.Queue()

    def hear(self, deals: Collection[str] | None, events: Sequence[StoredEvent]) -> None:
        self.rings.put_nowait(deals)

    async def ring(self) -> Collection[str] | None:
        return await asyncio.wait_for(self.rings.get(), WITHIN)

    async def until(self, deal_id: str) -> None:
        while deal_id not in (await self.ring() or ()):
            pass


@asynccontextmanager
async def process(url: str) -> AsyncIterator[tuple[RedisDoorbell, Heard]]:
    """A doorbell as a process has it, connected."""
    bell, heard = RedisDoorbell(url), Heard()
    await bell.start(heard.hear, heard.notes.put_nowait)
    try:
        while not bell.status.connected:
            await heard.ring()
        yield bell, heard
    finally:
        await bell.stop()


async def lost(bell: RedisDoorbell) -> None:
    """Nothing tells a doorbell's process that its line is down, so this has to ask; each time the loop goes round."""
    async with asyncio.timeout(WITHIN):
        while bell.status.connected:  # noqa: ASYNC110
            await asyncio.sleep(0)


async def test_a_ring_in_one_process_is_heard_in_the_other_and_at_home(redis_url: str) -> None:
    async with process(redis_url) as (one, at_home), process(redis_url) as (_, elsewhere):
        threading.Thread(target=one.ring, args=(["deal-1"],)).start()
        await at_home.until("deal-1")
        await elsewhere.until("deal-1")


async def test_rings_from_many_threads_are_all_heard_and_gathered(redis_url: str) -> None:
    async with process(redis_url) as (one, _), process(redis_url) as (_, elsewhere):
        threads = [
            threading.Thread(target=lambda n=n: [one.ring([f"{n}-{i}"]) for i in range(200)])
            for n in range(8)
        ]
        for thread in threads:
            thread.start()
        wanted, messages = {f"{n}-{i}" for n in range(8) for i in range(200)}, 0
        while wanted:
            wanted -= set(await elsewhere.ring() or ())
            messages += 1
        assert messages < 1600


async def test_notes_go_to_others_only(redis_url: str) -> None:
    async with process(redis_url) as (one, at_home), process(redis_url) as (_, elsewhere):
        one.publish(b'{"deal":"d"}')
        assert await asyncio.wait_for(elsewhere.notes.get(), WITHIN) == b'{"deal":"d"}'
        assert at_home.notes.empty()


async def test_everybody_is_woken_after_a_cut(own_redis: RedisServer) -> None:
    async with process(own_redis.url) as (one, heard), process(own_redis.url) as (_, elsewhere):
        while not (heard.rings.empty() and elsewhere.rings.empty()):
            await asyncio.gather(*(each.ring() for each in (heard, elsewhere) if not each.rings.empty()))
        own_redis.cut_connections()
        while await heard.ring() is not None:
            pass
        while await elsewhere.ring() is not None:
            pass
        one.ring(["deal-1"])
        await elsewhere.until("deal-1")


async def test_what_rang_while_redis_was_away_is_told_when_it_is_back(own_redis: RedisServer) -> None:
    async with process(own_redis.url) as (one, at_home), process(own_redis.url) as (_, elsewhere):
        own_redis.kill()
        one.ring(["deal-1"])
        await at_home.until("deal-1")
        await lost(one)
        assert one.status.error
        own_redis.start()
        while await elsewhere.ring() is not None:
            pass
        while not one.status.connected:
            await at_home.ring()


async def test_a_great_many_waiting_rings_become_one_for_everybody(own_redis: RedisServer) -> None:
    async with process(own_redis.url) as (one, at_home), process(own_redis.url) as (other, elsewhere):
        own_redis.pause()
        for part in range(3):
            one.ring([f"{part}-{number}" for number in range(MOST_DEALS)])
            await at_home.until(f"{part}-0")
        own_redis.resume()
        while await elsewhere.ring() is not None:
            pass
        assert other.status.connected


async def test_a_redis_that_does_not_answer_is_noticed(
    own_redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("realtime.hub.redis_doorbell.SILENCE", 0.2)
    async with process(own_redis.url) as (bell, heard):
        own_redis.pause()
        await lost(bell)
        own_redis.resume()
        while await heard.ring() is not None:
            pass
        assert bell.status.connected


# ---- the same through servers, sockets and PostgreSQL ----------------------------------------------------------------


@BEYOND_SQLITE
async def test_two_processes_share_a_table(
    start_server: StartServer, opens: Opens, table: Table, redis_url: str
) -> None:
    one = start_server(apart=True, redis_url=redis_url, poll=NEVER)
    two = start_server(apart=True, redis_url=redis_url, poll=NEVER, public_url=one.configuration.public_url)
    bea, rita = await opens(table.bea, one), await opens(table.rita, two)
    for number in range(10):
        await bea.says(f"Question {number}", key=f"b{number}")
        await rita.says(f"Answer {number}", key=f"r{number}")
    heard = [
        [key for event in await page.events(20) for key in keys(event["content"])] for page in (bea, rita)
    ]
    assert heard[0] == heard[1]
    assert sorted(heard[0]) == sorted([f"b{n}" for n in range(10)] + [f"r{n}" for n in range(10)])
    assert [key for key in heard[0] if key[0] == "b"] == [f"b{n}" for n in range(10)]
    await see_each_other(bea, rita)


async def see_each_other(*pages: Page) -> None:
    """Everybody's names have reached every page, whatever process it is on."""
    for page in pages:
        while not any({"Bea Lund", "Rita"} <= names(told) for told in page.ephemeral):
            await page.until(lambda frame: True)


def names(told: dict[str, list[dict[str, str]]]) -> set[str]:
    return {person["name"] for person in told.get("here", [])}


@BEYOND_SQLITE
async def test_redis_cut_stopped_and_back(
    start_server: StartServer, opens: Opens, table: Table, own_redis: RedisServer
) -> None:
    one = start_server(redis_url=own_redis.url, poll=0.5)
    two = start_server(redis_url=own_redis.url, poll=0.5, public_url=one.configuration.public_url)
    bea, rita = await opens(table.bea, one), await opens(table.rita, two)

    async def talk(name: str) -> None:
        await bea.says(f"{name}?", key=f"{name}-b")
        assert "content" in await rita.told(f"{name}-b")
        await rita.says(f"{name}!", key=f"{name}-r")
        assert "content" in await bea.told(f"{name}-r")

    await talk("before")
    own_redis.cut_connections()
    await talk("cut")
    own_redis.stop()
    await talk("stopped")
    assert not one.state()["connected"]
    own_redis.start()
    await talk("back")
    while not (one.state()["connected"] and two.state()["connected"]):
        await bea.heartbeat()
    await talk("connected")
    for page, who in ((bea, table.bea), (rita, table.rita)):
        await page.up_to(who.deal.position)


@BEYOND_SQLITE
async def test_postgresql_restarted(
    start_server: StartServer, opens: Opens, table: Table, postgres_server: PostgresServer
) -> None:
    server = start_server()
    bea, rita = await opens(table.bea, server), await opens(table.rita, server)
    await bea.says("Before", key="k1")
    await rita.posted("k1")
    postgres_server.restart()
    # Refused or taken, as the connection pool finds out; the same key says it again.
    key = 0
    while True:
        key += 1
        await bea.says(f"After {key}", key=f"after-{key}")
        if "content" in await bea.told(f"after-{key}"):
            break
    assert "content" in await rita.told(f"after-{key}")


@BEYOND_SQLITE
async def test_a_lost_ring_is_found_by_the_poll_here_too(
    start_server: StartServer, opens: Opens, table: Table
) -> None:
    server = start_server(deaf=True)
    page = await opens(table.bea, server)
    await page.says("Does anybody hear me?", key="k1")
    assert keys((await page.event())["content"]) == ["k1"]
    table.rita.does(revoke_links.revoke_links, table.bea.contact_id)
    assert await page.closed() == 4403
