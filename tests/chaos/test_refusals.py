"""Forged, expired, revoked or another deal's: refused alike, and with the same work, so that no clock tells which it was."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import partial

import httpx
import pytest
from litestar.testing import TestClient
from sqlalchemy import event, update

from portal.access import System
from portal.app import create_app
from portal.commands.people.revoke_links import revoke_links
from portal.settings import Settings
from portal.storage import migrate, tables
from portal.storage.session import Store
from tests.cast import Seat
from tests.web.conftest import PUBLIC_URL, Site, settings  # noqa: F401 - a fixture
from tests.web.public.test_join import expire, link_of
from tests.web.test_access import filled, look, of

CLI = System("cli")
UNREAL = "A" * 22
# An answer: its status, how it looks, and what was asked of the database for it.
Refusal = tuple[int, str, list[str]]


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:  # noqa: F811
    """The application without what goes on beside requests: hub, sweeper and worker are not started."""
    store = Store(settings.database_url)
    migrate.upgrade(store, new_epoch="test")
    store.close()
    site = Site(app := create_app(settings), TestClient(app, base_url=PUBLIC_URL))
    yield site
    site.database.close()


@contextmanager
def asked(site: Site) -> Iterator[list[str]]:
    """The statements that are sent to the database meanwhile."""
    statements: list[str] = []

    def hear(connection: object, cursor: object, statement: str, *rest: object) -> None:
        statements.append(statement)

    store = site.database.store
    engines = {store.writer, store.reader}
    for engine in engines:
        event.listen(engine, "before_cursor_execute", hear)
    try:
        yield statements
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", hear)


def refusal(site: Site, ask: Callable[[], httpx.Response], *secrets: str) -> Refusal:
    with asked(site) as statements:
        answer = ask()
    return answer.status_code, look(answer, *secrets), statements


def alike(found: dict[str, Refusal]) -> None:
    first = next(iter(found.values()))
    assert first[2], "nothing was asked of the database: this proves nothing"
    for name, each in found.items():
        assert each[0] == first[0], f"{name}: {each[0]}"
        assert each[1] == first[1], f"{name} looks different"
        assert each[2] == first[2], f"{name} takes other work: {each[2]} instead of {first[2]}"


def ended(site: Site, who: Seat, **change: object) -> None:
    session = tables.session
    ending = update(session).where(session.c.id == who.actor.id).values(**change)
    site.database.write_now(lambda work: work.connection.execute(ending).rowcount)


def test_links(site: Site) -> None:
    table = site.table
    links = {
        "forged": "/j/" + "A" * 43,
        "expired": link_of(site, table.bea),
        "revoked": link_of(site, table.sol),
    }
    expire(site, table.bea)
    revoke = partial(revoke_links, actor=CLI, deal_id=table.deal_id, contact_id=table.sol.contact_id)
    site.database.write_now(revoke)
    found = {
        name: refusal(site, partial(site.request, "GET", link), link.removeprefix("/j/"))
        for name, link in links.items()
    }
    assert found["forged"][0] == 404
    alike(found)


@pytest.mark.parametrize("side", ["buyer", "desk"])
def test_cookies(site: Site, side: str) -> None:
    table, now = site.table, site.database.clock()
    one, other, elsewhere = (
        (table.bea, table.sol, table.cookies["rita"])
        if side == "buyer"
        else (table.rita, table.mia, table.cookies[table.vic.contact_id])
    )
    name = f"parley_{side}"
    cookies = {
        label: site.browser(who).cookies[name] for label, who in (("revoked", one), ("expired", other))
    }
    cookies |= {"forged": "A" * 43, "the other side's": elsewhere}
    ended(site, one, revoked_at=now)
    ended(site, other, expires_at=now - timedelta(seconds=1))
    for method, path in of(site.app, side):
        address = filled(path, table.deal_id)
        found = {
            label: refusal(site, partial(site.request, method, address, cookies={name: value}))
            for label, value in cookies.items()
        }
        assert found["forged"][0] == 401, (method, path)
        alike(found)


def test_ids(site: Site) -> None:
    """Somebody with a session asks for deals that are theirs no more, are another's, or are not there."""
    table = site.table
    sol = site.browser(table.sol)
    revoke = partial(revoke_links, actor=CLI, deal_id=table.deal_id, contact_id=table.sol.contact_id)
    site.database.write_now(revoke)
    ids = {"revoked": table.deal_id, "another's": table.rival_deal_id, "not there": UNREAL, "odd": "x" * 300}
    for method, path in of(site.app, "buyer", per_deal=True):
        ask = sol.get if method == "GET" else sol.post
        found = {
            label: refusal(site, partial(ask, filled(path, deal_id)), deal_id)
            for label, deal_id in ids.items()
        }
        assert found["revoked"][0] == 404, (method, path)
        alike(found)


def test_addresses_that_ask_for_a_link(site: Site) -> None:
    """Who asks for a new link learns nothing of who is known."""
    page = site.request("GET", f"/deals/{site.table.deal_id}").text
    token = re.search(r'name="csrf" value="([^"]+)"', page)
    assert token
    found = {}
    for email in ("nobody@oakum.example", "ravn@havn.example", "bea@oakum.example"):
        form = {"csrf": token[1], "deal": site.table.deal_id, "email": email}
        answer = site.request("POST", "/links", data=form)
        found[email] = (answer.status_code, answer.headers["location"], look(answer))
    assert len(set(found.values())) == 1, found
