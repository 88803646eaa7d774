"""Whatever the network between a page and the server does, the page ends up as a fresh one, without being loaded again."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

import psutil
import pytest

from portal.commands.conversation.post_message import Message
from tests.cast import Table
from tests.chaos.conftest import TIMES, Measured, Site, StartSite, by_hand
from tests.chaos.invariants import acknowledged, all_equal, kept_once, verified
from tests.chaos.open_page import WITHIN
from tests.chaos.proxy import Proxy
from tests.chaos.servers import Pace
from tests.chaos.tab import IMPATIENCE
from tests.chaos.talk import opened, talking

pytestmark = pytest.mark.anyio
MEGABYTE = 1024 * 1024

FAULTS: dict[str, Callable[[Proxy], None]] = {
    "cut": Proxy.cut,
    "down": Proxy.down,
    "stalled": Proxy.stall,
    "half-open, nothing arrives here": lambda net: net.swallow("down"),
    "half-open, nothing arrives there": lambda net: net.swallow("up"),
    "cut in the middle of a frame": lambda net: net.truncate(700),
    "slow": lambda net: net.delay(0.1),
}


@pytest.fixture
def alert(start_site: StartSite) -> Site:
    """A page that hears nothing for longer than this knows that its line is dead, or that the newest was lost."""
    return start_site(pace=Pace(heartbeat=0.4))


def happens(table: Table, number: int) -> None:
    """Something of every shape: talk, an ask, a revision."""
    table.rita.says(f"Meanwhile {number}")
    table.bea.proposes("press", unit_price=str(17_000 + number))
    table.rita.publishes("accept")
    table.sol.says(f"On the line {number}", anchor="line:press")


@pytest.mark.parametrize("fault", FAULTS)
async def test_a_page_comes_back_from(
    alert: Site, net_to: Callable[[int], Proxy], fault: str, measured: Measured
) -> None:
    site = alert
    table = site.house.deal()
    nets = [net_to(site.server.port) for _ in range(2)]
    tabs = [
        site.tab(table, who, via=net.port, silence=IMPATIENCE)
        for who, net in zip((table.bea, table.rita), nets, strict=True)
    ]
    async with opened(*tabs, site.tab(table, table.sol)) as (bea, rita, sol):
        for number in range(TIMES):
            async with talking(bea, rita) as talk:
                await talk.confirmed(5)
                for net in nets:
                    FAULTS[fault](net)
                await by_hand(happens, table, number)
                # Whose network is well sees everything at once, whoever else hangs.
                await sol.reaches(table.sol.deal.position)
                for net in nets:
                    net.heal()
                began = time.monotonic()
                await talk.confirmed(talk.count + 5)
            await all_equal(bea, rita, sol)
            measured("from the end of the fault until all pages are whole", time.monotonic() - began)
        kept_once(site.database, table.deal_id, acknowledged((bea, rita)))
        verified(site.database, table.deal_id)


async def test_a_tab_that_is_hidden_and_shown(site: Site) -> None:
    """Its socket is closed on purpose, for as long as nobody looks; whoever looks meanwhile sees everything at once."""
    table = site.house.deal()
    async with opened(*(site.tab(table, who) for who in (table.bea, table.vic, table.rita))) as (
        bea,
        vic,
        rita,
    ):
        for number in range(3 * TIMES):
            async with talking(rita) as talk:
                for tab in (bea, vic):
                    tab.hide()
                await by_hand(happens, table, number)
                await talk.confirmed(5)
                await rita.reaches(table.rita.deal.position)
                for tab in (vic, bea):
                    tab.show()
                await talk.confirmed(talk.count + 3)
            await all_equal(bea, vic, rita)
            assert bea.connects == vic.connects == number + 2
        assert rita.connects == 1
    verified(site.database, table.deal_id)


class Careless:
    """Loses, doubles and swaps frames at the page's own door. The same frame is lost twice at most."""

    def __init__(self, rng: random.Random) -> None:
        self.rng, self.lost = rng, Counter[int]()
        self.kept: list[dict[str, Any]] = []

    def __call__(self, frame: dict[str, Any]) -> Iterable[dict[str, Any]]:
        if "content" not in frame:
            return [frame]
        match self.rng.randrange(6):
            case 0 if self.lost[frame["seq"]] < 2:
                self.lost[frame["seq"]] += 1
                return []
            case 1:
                return [frame, frame]
            case 2:
                # Something from earlier comes once more.
                return [*self.kept[-3:], frame]
        self.kept.append(frame)
        return [frame]


async def test_frames_lost_doubled_and_late(alert: Site) -> None:
    site = alert
    table = site.house.deal()
    wires = [Careless(random.Random(number)) for number in range(3)]
    people = (table.bea, table.vic, table.rita)
    tabs = [site.tab(table, who, wire=wire) for who, wire in zip(people, wires, strict=True)]
    async with opened(*tabs):
        for number in range(3 * TIMES):
            await by_hand(happens, table, number)
            await all_equal(*tabs)
        assert all(wire.lost for wire in wires)
        assert all(tab.doubled and tab.holes for tab in tabs)
    verified(site.database, table.deal_id)


async def test_a_network_that_lets_no_socket_through(site: Site) -> None:
    table = site.house.deal()
    async with opened(*(site.tab(table, who, sockets=False) for who in (table.bea, table.rita))) as (
        bea,
        rita,
    ):
        for number in range(2 * TIMES):
            await bea.says(f"By post {number}")
            await by_hand(happens, table, number)
            await all_equal(bea, rita)
        assert bea.connects == rita.connects == 0
        kept_once(site.database, table.deal_id, acknowledged((bea, rita)))


async def test_a_reader_that_stalls_for_long_costs_little_and_catches_up(
    start_site: StartSite, net_to: Callable[[int], Proxy]
) -> None:
    site = start_site(pace=Pace(patience=1.0))
    table, net = site.house.deal(), net_to(site.server.port)
    # It waits for longer than the server has patience.
    slow, quick = site.tab(table, table.bea, via=net.port, silence=WITHIN), site.tab(table, table.sol)
    process = psutil.Process(site.server.pid)
    async with opened(slow, quick):
        await by_hand(much_is_said, table, "warm up", 20)
        await all_equal(slow, quick)
        net.stall()
        before = process.memory_info().rss
        # More than all buffers between the two ends of a connection hold.
        for part in range(2 * TIMES):
            await by_hand(much_is_said, table, f"part {part}", 350)
            await quick.reaches(table.sol.deal.position)
        grown = process.memory_info().rss - before
        async with asyncio.timeout(WITHIN):
            while "code=1013" not in site.server.output():
                await quick.says("Still here?")
        net.heal()
        await all_equal(slow, quick)
        assert slow.connects > 1
    assert grown < 60 * MEGABYTE, f"{grown / MEGABYTE:.0f} MB"
    verified(site.database, table.deal_id)


def much_is_said(table: Table, name: str, times: int) -> None:
    """Messages of 9 kB, in few commits."""
    said = partial(Message, actor=table.rita.actor, deal_id=table.deal_id)
    answers = [
        table.database._submit(said(body="x" * 9_000, key=f"{name} {number}")) for number in range(times)
    ]
    for answer in answers:
        answer.result(60)
