"""Measure the CPU that one server process uses, with PostgreSQL and Redis: the inputs of sizing.py. About a minute.

    .venv/bin/python -m benchmarks.costs > costs.json

CPU time is measured instead of elapsed time, so that other load on the machine changes the figures little. The server, its
sockets, sessions and pages are the real ones.
"""

from __future__ import annotations

import asyncio
import json
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import asdict, replace
from pathlib import Path

import httpx
import psutil

from benchmarks.sizing import Costs
from portal.database.database import Database
from portal.storage.session import Store
from tests.cast import Seat, Table, prepare
from tests.chaos.house import House, cookie
from tests.realtime.client import Page
from tests.server import PortalServer
from tests.services.postgres import PostgresServer
from tests.services.redis import RedisServer

ROOMS, READERS, MESSAGES, SOCKETS, PAGES, CHANGES = 20, 10, 1_500, 400, 200, 60
IDLE = 6.0  # seconds


class Meter:
    """The CPU seconds of server, PostgreSQL and Redis during a piece of work."""

    def __init__(self, server: PortalServer, postgres: PostgresServer, redis: RedisServer) -> None:
        self.server = psutil.Process(server.process.pid)
        # The test services keep their process private; a benchmark may use it.
        self.postgres = psutil.Process(postgres._process.pid)  # type: ignore[union-attr]
        self.redis = psutil.Process(redis._process.pid)  # type: ignore[union-attr]

    def _now(self) -> tuple[float, float, float]:
        backends = [self.postgres, *self.postgres.children()]
        return (_cpu(self.server), sum(map(_cpu, backends)), _cpu(self.redis))

    async def over(self, work: Callable[[], Awaitable[object]]) -> tuple[float, float, float]:
        before = self._now()
        await work()
        after = self._now()
        return (after[0] - before[0], after[1] - before[1], after[2] - before[2])


