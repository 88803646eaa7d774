"""The doorbell only says "look": it may be lost, rung twice, rung for nothing, or answered by strangers."""

from __future__ import annotations

import json
import random

import pytest
from redis import Redis

from realtime.hub.redis_doorbell import DEALS, NOTES
from tests.chaos.conftest import TIMES, Measured, Pair, Site, by_hand
from tests.chaos.invariants import acknowledged, all_equal, kept_once, verified
from tests.chaos.talk import opened, talking
from tests.chaos.test_network import happens
from tests.chaos.test_redis import SLACK, delay

pytestmark = pytest.mark.anyio


async def test_a_server_whose_every_ring_is_lost_is_late_by_a_poll(site: Site, measured: Measured) -> None:
    table = site.house.deal()
    site.tampering.rings.value = 1
    async with opened(site.tab(table, table.bea), site.tab(table, table.rita)) as (bea, rita):
        for number in range(3 * TIMES):
            # What is said before it is heard: the poll brings both at once.
            late = await delay(bea, rita, f"Does anybody hear me? {number}")
            measured("until the poll finds it", late)
            assert late < site.server.pace.poll + SLACK
        await by_hand(happens, table, 1)
        await all_equal(bea, rita)
        assert bea.connects == rita.connects == 1


@pytest.mark.parametrize(
    "rings", [2, 3], ids=["twice and for nothing", "with events lost, late and disordered"]
)
async def test_a_server_that_rings_wrongly_shows_everything_once(site: Site, rings: int) -> None:
    table, other = site.house.deal(), site.house.deal()
    site.tampering.rings.value = rings
    people = [(table, table.bea), (table, table.rita), (other, other.bea)]
    async with opened(*(site.tab(*each) for each in people)) as tabs:
        async with talking(*tabs) as talk:
            await talk.confirmed(30 * TIMES)
        await all_equal(*tabs)
        assert all((tab.connects, tab.doubled, tab.holes) == (1, 0, 0) for tab in tabs)
    for each in (table, other):
        verified(site.database, each.deal_id)


async def test_strangers_on_the_channels_disturb_nobody(pair: Pair) -> None:
    table, rng = pair.house.deal(), random.Random(7)
    tabs = [pair.tab(table, table.bea), pair.tab(table, table.rita, server=1)]
    nonsense: list[bytes] = [
        b"",
        b"\xff\x00",
        b"null",
        b"[]",
        b'{"by":"x","deals":7}',
        b'{"by":"x","note":{"deal":7}}',
        b'{"by":"x","note":null}',
        b"[" * 5000,
        json.dumps({"by": "x", "deals": ["no such deal"] * 500}).encode(),
        json.dumps({"by": "x", "deals": [table.deal_id, table.deal_id]}).encode(),
        b'{"by":"x","deals":null}',
    ]
    async with opened(*tabs):
        with Redis(port=pair.redis.port) as stranger:
            async with talking(*tabs) as talk:
                for _ in range(20 * TIMES):
                    for channel in (DEALS, NOTES):
                        await by_hand(stranger.publish, channel, rng.choice(nonsense))
                    await talk.confirmed(talk.count + 1)
        assert await delay(tabs[0], tabs[1], "Still heard?") < SLACK
        kept_once(pair.database, table.deal_id, acknowledged(tabs))
        await all_equal(*tabs)
        assert all((tab.connects, tab.doubled, tab.holes) == (1, 0, 0) for tab in tabs)
