"""A real server, somebody who attacks it, and what everybody else feels meanwhile."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from portal import access
from portal.database.database import Database
from tests.cast import Seat, Table
from tests.server import PortalServer
from tests.web.conftest import session_of

# Seconds that anybody else may wait. An idle machine needs 0.05; an attack that works takes ten and more.
PATIENCE = 3.0
# Seconds in which an attack is refused.
REFUSED_WITHIN = 3.0


@dataclass
class Waited:
    """The longest that others waited, by what they asked for; and what they got."""

    longest: dict[str, float] = field(default_factory=dict)
    statuses: set[int] = field(default_factory=set)


class Site:
    def __init__(self, server: PortalServer, database: Database) -> None:
        self.server, self.database, self.table = server, database, Table(database)

    def client(self, who: Seat) -> httpx.Client:
        reps = {id(self.table.rita): "rita", id(self.table.mia): "mia"}
        name = reps.get(id(who), who.contact_id)
        cookie = "parley_desk" if id(who) in reps else "parley_buyer"
        cookies = {cookie: self.table.cookies[name]}
        # Loading certificates takes longer than most requests.
        return httpx.Client(base_url=self.server.url, cookies=cookies, timeout=60, verify=False)

    def csrf(self, who: Seat) -> str:
        return self.database.read_now(lambda transaction: access.csrf_for(transaction, session_of(who)))

    def upload(self, who: Seat, path: str, name: str, data: bytes, **fields: str) -> httpx.Response:
        with self.client(who) as client:
            return client.post(path, data={"csrf": self.csrf(who), **fields}, files={"file": (name, data)})

    def post(self, who: Seat, path: str, **fields: Any) -> httpx.Response:
        with self.client(who) as client:
            return client.post(path, data={"csrf": self.csrf(who), **fields})

    @contextmanager
    def others(self) -> Iterator[Waited]:
        """Another company's buyer reads her page, and a balancer asks, all the while; neither may wait for long."""
        waited, stop = Waited(), threading.Event()

        def ask(path: str) -> None:
            with self.client(self.table.ravn) as client:
                last = False
                while not last:
                    last = stop.wait(0.02)
                    began = time.monotonic()
                    waited.statuses.add(client.get(path).status_code)
                    took = time.monotonic() - began
                    waited.longest[path] = max(took, waited.longest.get(path, 0))

        paths = ("/healthz", f"/deals/{self.table.rival_deal_id}")
        askers = [threading.Thread(target=ask, args=(path,)) for path in paths]
        for asker in askers:
            asker.start()
        try:
            yield waited
        finally:
            stop.set()
            for asker in askers:
                asker.join()
        assert waited.statuses == {200}
        assert max(waited.longest.values()) < PATIENCE, waited.longest


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    server = PortalServer(tmp_path_factory.mktemp("portal"), environment="demo")
    with server.database() as database:
        yield Site(server, database)
    server.stop()