def _cpu(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


async def measured(server: PortalServer, meter: Meter, house: House) -> Costs:
    tables = [house.deal() for _ in range(ROOMS)]
    async with AsyncExitStack() as stack:
        for table in tables:
            stack.push_async_callback((await _open(server, table, table.bea)).close)
    costs = Costs(**await _sockets(server, meter, tables))
    async with AsyncExitStack() as stack:
        writers = [await _open(server, table, table.bea) for table in tables]
        for page in writers:
            stack.push_async_callback(page.close)
        await _talk(writers, writers, "warm", ROOMS * 5)
        alone = await meter.over(lambda: _talk(writers, writers, "alone", MESSAGES))
        readers = [await _open(server, table, table.sol) for table in tables for _ in range(READERS)]
        for page in readers:
            stack.push_async_callback(page.close)
        many = await meter.over(lambda: _talk(writers, [*writers, *readers], "many", MESSAGES))
        delivery = (many[0] - alone[0]) / (READERS * MESSAGES)
        costs = replace(
            costs,
            message=alone[0] / MESSAGES - delivery,
            delivery=delivery,
            database_message=alone[1] / MESSAGES,
            ring=alone[2] / MESSAGES,
        )
    return replace(costs, **await _pages(server, meter, tables))


async def _open(server: PortalServer, table: Table, who: Seat) -> Page:
    cookies = "; ".join(f"{name}={value}" for name, value in cookie(table, who).items())
    address = f"{server.url}/deals/{table.deal_id}/live"
    return await Page.open(address, after=who.deal.position, cookie=cookies, origin=server.url)


async def _talk(writers: list[Page], everybody: list[Page], name: str, count: int) -> None:
    """Each writer sends a message once the previous one has come back. Everybody receives all messages of their room."""

    async def writes(page: Page, number: int) -> None:
        for each in range(count // len(writers)):
            await page.says(f"Could you deliver {each} of them in week 12?", key=f"{name}-{number}-{each}")
            await page.told(f"{name}-{number}-{each}")

    async def hears(page: Page) -> None:
        for _ in range(count // len(writers)):
            await page.event()

    others = [page for page in everybody if page not in writers]
    await asyncio.gather(
        *(writes(page, n) for n, page in enumerate(writers)), *(hears(page) for page in others)
    )


async def _pages(server: PortalServer, meter: Meter, tables: list[Table]) -> dict[str, float]:
    """Measure loading a page, and a choice that makes a new revision at once."""
    clients = [
        httpx.AsyncClient(
            base_url=server.url, cookies=cookie(table, table.bea), headers={"Origin": server.url}
        )
        for table in tables
    ]

    async def opens() -> None:
        for number in range(PAGES):
            which = number % len(tables)
            (await clients[which].get(f"/deals/{tables[which].deal_id}")).raise_for_status()

    opened = await meter.over(opens)
    pages = [await _open(server, table, table.bea) for table in tables]
    before = [page.position for page in pages]
    watched = await meter.over(lambda: _changed(server, tables, pages, before))
    for page in pages:
        await page.close()
    for client in clients:
        await client.aclose()
    return {
        "page": opened[0] / PAGES,
        "database_page": opened[1] / PAGES,
        "change": watched[0] / CHANGES,
        "database_change": watched[1] / CHANGES,
    }


async def _changed(server: PortalServer, tables: list[Table], pages: list[Page], before: list[int]) -> None:
    """Include and exclude options over HTTP, as the page's dialog does, until every open page shows the last change."""
    for number in range(CHANGES):
        which = number % len(tables)
        table = tables[which]
        revision, wanted = table.bea.deal.revision, "false" if (number // len(tables)) % 2 else "true"
        async with httpx.AsyncClient(base_url=server.url, cookies=cookie(table, table.bea)) as client:
            page = (await client.get(f"/deals/{table.deal_id}")).text
            form = {
                "csrf": page.split('name="csrf" value="')[1].split('"')[0],
                "choice": f"line:training:selected:{wanted}",
                "revision": str(revision),
            }
            answer = await client.post(
                f"/deals/{table.deal_id}/composition", data=form, headers={"Origin": server.url}
            )
            assert answer.status_code == 303, answer.text[:400]
    for table, page in zip(tables, pages, strict=True):
        await page.up_to(table.bea.deal.position)


async def _sockets(server: PortalServer, meter: Meter, tables: list[Table]) -> dict[str, float]:
    quiet = await meter.over(lambda: asyncio.sleep(IDLE))
    memory, pages = meter.server.memory_info().rss, []

    async def opens() -> None:
        for number in range(SOCKETS):
            table = tables[number % len(tables)]
            pages.append(await _open(server, table, (table.bea, table.sol, table.vic)[number % 3]))
        for page in pages:
            await page.until(lambda frame: "ephemeral" in frame)

    opened = await meter.over(opens)
    held = (meter.server.memory_info().rss - memory) / SOCKETS
    idle = await meter.over(lambda: asyncio.sleep(IDLE))
    for page in pages:
        await page.close()
    return {
        "opening": opened[0] / SOCKETS,
        "database_opening": opened[1] / SOCKETS,
        "idle": max(0.0, (idle[0] - quiet[0]) / IDLE / SOCKETS),
        "database_idle": max(0.0, (idle[1] - quiet[1]) / IDLE / SOCKETS),
        "memory": held,
    }


def main() -> int:
    folder = Path(tempfile.mkdtemp(prefix="parley-costs-"))
    folder.chmod(0o755)
    postgres, redis = PostgresServer(), RedisServer(folder)
    try:
        url = postgres.create_database(prepare)
        server = PortalServer(folder, database_url=url, redis_url=redis.url, message_rate="100000")
        database = Database(Store(url))
        try:
            costs = asyncio.run(measured(server, Meter(server, postgres, redis), House(database)))
        finally:
            database.close()
            server.stop()
    finally:
        redis.stop()
        postgres.remove()
        shutil.rmtree(folder, ignore_errors=True)
    print(json.dumps({name: float(f"{value:.3g}") for name, value in asdict(costs).items()}, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main())
