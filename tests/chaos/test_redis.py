"""Whatever Redis does, or the network to it: what one process is told, pages of the other show, at most a poll later."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Callable, Iterator

import pytest

from tests.chaos.conftest import TIMES, Measured, Pair, by_hand
from tests.chaos.invariants import acknowledged, all_equal, kept_once, verified
from tests.chaos.servers import Pace
from tests.chaos.tab import Tab
from tests.chaos.talk import opened
from tests.services.postgres import PostgresServer
from tests.services.redis import RedisServer

pytestmark = pytest.mark.anyio
# Seconds that a busy machine may take on top of the poll, which finds what no ring announced; without it, it would be for
# ever. What it really took is measured.
SLACK = 20.0

Act = Callable[[Pair], object]


def heal(pair: Pair) -> None:
    for net in pair.to_redis:
        net.heal()


def nothing(pair: Pair) -> None:
    pass


FAULTS: dict[str, tuple[Act, Act]] = {
    "connections killed": (lambda pair: pair.redis.cut_connections(), nothing),
    "stopped": (lambda pair: pair.redis.stop(), lambda pair: pair.redis.start()),
    "killed": (lambda pair: pair.redis.kill(), lambda pair: pair.redis.start()),
    "paused": (lambda pair: pair.redis.pause(), lambda pair: pair.redis.resume()),
    "restarted": (lambda pair: pair.redis.restart(), nothing),
    "network reset": (lambda pair: [net.cut() for net in pair.to_redis], nothing),
    "network down for one": (lambda pair: pair.to_redis[1].down(), heal),
    "network stalled": (lambda pair: [net.stall() for net in pair.to_redis], heal),
    "rings lost on the way out": (lambda pair: [net.swallow("up") for net in pair.to_redis], heal),
    "rings lost on the way in": (lambda pair: [net.swallow("down") for net in pair.to_redis], heal),
    "rings late": (lambda pair: [net.delay(0.2) for net in pair.to_redis], heal),
}


@pytest.fixture(scope="module")
def unpolled(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Pair]:
    """Two processes that never look by themselves: what arrives was rung for, or told on coming back."""
    redis = RedisServer(tmp_path_factory.mktemp("redis"))
    found = Pair(tmp_path_factory.mktemp("unpolled"), postgres_server, redis, pace=Pace(poll=3600))
    yield found
    found.close()
    redis.stop()


@pytest.fixture
async def watched(pair: Pair) -> AsyncIterator[tuple[Tab, Tab]]:
    """Bea's page on one process, Rita's on the other."""
    table = pair.house.deal()
    async with opened(pair.tab(table, table.bea, server=0), pair.tab(table, table.rita, server=1)) as (b, r):
        yield b, r


async def delay(speaker: Tab, reader: Tab, text: str) -> float:
    """Seconds from a message being kept to its being on the other's page."""
    await speaker.says(text)
    began = time.monotonic()
    position = reader.who.deal.position
    await reader.reaches(position)
    return time.monotonic() - began


@pytest.mark.parametrize("fault", FAULTS)
async def test_what_one_process_is_told_the_other_shows(
    pair: Pair, watched: tuple[Tab, Tab], fault: str, measured: Measured
) -> None:
    bea, rita = watched
    begins, ends = FAULTS[fault]
    for number in range(TIMES):
        late = []
        await by_hand(begins, pair)
        try:
            late += [
                await delay(bea, rita, f"{fault}? {number}"),
                await delay(rita, bea, f"{fault}! {number}"),
            ]
        finally:
            await by_hand(ends, pair)
        late.append(await delay(bea, rita, f"after {number}"))
        measured("until the other process shows it", max(late))
        assert max(late) < pair.server.pace.poll + SLACK
    kept_once(pair.database, bea.who.deal_id, acknowledged(watched))
    verified(pair.database, bea.who.deal_id)
    await all_equal(bea, rita)
    assert (bea.over, rita.over, bea.connects, rita.connects) == (None, None, 1, 1)


@pytest.mark.parametrize("fault", FAULTS)
async def test_once_redis_is_back_everybody_is_told_and_rings_are_heard_again(
    unpolled: Pair, fault: str
) -> None:
    begins, ends = FAULTS[fault]
    table = unpolled.house.deal()
    tabs = [unpolled.tab(table, table.bea), unpolled.tab(table, table.rita, server=1)]
    async with opened(*tabs) as (bea, rita):
        for number in range(TIMES):
            await by_hand(begins, unpolled)
            try:
                for tab in tabs:
                    await tab.says(f"Meanwhile {number}")
            finally:
                await by_hand(ends, unpolled)
            await all_equal(bea, rita)
            for speaker, reader in ((bea, rita), (rita, bea), (bea, rita), (rita, bea)):
                await delay(speaker, reader, f"Heard again? {number}")
        assert bea.connects == rita.connects == 1
