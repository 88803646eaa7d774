"""SQLite, with a server that writes and commands that write beside it: all wait for each other, and pages follow."""

from __future__ import annotations

import asyncio

import pytest

from tests.cast import Table
from tests.chaos.conftest import TIMES, Site, by_hand
from tests.chaos.invariants import acknowledged, all_equal, kept_once, verified
from tests.chaos.talk import opened, talking

pytestmark = pytest.mark.anyio


def works_beside(table: Table, times: int) -> dict[str, str]:
    """Another process's work on the same file: one commit each."""
    for number in range(times):
        table.rita.says(f"Beside {number}", key=f"beside-{number}")
        table.rita.notes(f"Noted {number}")
    return {f"beside-{number}": f"Beside {number}" for number in range(times)}


async def test_commands_write_beside_a_server_that_writes(site: Site) -> None:
    table = site.house.deal()
    tabs = [site.tab(table, who) for who in (table.bea, table.sol, table.mia)]
    async with opened(*tabs):
        async with talking(*tabs) as talk:
            said = await by_hand(works_beside, table, 20 * TIMES)
            for verb in ("withdraw", "reopen") * TIMES:
                status = await by_hand(site.server.portal, "deal", verb, table.deal_id)
                assert status == 0, site.server.output()
            await talk.confirmed(talk.count + 5)
        await all_equal(*tabs)
        assert all(tab.connects == 1 for tab in tabs)
    assert await asyncio.to_thread(lambda: table.rita.deal.revision) == 1 + TIMES
    kept_once(site.database, table.deal_id, acknowledged(tabs) | said)
    verified(site.database, table.deal_id)
