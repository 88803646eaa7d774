"""Who gets what, for every route there is. The list comes from the application, so no new route can be forgotten."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from functools import partial
from itertools import chain
from typing import Any

import httpx
import pytest
from litestar import Litestar
from litestar.exceptions import WebSocketDisconnect
from litestar.routes import ASGIRoute, HTTPRoute, WebSocketRoute
from sqlalchemy import update

import portal.web
from portal.access import System
from portal.app import create_app
from portal.commands.people.revoke_links import revoke_links
from portal.settings import Settings
from portal.storage import tables
from tests.web.conftest import PUBLIC_URL, Browser, Site

Route = tuple[str, str]
AUDIENCES = {"public", "buyer", "desk", "live"}
# Everything a session is not needed for. A new address here is a decision.
PUBLIC = {
    "GET /.well-known/parley-keys.json",
    "GET /healthz",
    "GET /readyz",
    "GET /metrics",
    "GET /static/{digest:str}/{name:str}",
    "GET /favicon.ico",
    "GET /j/{token:str}",
    "POST /j/{token:str}",
    "GET /unsubscribe/{token:str}",
    "POST /unsubscribe/{token:str}",
    "POST /links",
    "GET /links/sent",
    "GET /desk/sign-in",
    "POST /desk/sign-in",
    "GET /desk/sign-in/{token:str}",
    "POST /desk/sign-in/{token:str}",
    "GET /dev/mailbox",
    "GET /dev/mailbox.json",
    "GET /dev/mailbox/{letter_id:str}",
}


def declared(app: Litestar) -> dict[Route, str]:
    """Method and path of every handler, with its audience ("" when it declares none)."""
    found: dict[Route, str] = {}
    for route in app.routes:
        match route:
            case HTTPRoute():
                for handler in route.route_handlers:
                    for method in handler.http_methods:
                        if method != "OPTIONS":
                            found[str(method), route.path] = handler.opt.get("audience", "")
            case WebSocketRoute():
                found["WS", route.path] = route.route_handler.opt.get("audience", "")
            case ASGIRoute():
                found["ASGI", route.path] = ""
    return found


def handlers(app: Litestar) -> Iterator[tuple[str, str]]:
    """Path and function of every HTTP handler."""
    for route in app.routes:
        if isinstance(route, HTTPRoute):
            for handler in route.route_handlers:
                yield route.path, f"{handler.fn.__module__}.{handler.fn.__name__}"


def routes(app: Litestar) -> dict[Route, str]:
    """As `declared`, with `live` told apart into the side that may use it."""
    sides = {"live": lambda path: "desk" if path.startswith("/desk") else "buyer"}
    return {
        (method, path): sides[audience](path) if audience in sides else audience
        for (method, path), audience in declared(app).items()
    }


# What an address can't do without, whoever asks.
QUERIES = {"/deals/{deal_id:str}/conversation": "?before=1"}


def filled(path: str, deal_id: str) -> str:
    """The path with a deal in it; other parts are of no thing that exists."""
    path = path.replace("{deal_id:str}", deal_id) + QUERIES.get(path, "")
    return re.sub(r"\{\w+:(\w+)\}", lambda part: "1" if part[1] == "int" else "nothing", path)


def of(app: Litestar, audience: str, *, per_deal: bool | None = None) -> list[Route]:
    return [
        (method, path)
        for (method, path), found in sorted(routes(app).items())
        if found == audience
        and method != "WS"
        and per_deal in (None, "{deal_id:str}" in path)
        and path != "/desk/sign-out"
    ]


def ask(browser: Browser, method: str, path: str) -> httpx.Response:
    return browser.get(path) if method == "GET" else browser.post(path)


def look(response: httpx.Response, *ids: str) -> str:
    """A page without what must differ: the deal it was asked for, the signed form, the request's number."""
    text = re.sub(r'name="csrf" value="[^"]+"|[0-9a-f]{16}', "", response.text)
    for each in ids:
        text = text.replace(each, "ID")
    return text


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    """The application of a demo, which has every route."""
    folder = tmp_path_factory.mktemp("access")
    options: dict[str, Any] = {"_env_file": None, "public_url": PUBLIC_URL, "environment": "demo"}
    app = create_app(Settings(database_url=f"sqlite:///{folder}/parley.db", **options))
    app.state.services.database.close()
    return app


def test_every_route_declares_its_audience(blank: Litestar) -> None:
    assert {route: audience for route, audience in declared(blank).items() if audience not in AUDIENCES} == {}


def test_every_module_s_routes_are_mounted(blank: Litestar) -> None:
    mounted = {name for _, name in handlers(blank)}
    for module in pkgutil.walk_packages(portal.web.__path__, "portal.web."):
        part = importlib.import_module(module.name)
        lists = [
            found
            for name in ("routes", "desk_routes")
            if isinstance(found := getattr(part, name, None), list)
        ]
        for handler in chain.from_iterable(lists):
            assert f"{module.name}.{handler.fn.__name__}" in mounted


def test_what_needs_no_session_is_listed_here(blank: Litestar) -> None:
    found = {
        f"{method} {path}" for (method, path), audience in declared(blank).items() if audience == "public"
    }
    assert found == PUBLIC


def test_an_address_tells_its_audience(blank: Litestar) -> None:
    """The desk's routes are behind the desk's guard and the buyer's behind theirs, wherever a module mounts them."""
    for (method, path), audience in routes(blank).items():
        if audience != "public":
            assert audience == ("desk" if path.startswith("/desk") else "buyer"), f"{method} {path}"


