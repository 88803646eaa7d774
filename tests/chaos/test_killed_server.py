"""SIGKILL of the server while everybody talks and somebody accepts: nothing acknowledged is lost, nothing happens twice."""

from __future__ import annotations

import asyncio
import random
import time

import httpx
import pytest

from tests.cast import Table
from tests.chaos.conftest import TIMES, Measured, Pair, Site, by_hand
from tests.chaos.invariants import acknowledged, all_equal, kept_once, orders, verified
from tests.chaos.tab import Tab
from tests.chaos.talk import opened, talking

pytestmark = pytest.mark.anyio


def acceptance(table: Table, key: str) -> dict[str, str]:
    deal = table.sol.deal
    return {
        "revision": str(deal.revision),
        "digest": deal.digest,
        "name": "Sol Iversen",
        "authority": "on",
        "key": key,
        "position": str(deal.position),
    }


async def accepts(sol: Tab, form: dict[str, str]) -> bool:
    """Whether the acceptance is confirmed. A server that dies meanwhile confirms nothing."""
    try:
        answer = await sol.posts("acceptance", **form)
    except httpx.TransportError:
        return False
    assert answer.status_code == 303, answer.text
    return True


async def test_a_server_killed_while_everybody_talks_and_one_accepts(site: Site, measured: Measured) -> None:
    for number in range(2 * TIMES):
        # Every run kills at other instants: the machine's own timing comes on top.
        rng = random.Random(number)
        table = site.house.deal()
        form = acceptance(table, f"accept-{number}")
        # Sol's messages go by form: what answers them is the command's own result, and not the event that everybody sees.
        tabs = [
            site.tab(table, who, sockets=who is not table.sol) for who in (table.bea, table.sol, table.rita)
        ]
        async with opened(*tabs):
            async with talking(*tabs) as talk:
                await talk.confirmed(rng.randrange(5, 40))
                accepting = asyncio.create_task(accepts(tabs[1], form))
                if number % 2:
                    # The moment it is confirmed; whatever is to be kept has to be by now.
                    await accepting
                else:
                    await talk.confirmed(talk.count + rng.randrange(4))
                await by_hand(site.server.kill)
                told = orders(site.database, table.deal_id) if await accepting else []
                await by_hand(site.server.restart)
                began = time.monotonic()
                assert await accepts(tabs[1], form)
                await talk.confirmed(talk.count + 5)
            await all_equal(*tabs)
            measured("from the new server's first answer until all pages are whole", time.monotonic() - began)
            found = orders(site.database, table.deal_id)
            assert len(found) == 1
            assert found[0][1:] == (1, form["digest"])
            assert not told or told == found
            kept_once(site.database, table.deal_id, acknowledged(tabs))
            verified(site.database, table.deal_id)


async def test_one_of_two_processes_killed_while_everybody_talks_and_one_accepts(
    pair: Pair, measured: Measured
) -> None:
    """The other goes on: what the dead one had begun holds nobody up, and what it had not committed is gone."""
    for number in range(2 * TIMES):
        rng, dying = random.Random(number), number % 2
        table = pair.house.deal()
        form = acceptance(table, f"accept-{number}")
        seats = ((table.bea, dying), (table.sol, dying), (table.rita, 1 - dying), (table.mia, 1 - dying))
        async with opened(*(pair.tab(table, who, server=at) for who, at in seats)) as tabs:
            async with talking(*tabs) as talk:
                await talk.confirmed(rng.randrange(5, 40))
                accepting = asyncio.create_task(accepts(tabs[1], form))
                await talk.confirmed(talk.count + rng.randrange(4))
                await by_hand(pair.servers[dying].kill)
                told = orders(pair.database, table.deal_id) if await accepting else []
                # Only these two can be confirmed now.
                began = time.monotonic()
                await talk.confirmed(talk.count + 6)
                measured("until the other process has taken six messages", time.monotonic() - began)
                await by_hand(pair.servers[dying].restart)
                assert await accepts(tabs[1], form)
                await talk.confirmed(talk.count + 5)
            found = orders(pair.database, table.deal_id)
            assert len(found) == 1
            assert found[0][1:] == (1, form["digest"])
            assert not told or told == found
            kept_once(pair.database, table.deal_id, acknowledged(tabs))
            verified(pair.database, table.deal_id)
            await all_equal(*tabs)
