"""After a restart everybody comes back at once: pages catch up a few at a time, and who opens one meanwhile is served."""

from __future__ import annotations

import asyncio
import threading
from typing import Any

import httpx
import pytest

from portal.reading.deal_page import event_stream
from realtime.hub import hub
from realtime.sockets import deal_socket
from tests.cast import Table
from tests.realtime.client import WITHIN
from tests.realtime.conftest import (  # noqa: F401 - fixtures
    Opens,
    Server,
    cookie,
    database,
    database_url,
    opens,
    server,
    start_server,
    table,
)

pytestmark = pytest.mark.anyio
# More than there are connections to read with.
MANY = 8


async def test_pages_that_come_back_leave_room_for_others(
    opens: Opens,  # noqa: F811
    table: Table,  # noqa: F811
    server: Server,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reading, most, gate, busy = 0, 0, threading.Event(), threading.Event()
    counted, reads = threading.Lock(), event_stream.opening

    def slow(transaction: Any, actor: Any, deal_id: str, after: int, limit: int) -> event_stream.Opening:
        """As the database is when everybody asks; polling, which asks for more, is not slowed."""
        nonlocal reading, most
        if limit == deal_socket.BATCH:
            with counted:
                reading, most = reading + 1, max(most, reading + 1)
            if reading == hub.CATCHING_UP:
                busy.set()
            gate.wait(WITHIN)
            with counted:
                reading -= 1
        return reads(transaction, actor, deal_id, after, limit)

    monkeypatch.setattr(event_stream, "opening", slow)
    pages = await asyncio.gather(*(opens(table.bea) for _ in range(MANY)))
    assert await asyncio.to_thread(busy.wait, WITHIN)
    address = f"{server.url}/deals/{table.deal_id}/changes?after=0"
    async with httpx.AsyncClient(headers={"Cookie": cookie(table, table.bea)}) as browser:
        answer = await browser.get(address, timeout=WITHIN / 2)
    assert answer.status_code == 200
    assert not gate.is_set()
    gate.set()
    for page in pages:
        await page.heartbeat()
    assert most == hub.CATCHING_UP
