"""Installations to break: one on SQLite, and one of two processes with PostgreSQL and Redis behind breakable networks."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from typing import Any, Protocol, TypeVar

import pytest

from portal.database.database import Database
from tests.cast import Seat, Table, open_database, prepare
from tests.chaos.house import House
from tests.chaos.proxy import Proxy
from tests.chaos.servers import Pace, Server, Tampering
from tests.chaos.tab import Tab
from tests.services.postgres import PostgresServer
from tests.services.redis import RedisServer

# Whoever starts a program has to outlive it (tests/services/process), and a loop's own threads do not.
_HANDS = ThreadPoolExecutor(1, thread_name_prefix="hands")
T = TypeVar("T")

# PARLEY_CHAOS=20 runs every trial twenty times as often.
TIMES = int(os.environ.get("PARLEY_CHAOS", "1"))


# What trials have measured, by the trial and what it is: seconds.
_MEASURED: dict[tuple[str, str], list[float]] = {}


class Measured(Protocol):
    def __call__(self, what: str, seconds: float) -> None: ...


@pytest.fixture
def measured(request: pytest.FixtureRequest) -> Measured:
    """Notes down how long something took. It is no test: the table at the end tells it."""

    def note(what: str, seconds: float) -> None:
        _MEASURED.setdefault((request.node.name, what), []).append(seconds)

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if TIMES == 1 or not _MEASURED:
        return
    terminalreporter.section("measured (times, median and longest in seconds)")
    for (trial, what), found in _MEASURED.items():
        figures = f"{len(found):5} x {median(found):7.2f} {max(found):7.2f}"
        terminalreporter.write_line(f"{figures}  {trial}: {what}")


async def by_hand(act: Callable[..., T], *arguments: Any) -> T:
    """Do something to a server or to a program beside it, while everybody goes on."""
    return await asyncio.get_running_loop().run_in_executor(_HANDS, act, *arguments)


class Site:
    """Server processes on one database, what they stand on, and the trial's own way to the database, which rings nobody."""

    def __init__(self, servers: list[Server]) -> None:
        self.servers = servers
        for server in servers:
            server.start()
        for server in servers:
            server.ready()
        self.server, self.tampering = servers[0], servers[0].tampering
        self.database: Database = open_database(self.server.settings.database_url, self.tampering.now)
        self.house = House(self.database)

    def tab(self, table: Table, who: Seat, *, via: int | None = None, server: int = 0, **options: Any) -> Tab:
        """Somebody's page; `via` a port between them and the server, else straight."""
        found = self.servers[server]
        url = found.url if via is None else f"http://127.0.0.1:{via}"
        return Tab(table, who, url, found.settings.public_url, **options)

    def close(self) -> None:
        self.database.close()
        for server in self.servers:
            server.stop()


class StartSite(Protocol):
    def __call__(self, *, pace: Pace | None = None, **options: str) -> Site: ...


@pytest.fixture
def start_site(tmp_path: Path) -> Iterator[StartSite]:
    """One server on SQLite; options are settings."""
    sites: list[Site] = []

    def start(*, pace: Pace | None = None, **options: str) -> Site:
        folder = tmp_path / f"site-{len(sites)}"
        folder.mkdir()
        sites.append(Site([Server(folder, pace=pace, tampering=Tampering(), **options)]))
        return sites[-1]

    yield start
    for site in sites:
        site.close()


@pytest.fixture
def site(start_site: StartSite) -> Site:
    return start_site()


@pytest.fixture
def net_to() -> Iterator[Callable[[int], Proxy]]:
    """A network between somebody and a port."""
    nets: list[Proxy] = []

    def between(port: int) -> Proxy:
        nets.append(Proxy(port))
        return nets[-1]

    yield between
    for net in nets:
        net.close()


class Pair(Site):
    """Two server processes on one PostgreSQL, with Redis between them; each has its own network to both."""

    def __init__(
        self, folder: Path, postgres: PostgresServer, redis: RedisServer, *, pace: Pace | None = None
    ) -> None:
        self.postgres, self.redis = postgres, redis
        self.url = postgres.create_database(prepare)
        self.to_postgres = [Proxy(postgres.port) for _ in range(2)]
        self.to_redis = [Proxy(redis.port) for _ in range(2)]
        servers = []
        for name, database, doorbell in zip(("one", "two"), self.to_postgres, self.to_redis, strict=True):
            (folder / name).mkdir()
            servers.append(
                Server(
                    folder / name,
                    pace=pace,
                    database_url=self.url.replace(str(postgres.port), str(database.port)),
                    redis_url=f"redis://127.0.0.1:{doorbell.port}/0",
                    # No mails here: what they do is a trial of its own.
                    environment="production",
                )
            )
        super().__init__(servers)

    def close(self) -> None:
        super().close()
        for net in (*self.to_postgres, *self.to_redis):
            net.close()


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Pair]:
    """Shared by a file; whatever a test breaks, it mends."""
    redis = RedisServer(tmp_path_factory.mktemp("redis"))
    found = Pair(tmp_path_factory.mktemp("pair"), postgres_server, redis)
    yield found
    found.close()
    redis.stop()
