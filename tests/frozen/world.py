"""The stored world: a database as version 0.1.0 wrote it through its own commands, brought to today's schema.

world-1.sql.gz is its dump, world-1.json what it said of itself when it was written: the deals with everybody's cookies,
and the instant at which it was stored. Neither is ever written again; a world of a later version stands beside it.
"""

from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import msgspec
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import Row, text
from sqlalchemy.engine import make_url

from portal.app import create_app
from portal.domain.deal.mail import Mail
from portal.domain.order import work_order
from portal.outbound.export import export
from portal.rendering import mail
from portal.settings import Settings
from portal.storage import migrate
from portal.storage.session import Store

HERE = Path(__file__).parent
TOLD: dict[str, Any] = json.loads((HERE / "world-1.json").read_text())
DEALS: dict[str, dict[str, Any]] = TOLD["deals"]
SENT = [name for name, deal in DEALS.items() if deal["revisions"]]
REPS: dict[str, str] = TOLD["desk"]
PUBLIC_URL = "http://127.0.0.1:8000"


def settings(folder: Path) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=f"sqlite:///{folder}/parley.db",
        secret_keys=("the key of the stored world",),
        seal_key=TOLD["seal_key"],
        public_url=PUBLIC_URL,
        files_dir=folder / "files",
        timezone="Europe/Copenhagen",
        environment="demo",
    )


def load(folder: Path) -> Settings:
    """The world in a database of its own, at today's schema."""
    file = sqlite3.connect(folder / "parley.db")
    file.executescript(gzip.decompress((HERE / "world-1.sql.gz").read_bytes()).decode())
    file.close()
    configured = settings(folder)
    store = Store(configured.database_url)
    migrate.upgrade(store, new_epoch="not taken: the stored world has one")
    store.close()
    return configured


class World:
    """An application of today on the stored world, at the instant at which that was stored."""

    def __init__(self, app: Litestar, client: TestClient[Litestar], configured: Settings) -> None:
        self.app, self.client, self.settings = app, client, configured

    def get(self, path: str, *, buyer: str = "", rep: str = "", **headers: str) -> httpx.Response:
        """As somebody with this cookie."""
        cookie = f"parley_buyer={buyer}" if buyer else f"parley_desk={rep}"
        self.client.cookies.clear()
        return self.client.get(path, headers={"Cookie": cookie, **headers}, follow_redirects=False)

    def rows(self, query: str, **values: Any) -> list[Row[Any]]:
        read = self.app.state.services.database.read_now
        found: list[Row[Any]] = read(lambda t: list(t.connection.execute(text(query), values)))
        return found

    @contextmanager
    def damaged(self, column: str, deal_id: str, of: str) -> Iterator[None]:
        """The lowest bit of the column's first byte is another one, behind everybody's back."""
        table, _, name = column.partition(".")
        where = f"WHERE deal_id = :deal AND {of}"
        stored = (
            f"SELECT {name} AS was, CAST({name} AS BLOB) AS blob, typeof({name}) AS kind FROM {table} {where}"
        )
        (row,) = self.rows(stored, deal=deal_id)
        self._set(
            f"UPDATE {table} SET {name} = CAST(:value AS {row.kind}) {where}",
            deal_id,
            bytes((row.blob[0] ^ 1, *row.blob[1:])),
        )
        try:
            yield
        finally:
            self._set(f"UPDATE {table} SET {name} = :value {where}", deal_id, row.was)

    def _set(self, statement: str, deal_id: str, value: bytes | str) -> None:
        with closing(sqlite3.connect(str(make_url(self.settings.database_url).database))) as file, file:
            assert file.execute(statement, {"deal": deal_id, "value": value}).rowcount == 1

    def letter(self, payload: bytes) -> mail.Rendered:
        return mail.render(msgspec.json.decode(payload, type=Mail), self.settings)


def application(configured: Settings) -> Litestar:
    """Its clock stands, so that nothing runs out; nothing is delivered."""
    app = create_app(configured, outbox=False)
    stored_at = datetime.fromisoformat(TOLD["at"])
    app.state.services.database.clock = lambda: stored_at
    return app


def csv_of(kind: str, document: bytes) -> bytes:
    return export(work_order.decode(kind, document), "csv").content