def test_production_has_no_mailbox(settings: Settings) -> None:
    app = create_app(settings.model_copy(update={"environment": "production"}))
    app.state.services.database.close()
    assert [path for _, path in declared(app) if "mailbox" in path] == []


def test_without_a_session_every_deal_looks_alike_real_or_not(site: Site) -> None:
    nobody, real, unreal = site.browser(), site.table.deal_id, "A" * 22
    wrong = []
    for method, path in of(site.app, "buyer", per_deal=True):
        pages = [ask(nobody, method, filled(path, deal_id)) for deal_id in (real, unreal)]
        alike = look(pages[0], real) == look(pages[1], unreal)
        if [page.status_code for page in pages] != [401, 401] or not alike or "new link" not in pages[0].text:
            wrong.append((method, path, [page.status_code for page in pages]))
    assert wrong == []


@pytest.mark.parametrize("who", ["nobody", "a buyer"])
def test_the_desk_shows_its_sign_in_page_to_everybody_else(site: Site, who: str) -> None:
    browser = site.browser(site.table.bea if who == "a buyer" else None)
    wrong, pages = [], set()
    for method, path in of(site.app, "desk"):
        response = ask(browser, method, filled(path, site.table.deal_id))
        pages.add(look(response))
        if response.status_code != 401:
            wrong.append((method, path, response.status_code))
    assert wrong == []
    assert len(pages) == 1
    assert "Mail me a sign-in link" in pages.pop()


def test_a_rival_finds_nothing(site: Site) -> None:
    ravn = site.browser(site.table.ravn)
    wrong = []
    for method, path in of(site.app, "buyer", per_deal=True):
        pages = [ask(ravn, method, filled(path, deal_id)) for deal_id in (site.table.deal_id, "A" * 22)]
        alike = look(pages[0], site.table.deal_id) == look(pages[1], "A" * 22)
        if [page.status_code for page in pages] != [404, 404] or not alike:
            wrong.append((method, path, [page.status_code for page in pages]))
    assert wrong == []


def test_whose_right_was_taken_back_finds_nothing(site: Site) -> None:
    sol = site.browser(site.table.sol)
    assert sol.get(f"/deals/{site.table.deal_id}").status_code == 200
    revoke = partial(revoke_links, actor=System("cli"), deal_id=site.table.deal_id)
    site.database.write_now(lambda work: revoke(work, contact_id=site.table.sol.contact_id))
    answers = {
        (method, path): ask(sol, method, filled(path, site.table.deal_id)).status_code
        for method, path in of(site.app, "buyer", per_deal=True)
    }
    assert {route: status for route, status in answers.items() if status != 404} == {}


@pytest.mark.parametrize("side", ["buyer", "desk"])
def test_an_ended_session_is_no_session(site: Site, side: str) -> None:
    browser = site.browser(site.table.bea if side == "buyer" else site.table.rita)
    session = tables.session
    ended = update(session).values(revoked_at=site.database.clock())
    site.database.write_now(lambda work: work.connection.execute(ended).rowcount)
    answers = {
        (method, path): ask(browser, method, filled(path, site.table.deal_id)).status_code
        for method, path in of(site.app, side)
    }
    assert {route: status for route, status in answers.items() if status != 401} == {}


def test_no_form_of_a_session_works_without_its_token(site: Site) -> None:
    wrong = []
    for side, who in (("buyer", site.table.bea), ("desk", site.table.rita)):
        browser, other = site.browser(who), site.browser(site.table.sol)
        for path in [path for method, path in of(site.app, side) if method != "GET"]:
            for csrf in ("", "made-up", other.csrf):
                response = browser.post(filled(path, site.table.deal_id), {"csrf": csrf})
                if response.status_code != 403:
                    wrong.append((path, response.status_code))
    assert wrong == []


def closed_with(site: Site, path: str, cookies: dict[str, str], origin: str = PUBLIC_URL) -> int:
    """The close code of a socket that is opened on this address; 0 when it is not closed at once."""
    headers = {"Origin": origin, "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items())}
    site.client.cookies.clear()
    try:
        with site.client.websocket_connect(path, headers=headers) as socket:
            while True:
                frame = socket.receive_json(timeout=10)
                if "hb" in frame or "content" in frame:
                    return 0
    except WebSocketDisconnect as closed:
        return closed.code


def test_sockets_close_with_a_code_that_says_why(site: Site) -> None:
    bea, ravn, rita = (
        site.browser(who).cookies for who in (site.table.bea, site.table.ravn, site.table.rita)
    )
    real, unreal = site.table.deal_id, "A" * 22
    for path in [path for (method, path) in routes(site.app) if method == "WS"]:
        inside = rita if path.startswith("/desk") else bea
        outside = bea if path.startswith("/desk") else rita
        assert closed_with(site, filled(path, real), inside) == 0, path
        assert closed_with(site, filled(path, real), {}) == 4401, path
        assert closed_with(site, filled(path, unreal), {}) == 4401, path
        assert closed_with(site, filled(path, real), outside) == 4401, path
        if "{deal_id:str}" in path:
            assert closed_with(site, filled(path, unreal), inside) == 4404, path
    assert closed_with(site, f"/deals/{real}/live", ravn) == 4404
