"""The whole application in this process, on a database of the test's own, with the cast at their table."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from portal import access
from portal.access import BuyerSession, DeskSession
from portal.app import create_app
from portal.settings import Settings
from portal.storage import migrate
from portal.storage.session import Store
from tests.cast import Seat, Table

PUBLIC_URL = "http://127.0.0.1:8000"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=f"sqlite:///{tmp_path}/parley.db",
        secret_keys=("an earlier key of the tests", "the newest key of the tests"),
        public_url=PUBLIC_URL,
        files_dir=tmp_path / "files",
        environment="demo",
    )


class Browser:
    """Somebody's browser: their cookie on every request, their session's token on every form."""

    def __init__(self, site: Site, cookies: dict[str, str], csrf: str) -> None:
        self.site, self.cookies, self.csrf = site, cookies, csrf

    def get(self, path: str, **headers: str) -> httpx.Response:
        return self.site.request("GET", path, cookies=self.cookies, headers=headers)

    def post(self, path: str, data: dict[str, Any] | None = None, **headers: str) -> httpx.Response:
        """A form; `csrf` of this session is added unless the form has one."""
        fields = {"csrf": self.csrf} | (data or {})
        return self.site.request("POST", path, cookies=self.cookies, data=fields, headers=headers)


class Site:
    """One running application. `database` and `table` are behind its back, as a command line would be."""

    def __init__(self, app: Litestar, client: TestClient[Litestar]) -> None:
        self.app, self.client = app, client
        self.database = app.state.services.database
        self.settings: Settings = app.state.services.settings
        self.table = Table(self.database)

    def request(
        self, method: str, path: str, *, cookies: dict[str, str] | None = None, **options: Any
    ) -> httpx.Response:
        """Redirects are not followed. A header's name may be written with underscores."""
        headers = {name.replace("_", "-"): value for name, value in options.pop("headers", {}).items()}
        if cookies:
            headers["Cookie"] = "; ".join(f"{name}={value}" for name, value in cookies.items())
        self.client.cookies.clear()
        return self.client.request(method, path, headers=headers, follow_redirects=False, **options)

    def browser(self, who: Seat | None = None) -> Browser:
        """The browser of somebody of the cast, or of nobody in particular."""
        if who is None:
            return Browser(self, {}, "")
        csrf = self.database.read_now(lambda transaction: access.csrf_for(transaction, session_of(who)))
        if isinstance(who.actor, DeskSession):
            name = "rita" if who is self.table.rita else "mia"
            return Browser(self, {"parley_desk": self.table.cookies[name]}, csrf)
        return Browser(self, {"parley_buyer": self.table.cookies[who.contact_id]}, csrf)


def session_of(who: Seat) -> BuyerSession | DeskSession:
    assert isinstance(who.actor, BuyerSession | DeskSession)
    return who.actor


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    store = Store(settings.database_url)
    migrate.upgrade(store, new_epoch="test")
    store.close()
    app = create_app(settings)
    with TestClient(app, base_url=PUBLIC_URL, raise_server_exceptions=True) as client:
        yield Site(app, client)


@pytest.fixture
def table(site: Site) -> Table:
    return site.table


@pytest.fixture
def rep(site: Site, table: Table) -> Browser:
    """Rita, at the desk."""
    return site.browser(table.rita)


@pytest.fixture
def address(table: Table) -> str:
    """The deal's page at the desk."""
    return f"/desk/deals/{table.deal_id}"
