"""An error of ours stops nobody else, and tells nothing: not on the page, and not in the log."""

from __future__ import annotations

import asyncio
import logging
import re
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog
from litestar import get, post
from litestar.exceptions import WebSocketDisconnect

from portal.access import System
from portal.commands.order.configure_receiver import add_receiver
from portal.database.unit_of_work import UnitOfWork
from portal.outbound.transports import Transports
from portal.outbound.worker import Worker
from portal.web.http import logs
from realtime.sockets import client_frames
from tests.web.conftest import PUBLIC_URL, Site

# What stands in variables where it happens: a private figure, a form's token, and much that takes long to draw.
FLOOR, TOKEN = "15919.13", "the-token-of-a-form"
PUBLIC = {"audience": "public"}


class OursError(Exception):
    """Nothing that anybody expects."""


def fail(*_: object, depth: int = 400, **__: object) -> Any:
    private = {"floor_unit_price": FLOOR, "csrf": TOKEN}
    rows = [{"line": [str(number)] * 20} for number in range(2_000)] if depth % 50 == 0 else []
    if depth:
        return fail(depth=depth - 1)
    raise OursError(f"{len(private)} {len(rows)}")


@get("/test/page", opt=PUBLIC)
async def page() -> str:
    return str(fail())


@post("/test/form", opt=PUBLIC)
async def form() -> str:
    return str(fail())


def ask_for_page(site: Site) -> None:
    site.app.register(page)
    assert site.request("GET", "/test/page").status_code == 500


def send_form(site: Site) -> None:
    site.app.register(form)
    assert site.request("POST", "/test/form").status_code == 500


def run_command(site: Site) -> None:
    def command(work: UnitOfWork) -> str:
        return str(fail())

    @get("/test/command", opt=PUBLIC)
    async def handler() -> str:
        return await site.database.write(command)

    site.app.register(handler)
    assert site.request("GET", "/test/command").status_code == 500


def say_over_socket(site: Site) -> None:
    bea = site.table.bea
    cookies = "; ".join(f"{name}={value}" for name, value in site.browser(bea).cookies.items())
    headers = {"Cookie": cookies, "Origin": PUBLIC_URL}
    address = f"/deals/{bea.deal_id}/live?after={bea.deal.position}"
    with site.client.websocket_connect(address, headers=headers) as socket:
        socket.send_json({"type": "message", "key": "one", "body": "Hello"})
        with pytest.raises(WebSocketDisconnect):
            read_to_the_end(socket)


def read_to_the_end(socket: Any) -> None:
    while True:
        socket.receive_json(timeout=20)


def deliver(site: Site) -> None:
    receiver = {"kind": "accounting", "transport": "folder", "target": "accounting", "format": "json"}
    site.database.write_now(lambda work: add_receiver(work, System("cli"), demo=True, **receiver))
    site.table.sol.accepts()
    worker = Worker(site.database, site.settings)
    assert asyncio.run(worker.deliver_due()) > 0


KINDS: dict[str, Callable[[Site], None]] = {
    "page": ask_for_page,
    "form": send_form,
    "command": run_command,
    "socket": say_over_socket,
    "worker": deliver,
}


@pytest.fixture
def log(pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch) -> Callable[[], str]:
    """What was written since the last call. Loggers keep the stream that they first wrote to, which is pytest's own; two
    threads may not write to it at once, so the client of the test keeps still."""
    monkeypatch.setattr(logging.getLogger("httpx"), "disabled", True)
    capture = pytestconfig.pluginmanager.getplugin("capturemanager")
    capture.read_global_capture()
    return lambda: str(capture.read_global_capture()[1])


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    if request.getfixturevalue("kind") == "socket":
        monkeypatch.setattr(client_frames, "decode", fail)
    if request.getfixturevalue("kind") == "worker":
        monkeypatch.setattr(Transports, "deliver", fail)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.usefixtures("failing")
def test_an_error_of_ours_stops_nobody_and_tells_nothing(
    site: Site, kind: str, log: Callable[[], str]
) -> None:
    began = time.monotonic()
    KINDS[kind](site)
    assert site.request("GET", "/healthz").text == "alive"
    assert time.monotonic() - began < 15
    written = log()
    assert "OursError" in written
    assert "in fail" in written
    assert FLOOR not in written
    assert TOKEN not in written
    # A few frames of an error of four hundred.
    told = [block for block in re.split(r"\n(?=\d{4}-\d\d-\d\dT)", written) if "OursError" in block]
    assert all(len(block.splitlines()) < 45 for block in told)


def test_without_a_configuration_nothing_is_told_either(
    restored_logs: None, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    """As under another server than `portal serve`: structlog by itself draws every variable."""
    from portal.app import create_app

    structlog.reset_defaults()
    create_app(settings)
    try:
        fail()
    except OursError as error:
        structlog.get_logger().error("failed", exc_info=error)
    assert FLOOR not in capsys.readouterr().err


@pytest.fixture
def restored_logs(settings: Any) -> Iterator[None]:
    yield
    logs.configure(settings)


def test_a_cause_is_named_and_a_message_is_cut(log: Callable[[], str]) -> None:
    try:
        try:
            raise KeyError("x" * 5_000)
        except KeyError as first:
            raise OursError("second") from first
    except OursError:
        structlog.get_logger().exception("failed")
    written = log()
    assert "OursError: second" in written
    assert "KeyError: 'xxx" in written
    assert len(written) < 2_000


LONG = "9" * 20
ADDRESSES = (
    "/deals/{deal}/revisions/" + LONG,
    "/deals/{deal}/revisions/-" + LONG,
    "/deals/{deal}/revisions/" + "1" * 5_000,
    "/deals/{deal}/revisions/1_000_000_000_000",
    "/deals/{deal}/changes?from=" + LONG + "&to=-1",
    "/deals/{deal}?before=" + LONG,
    "/deals/{deal}/conversation?before=" + LONG,
    "/deals/{deal}/room?before=" + LONG,
    "/deals/" + "x" * 5_000,
)


@pytest.mark.parametrize("address", ADDRESSES, ids=[str(n) for n in range(len(ADDRESSES))])
def test_no_number_in_an_address_is_too_large_to_answer(site: Site, address: str) -> None:
    path = address.replace("{deal}", site.table.deal_id)
    assert site.browser(site.table.bea).get(path).status_code in {200, 400, 404, 422}
    assert site.browser(site.table.rita).get(f"/desk{path}").status_code in {200, 400, 404, 422}


@pytest.mark.parametrize("path", ["messages", "room", "decline", "counteroffer", "acceptance"])
def test_a_key_that_is_too_long_is_refused(site: Site, path: str) -> None:
    bea = site.browser(site.table.sol)
    form = {"key": "k" * 5_000, "body": "Hello", "reason": "Too dear.", "revision": "1"}
    answer = bea.post(f"/deals/{site.table.deal_id}/{path}", form)
    assert 400 <= answer.status_code < 500
    assert site.table.sol.deal.state == "open"
