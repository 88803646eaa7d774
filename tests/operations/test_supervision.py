"""A server that is told to end says so, finishes what it can, gives back what it cannot, and ends in time with status 0."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from portal.access import System
from portal.cli import serving, supervision
from portal.commands.order.configure_receiver import add_receiver
from portal.errors import Refused
from portal.outbound import worker
from portal.storage import tables
from tests.chaos.conftest import Site, StartSite
from tests.chaos.open_page import WITHIN
from tests.chaos.servers import READY, Pace, Server
from tests.outbound.receivers import HttpReceiver

pytestmark = pytest.mark.anyio


@pytest.fixture
def slow_receiver() -> Iterator[HttpReceiver]:
    receiver = HttpReceiver()
    receiver.open.clear()
    yield receiver
    receiver.stop()


async def test_it_ends_in_time_with_everything_under_way(
    start_site: StartSite, slow_receiver: HttpReceiver
) -> None:
    """A page is open, half a form has come, and a receiver does not answer."""
    # Shorter here; what they are in production leaves room for the rest.
    assert serving.GRACE + worker.STOP_TIMEOUT < supervision.DEADLINE < 10
    site = start_site(pace=Pace(grace=2, last=1.0, deadline=4.0), environment="demo")
    table = site.house.deal()
    receiver = {"kind": "accounting", "transport": "webhook", "target": slow_receiver.url, "format": "json"}
    site.database.write_now(partial(add_receiver, actor=System("cli"), demo=True, **receiver))
    table.sol.accepts()
    await asyncio.to_thread(slow_receiver.wait_for)
    port = site.server.port
    with socket.create_connection(("127.0.0.1", port)) as half:
        half.sendall(
            f"POST /links HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 99\r\n\r\ndeal=".encode()
        )
        tab = site.tab(table, table.bea)
        await tab.http.aclose()
        headers = {"Cookie": f"parley_buyer={table.cookies[table.bea.contact_id]}"}
        address = f"ws://127.0.0.1:{port}{tab.path}/live?after=0"
        async with connect(address, origin=tab.origin, additional_headers=headers) as page:  # type: ignore[arg-type]
            await page.recv()
            began = time.monotonic()
            os.kill(site.server.pid, signal.SIGTERM)
            assert await code_of(page) == 1012
            # At once, while the half form is still waited for.
            assert site.server.process.is_alive()
        await asyncio.to_thread(site.server.process.join, WITHIN)
        assert site.server.process.exitcode == 0
        assert time.monotonic() - began < 10
    assert [row.leased_until for row in outbox(site)] == [None]
    # The next start takes it up at once, under the same id, and not after the lease of a minute.
    slow_receiver.open.set()
    site.server.start()
    first, second = await asyncio.to_thread(partial(slow_receiver.wait_for, count=2))
    assert first.id == second.id


async def code_of(page: object) -> int:
    try:
        async with asyncio.timeout(WITHIN):
            while True:
                await page.recv()  # type: ignore[attr-defined]
    except ConnectionClosed as closed:
        return closed.rcvd.code if closed.rcvd else 1006


def outbox(site: Site) -> list[object]:
    query = select(tables.outbox).where(tables.outbox.c.transport == "webhook")
    return list(site.database.read_now(lambda transaction: transaction.connection.execute(query).all()))


async def test_a_second_server_on_the_same_file_is_refused(site: Site) -> None:
    second = Server(site.server.folder)
    second.start()
    await asyncio.to_thread(second.process.join, READY)
    assert second.process.exitcode == 1
    assert "PORTAL_DATABASE_URL" in second.output()
    assert "Traceback" not in second.output()


def test_the_lock_of_a_server_goes_with_it(tmp_path: Path) -> None:
    database = tmp_path / "parley.db"
    with (
        supervision.lock_database(database),
        pytest.raises(Refused, match="already serves"),
        supervision.lock_database(database),
    ):
        pass
    with supervision.lock_database(database):
        pass


def test_the_supervisor_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as supervisor:
        supervisor.bind(str(tmp_path / "notify"))
        supervisor.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        supervision.notify_supervisor("READY=1")
        assert supervisor.recv(100) == b"READY=1"
    # One that has gone keeps nobody from serving.
    supervision.notify_supervisor("STOPPING=1")
