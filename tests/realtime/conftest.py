"""A table whose people have sockets, on a real server process."""

from __future__ import annotations

import sys
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any, Protocol

import httpx
import msgspec
import pytest
import uvicorn

from portal.database.database import Database
from tests.cast import Seat, Table, open_database
from tests.realtime.client import WITHIN, Page
from tests.realtime.server import Configuration, config
from tests.services.process import Process, answers, free_port

ROOT = Path(__file__).resolve().parents[2]


class Server:
    """One server: in a thread of its own, or a process where a test kills it. It keeps port and database over a restart."""

    def __init__(self, folder: Path, configuration: Configuration, *, apart: bool) -> None:
        self.configuration = configuration
        self.url = f"http://127.0.0.1:{configuration.port}"
        self._apart, self._log = apart, folder / f"server-{configuration.port}.log"
        self.start()

    def start(self) -> None:
        if self._apart:
            argument = msgspec.json.encode(self.configuration).decode()
            command = [sys.executable, "-m", "tests.realtime.server", argument]
            self.process = Process("server", command, log=self._log, cwd=ROOT)
            self.process.wait_until(lambda: answers(f"{self.url}/state"))
        else:
            self._inside = uvicorn.Server(config(self.configuration))
            self._thread = threading.Thread(target=self._inside.run)
            self._thread.start()
            while not answers(f"{self.url}/state"):
                assert self._thread.is_alive(), "the server did not start"

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = httpx.get(f"{self.url}/state", timeout=WITHIN).json()
        return state

    def stop(self) -> None:
        if self._apart:
            self.process.stop()
            assert "Traceback" not in self.process.output(), self.process.output()
        else:
            self._inside.should_exit = True
            self._thread.join()


class StartServer(Protocol):
    def __call__(self, *, apart: bool = False, **configuration: Any) -> Server: ...


@pytest.fixture(params=["sqlite"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/parley.db"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """The test's own connection to the database: what it writes rings nobody, as a command line's writing."""
    database = open_database(database_url)
    yield database
    database.close()


@pytest.fixture
def table(database: Database) -> Table:
    return Table(database)


@pytest.fixture
def start_server(tmp_path: Path, database_url: str, table: Table) -> Iterator[StartServer]:
    servers: list[Server] = []

    def start(*, apart: bool = False, **configuration: Any) -> Server:
        port = configuration.pop("port", None) or free_port()
        configuration.setdefault("public_url", f"http://127.0.0.1:{port}")
        settled = Configuration(database_url=database_url, port=port, **configuration)
        servers.append(Server(tmp_path, settled, apart=apart))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture
def server(start_server: StartServer) -> Server:
    return start_server()


class Opens(Protocol):
    async def __call__(self, who: Seat | None, server: Server | None = None, **options: Any) -> Page: ...


@pytest.fixture
async def opens(table: Table, request: pytest.FixtureRequest) -> AsyncIterator[Opens]:
    """`await opens(table.bea)`: her page's socket, from the position her page would have been rendered with."""
    pages: list[Page] = []

    async def open_page(who: Seat | None, server: Server | None = None, **options: Any) -> Page:
        server = server or request.getfixturevalue("server")
        kind = "desk" if who is None or who in (table.rita, table.mia) else "buyer"
        deal_id = options.pop("deal_id", who.deal_id if who else table.deal_id)
        address = f"{server.url}{'/desk' if kind == 'desk' else ''}/deals/{deal_id}/live"
        options.setdefault("cookie", cookie(table, who) if who else "")
        options.setdefault("origin", server.configuration.public_url)
        if who and "after" not in options:
            options["after"] = who.deal.position
        page = await Page.open(options.pop("address", address), **options)
        pages.append(page)
        return page

    yield open_page
    for page in pages:
        page.socket.transport.abort()


def cookie(table: Table, who: Seat) -> str:
    """The Cookie header of somebody's browser."""
    if who in (table.rita, table.mia):
        return f"parley_desk={table.cookies['rita' if who is table.rita else 'mia']}"
    return f"parley_buyer={table.cookies[who.contact_id]}"
