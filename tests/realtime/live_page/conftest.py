"""Bea's page is open and live when a test begins."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.cast import Seat, Table
from tests.conftest import NewContext
from tests.realtime.conftest import Server, StartServer
from tests.realtime.live_page.buyers_page import LOST, BuyersPage


@pytest.fixture
def server(start_server: StartServer, request: pytest.FixtureRequest) -> Server:
    """Heartbeats are as far apart as in production, but where a test is about them."""
    return start_server(heartbeat=getattr(request, "param", 20.0))


@pytest.fixture
def bea(new_context: NewContext, server: Server, table: Table) -> Iterator[BuyersPage]:
    context = new_context(allow=LOST)
    context.add_cookies(
        [{"name": "parley_buyer", "value": table.cookies[table.bea.contact_id], "url": server.url}]
    )
    bea = BuyersPage(context.new_page(), server, table)
    bea.status("Live")
    yield bea
    bea.blocked = True


@pytest.fixture
def rita(table: Table) -> Seat:
    return table.rita
