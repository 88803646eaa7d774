"""A clock that jumps: what has expired is refused whatever was swept, and order comes from numbers, never from times."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.chaos.conftest import TIMES, Site, StartSite, by_hand
from tests.chaos.invariants import acknowledged, all_equal, kept_once, orders, verified
from tests.chaos.servers import Pace
from tests.chaos.talk import opened, talking
from tests.chaos.test_killed_server import acceptance
from tests.chaos.test_network import happens
from tests.commands.streams import rows

pytestmark = pytest.mark.anyio


async def test_forward_over_the_validity_and_back_before_anybody_swept(start_site: StartSite) -> None:
    site = start_site(pace=Pace(sweep=3600))
    table = site.house.deal()
    form = acceptance(table, "accept")
    beyond = table.sol.deal.valid_until - site.tampering.now() + timedelta(minutes=1)
    async with opened(site.tab(table, table.sol), site.tab(table, table.rita)) as (sol, rita):
        site.tampering.ahead.value = beyond.total_seconds()
        refused = await sol.posts("acceptance", **form)
        assert refused.status_code == 403
        assert "expired" in refused.text
        assert (await rita.posts("publish", base="1")).status_code == 403
        assert orders(site.database, table.deal_id) == []
        site.tampering.ahead.value = 0
        assert (await sol.posts("acceptance", **form)).status_code == 303
        assert len(orders(site.database, table.deal_id)) == 1
        await all_equal(sol, rita)
    verified(site.database, table.deal_id)


async def test_forward_with_a_sweep_stays_expired_until_more_time_is_given(site: Site) -> None:
    table = site.house.deal()
    form = acceptance(table, "accept")
    until = table.sol.deal.valid_until
    async with opened(site.tab(table, table.sol), site.tab(table, table.rita)) as (sol, rita):
        site.tampering.ahead.value = (until - site.tampering.now() + timedelta(minutes=1)).total_seconds()
        await sol.reaches(sol.last + 1)
        site.tampering.ahead.value = 0
        assert (await sol.posts("acceptance", **form)).status_code == 403
        later = (until + timedelta(days=7)).date().isoformat()
        assert (await rita.posts("more-time", valid_until=later)).status_code == 303
        assert (await sol.posts("acceptance", **form)).status_code == 409, "revision 2 is another offer"
        assert (await sol.posts("acceptance", **acceptance(table, "accept-2"))).status_code == 303
        await all_equal(sol, rita)
    verified(site.database, table.deal_id)


async def test_back_and_forth_while_everybody_talks(site: Site) -> None:
    table = site.house.deal()
    tabs = [site.tab(table, who) for who in (table.bea, table.rita, table.vic)]
    async with opened(*tabs):
        for number in range(TIMES):
            async with talking(*tabs[:2]) as talk:
                for step, hours in enumerate((-26, 3, -200, 0)):
                    site.tampering.ahead.value = timedelta(hours=hours).total_seconds()
                    await by_hand(happens, table, 4 * number + step)
                    await talk.confirmed(talk.count + 3)
            await all_equal(*tabs)
        assert all((tab.over, tab.connects, tab.doubled) == (None, 1, 0) for tab in tabs)
    times = [row.at for row in await by_hand(rows, table)]
    assert times != sorted(times), "the clock did go back"
    kept_once(site.database, table.deal_id, acknowledged(tabs))
    verified(site.database, table.deal_id)


async def test_forward_over_the_end_of_sessions_closes_pages(site: Site) -> None:
    table = site.house.deal()
    async with opened(site.tab(table, table.bea), site.tab(table, table.rita)) as (bea, rita):
        site.tampering.ahead.value = timedelta(days=61).total_seconds()
        for tab in (bea, rita):
            await tab.ends()
            assert tab.over == 4401
            assert (await tab.posts("messages", body="Am I still here?")).status_code == 401
