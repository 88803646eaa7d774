"""A room for each test: a deal of its own on the session's server, whose people sit at browsers."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.browser.room import House, Room
from tests.conftest import NewContext
from tests.server import PortalServer


@pytest.fixture(scope="session")
def house(portal_server: PortalServer) -> Iterator[House]:
    with portal_server.database() as database:
        yield House.of(portal_server, database)


@pytest.fixture
def new_room(house: House, new_context: NewContext) -> Callable[..., Room]:
    """`new_room(currency="SEK")` changes the quote."""

    def begin(**changes: Any) -> Room:
        return Room(house, new_context, **changes)

    return begin


@pytest.fixture
def room(new_room: Callable[..., Room]) -> Room:
    return new_room()
