"""What goes with every answer, and which requests never reach a handler."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import httpx
import pytest
from litestar import get
from litestar.testing import TestClient

from portal import request, signing
from portal.app import create_app
from portal.settings import Settings
from portal.storage import migrate
from portal.storage.session import Store
from portal.web.http import logs, metrics, security
from portal.web.http.security import FORM_LIMIT, UPLOAD_LIMIT, Edge
from portal.worlds import kestrel
from tests.server import PortalServer
from tests.web.conftest import PUBLIC_URL, Site
from tests.web.public.test_join import link_of, token_in

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self' ws://127.0.0.1:8000; "
    "img-src 'self' data:; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ALWAYS = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "strict-origin",
    "cross-origin-opener-policy": "same-origin",
    "x-frame-options": "DENY",
    "x-robots-tag": "noindex, nofollow",
    "cache-control": "no-store",
}


def test_every_answer_is_protected_errors_included(site: Site) -> None:
    bea, rita = site.browser(site.table.bea), site.browser(site.table.rita)
    answers = [
        bea.get(f"/deals/{site.table.deal_id}"),
        bea.get("/deals/nothing"),
        rita.get("/desk"),
        site.request("GET", "/j/nothing"),
        site.request("GET", "/no/such/page"),
        site.request("GET", "/desk"),
        site.request("PATCH", "/desk"),
        site.request("POST", "/links", headers={"Origin": "https://evil.example"}),
        bea.post(f"/deals/{site.table.deal_id}/messages", {"csrf": "wrong"}),
    ]
    for answer in answers:
        for name, value in ALWAYS.items():
            assert answer.headers.get(name) == value, (answer.request.url, answer.status_code, name)
        assert "permissions-policy" in answer.headers
        assert answer.headers["x-request-id"]
        assert "strict-transport-security" not in answer.headers
        assert "server" not in answer.headers
    assert [answer.status_code for answer in answers] == [200, 404, 200, 404, 404, 401, 405, 403, 403]


@pytest.fixture
def https_site(settings: Settings) -> Iterator[Site]:
    secure = settings.model_copy(update={"public_url": "https://deals.example.com"})
    store = Store(secure.database_url)
    migrate.upgrade(store, new_epoch="test")
    store.close()
    with TestClient(create_app(secure), base_url="https://deals.example.com") as client:
        yield Site(client.app, client)


def test_over_https_cookies_are_bound_to_the_host(https_site: Site) -> None:
    link = link_of(https_site, https_site.table.bea)
    page = https_site.request("GET", link)
    assert page.headers["strict-transport-security"].startswith("max-age=")
    assert "connect-src 'self' wss://deals.example.com;" in page.headers["content-security-policy"]
    opened = https_site.request("POST", link, data={"csrf": token_in(page.text)})
    cookie = opened.headers["set-cookie"]
    assert cookie.startswith("__Host-parley_buyer=")
    assert "Secure" in cookie
    assert "Domain" not in cookie
    value = cookie.partition(";")[0].partition("=")[2]
    deal = f"/deals/{https_site.table.deal_id}"
    assert https_site.request("GET", deal, cookies={"__Host-parley_buyer": value}).status_code == 200
    # A cookie that any page of the domain could have set is not looked at.
    assert https_site.request("GET", deal, cookies={"parley_buyer": value}).status_code == 401


SITES: list[tuple[dict[str, str], bool]] = [
    ({}, True),
    ({"Sec-Fetch-Site": "same-origin"}, True),
    ({"Sec-Fetch-Site": "none"}, True),
    ({"Sec-Fetch-Site": "same-origin", "Origin": PUBLIC_URL}, True),
    ({"Origin": PUBLIC_URL}, True),
    ({"Sec-Fetch-Site": "cross-site"}, False),
    ({"Sec-Fetch-Site": "same-site"}, False),
    ({"Sec-Fetch-Site": "cross-site", "Origin": PUBLIC_URL}, False),
    ({"Origin": "null"}, False),
    ({"Origin": "https://evil.example"}, False),
    ({"Origin": "http://127.0.0.1:8000.evil.example"}, False),
    ({"Origin": "https://127.0.0.1:8000"}, False),
    ({"Origin": ""}, False),
]


@pytest.mark.parametrize(("headers", "allowed"), SITES)
def test_no_other_site_can_make_a_browser_send_a_form(
    site: Site, headers: dict[str, str], allowed: bool
) -> None:
    bea = site.browser(site.table.bea)
    address = f"/deals/{site.table.deal_id}/messages"
    before = site.table.bea.deal.seq
    answer = bea.post(address, {"body": "Hello", "key": "k1"}, **headers)
    assert (answer.status_code != 403) == allowed
    assert (site.table.bea.deal.seq > before) == allowed
    # Reading is free to everybody who may read.
    assert bea.get(f"/deals/{site.table.deal_id}", **headers).status_code == 200


def test_a_form_carries_its_session_s_token_in_a_field_or_a_header(site: Site) -> None:
    bea = site.browser(site.table.bea)
    address = f"/deals/{site.table.deal_id}/messages"
    by_header = bea.post(address, {"csrf": "", "body": "One", "key": "k1"}, X_CSRF_Token=bea.csrf)
    by_field = bea.post(address, {"body": "Two", "key": "k2"})
    neither = bea.post(address, {"csrf": "", "body": "Three", "key": "k3"})
    assert [answer.status_code for answer in (by_header, by_field, neither)] == [303, 303, 403]


def test_a_page_carries_the_token_its_forms_need(site: Site) -> None:
    bea = site.browser(site.table.bea)
    page = bea.get(f"/deals/{site.table.deal_id}").text
    assert f'"X-CSRF-Token": "{bea.csrf}"' in page
    assert f'name="csrf" value="{bea.csrf}"' in page


def test_a_form_may_not_be_endless(site: Site) -> None:
    bea, rita = site.browser(site.table.bea), site.browser(site.table.rita)
    deal = f"/deals/{site.table.deal_id}"
    assert bea.post(f"{deal}/messages", {"body": "x" * FORM_LIMIT, "key": "k"}).status_code == 413
    upload = {"file": ("quote.json", b"x" * UPLOAD_LIMIT, "application/json")}
    options: dict[str, Any] = {"cookies": rita.cookies, "data": {"csrf": rita.csrf}, "files": upload}
    assert site.request("POST", "/desk/quotes/new", **options).status_code == 413


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/x-www-form-urlencoded", b"body=%FF%FE&csrf=x"),
        ("application/x-www-form-urlencoded", b"\xff\xfe"),
        ("application/x-www-form-urlencoded", b"a=1&" * 3000),
        ("application/x-www-form-urlencoded", b"body=%00"),
        ("application/json", b'{"body": "x"}'),
        ("multipart/form-data", b"no boundary"),
        ("multipart/form-data; boundary=b", b"not a part"),
        ("multipart/form-data; boundary=b", b"--b\r\nContent-Disposition: nonsense\r\n\r\nx\r\n--b--\r\n"),
        ("text/plain", b"body=hello"),
    ],
)
def test_what_is_no_form_is_refused_with_a_sentence(site: Site, content_type: str, body: bytes) -> None:
    bea = site.browser(site.table.bea)
    answer = site.request(
        "POST",
        f"/deals/{site.table.deal_id}/messages",
        cookies=bea.cookies,
        content=body,
        headers={"Content-Type": content_type},
    )
    assert answer.status_code in (403, 422)
    assert "<h1>" in answer.text


@pytest.mark.parametrize(
    "path",
    [
        "/%00",
        "/deals/a%00b",
        "/deals/x?after=%00",
        "/deals/" + "x" * 5000,
        "/%ff%fe",
        "/deals/../../etc",
        "//",
    ],
)
def test_malformed_addresses_are_just_not_found(site: Site, path: str) -> None:
    bea = site.browser(site.table.bea)
    assert bea.get(path).status_code in (400, 401, 404)


def test_only_a_trusted_proxy_says_who_the_client_is() -> None:
    seen: list[Any] = []

    async def application(scope: Any, receive: Any, send: Any) -> None:
        seen.append(scope["client"][0])

    def asked_from(peer: str, forwarded: str, trusted: tuple[str, ...]) -> str:
        edge = Edge(application, Settings(_env_file=None, trusted_proxies=trusted))  # type: ignore[call-arg]
        scope: Any = {"type": "websocket", "client": (peer, 5), "headers": []}
        scope["headers"] = [(b"x-forwarded-for", forwarded.encode())] if forwarded else []
        coroutine = edge(scope, None, None)  # type: ignore[arg-type]
        with pytest.raises(StopIteration):
            coroutine.send(None)
        return str(seen[-1])

    client, proxy, further = "203.0.113.9", "10.0.0.1", "10.0.0.2"
    assert asked_from(proxy, client, ()) == proxy
    assert asked_from(client, "198.51.100.1", (proxy,)) == client
    assert asked_from(proxy, client, (proxy,)) == client
    # What the client itself put in front is not believed.
    assert asked_from(proxy, f"127.0.0.1, {client}", (proxy,)) == client
    assert asked_from(proxy, f"{client}, {further}", ("10.0.0.0/24",)) == client
    assert asked_from(proxy, "", (proxy,)) == proxy


def test_signed_values_are_for_one_purpose_and_survive_a_new_key(settings: Settings) -> None:
    signed = signing.sign(settings, "join", "x")
    assert signing.read(settings, "join", signed) == "x"
    assert signing.read(settings, "sign-in", signed) is None
    assert signing.read(settings, "join", signed[:-2]) is None
    rotated = settings.model_copy(update={"secret_keys": (*settings.secret_keys, "a key of tomorrow's")})
    assert signing.read(rotated, "join", signed) == "x"
    forgotten = settings.model_copy(update={"secret_keys": ("a key of tomorrow's",)})
    assert signing.read(forgotten, "join", signed) is None


def test_no_log_line_holds_a_token(portal_server: PortalServer) -> None:
    token = portal_server.world().link(kestrel.BEA).rpartition("/")[2]
    wanted = [f"/j/{token}", f"/desk/sign-in/{token}", f"/j/{token}/more", f"/x/j/{token}?q=1"]
    for path in wanted:
        httpx.get(f"{portal_server.url}{path}")
    written = portal_server.process.output()
    assert "path=/j/…" in written
    assert "path=/desk/sign-in/…" in written
    assert token not in written


def test_api_pages_that_load_foreign_scripts_are_not_there(site: Site) -> None:
    for path in ("/schema", "/schema/swagger", "/schema/openapi.json", "/schema/redoc", "/docs"):
        assert site.request("GET", path).status_code == 404


@get("/boom", opt={"audience": "public"})
async def boom() -> str:
    raise ZeroDivisionError("the secret detail")


def test_a_failure_of_ours_is_a_page_with_a_number_and_no_detail(site: Site) -> None:
    site.app.register(boom)
    pages: list[dict[str, str]] = [{}, {"Accept": "application/json"}, {"HX-Request": "true"}]
    for headers in pages:
        answer = site.request("GET", "/boom", headers=headers)
        assert answer.status_code == 500
        assert "secret detail" not in answer.text
        assert "ZeroDivision" not in answer.text
    page = site.request("GET", "/boom")
    assert page.headers["x-request-id"] in page.text


def test_a_database_that_is_away_keeps_what_was_typed(site: Site, tmp_path: Path) -> None:
    bea = site.browser(site.table.bea)
    site.database.store.reader.dispose()
    site.database.store.writer.dispose()
    away = tmp_path / "away"
    for file in list(tmp_path.glob("parley.db*")):
        away.mkdir(exist_ok=True)
        file.rename(away / file.name)
    (tmp_path / "parley.db").mkdir()
    answer = bea.post(
        f"/deals/{site.table.deal_id}/messages", {"body": "Typed with care.\nTwice.", "key": "k"}
    )
    (tmp_path / "parley.db").rmdir()
    for file in away.iterdir():
        file.rename(tmp_path / file.name)
    assert answer.status_code == 503
    assert answer.headers["retry-after"]
    assert "Typed with care." in answer.text
    assert f'action="/deals/{site.table.deal_id}/messages"' in answer.text
    assert bea.post(f"/deals/{site.table.deal_id}/messages", {"body": "Again", "key": "k"}).status_code == 303


@pytest.mark.parametrize("module", [logs, metrics, request, security])
def test_an_address_with_a_rule_of_its_own_is_served(module: ModuleType, site: Site) -> None:
    """An exemption for what is not there would hold for whatever comes to stand there."""
    named = re.findall(r'"(/[a-z][\w/.-]*)', Path(str(module.__file__)).read_text())
    served = [route.path for route in site.app.routes]
    assert [address for address in named if not any(path.startswith(address) for path in served)] == []
