"""Two people, or two processes, at the same instant: one effect, and never one that nobody asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from portal.commands.unit_of_work import Database
from portal.errors import ParleyError
from tests.cast import Seat, open_database

pytestmark = pytest.mark.anyio
Act = Callable[[], Any]


@pytest.fixture(params=["sqlite", "postgresql"])
def databases(request: pytest.FixtureRequest, site_url: Callable[[str], str]) -> Iterator[list[Database]]:
    """Two ways to one database, as two processes have them."""
    url = site_url(request.param)
    found = [open_database(url), open_database(url)]
    yield found
    for database in found:
        database.close()


@pytest.fixture
def site_url(request: pytest.FixtureRequest, tmp_path: Any) -> Callable[[str], str]:
    def url(name: str) -> str:
        if name == "sqlite":
            return f"sqlite:///{tmp_path}/parley.db"
        found: str = request.getfixturevalue("postgres_url")
        return found

    return url


def at_once(*acts: Act) -> list[Any]:
    """What each comes to, its result or its refusal, when all begin at the same instant."""
    barrier = threading.Barrier(len(acts))

    def begin(act: Act) -> Any:
        barrier.wait()
        try:
            return act()
        except ParleyError as refusal:
            return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(begin, acts))


def also(database: Database, seat: Seat) -> Seat:
    """The same person, on another process."""
    return Seat(database, seat.actor, seat.deal_id, seat.contact_id)
