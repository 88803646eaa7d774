"""What a buyer on the road has to wait for: how much comes, in how many requests, and that nothing jumps meanwhile."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, Request, WebSocket, expect

from portal.worlds import kestrel
from tests.conftest import NewContext
from tests.server import PortalServer

KB = 1_000
# How far anything moved that nobody touched (CLS).
SHIFTS = """
window.shifted = 0;
new PerformanceObserver(list => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shifted += entry.value;
}).observe({type: "layout-shift", buffered: true});
"""


class Traffic:
    def __init__(self, page: Page) -> None:
        self.requests: list[Request] = []
        self.sockets: list[WebSocket] = []
        page.on("requestfinished", self._hear)
        page.on("websocket", self._see)

    def _hear(self, request: Request) -> None:
        self.requests.append(request)

    def _see(self, socket: WebSocket) -> None:
        self.sockets.append(socket)

    def of(self, kind: str) -> int:
        """Bytes of bodies as they were transferred."""
        sizes = (request.sizes() for request in self.requests if request.resource_type == kind)
        return sum(each["responseBodySize"] for each in sizes)

    def all(self) -> int:
        sizes = [request.sizes() for request in self.requests]
        return sum(each["responseBodySize"] + each["responseHeadersSize"] for each in sizes)


@pytest.fixture(params=[375, 1280])
def opened(
    request: pytest.FixtureRequest, portal_server: PortalServer, new_context: NewContext
) -> tuple[Page, Traffic]:
    """The proposal of the demo, opened by somebody who was never there."""
    page = new_context(viewport={"width": request.param, "height": 800}).new_page()
    page.add_init_script(SHIFTS)
    page.goto(portal_server.world().link(kestrel.BEA))
    # What the button before it has loaded already is not counted as kept.
    page.context.new_cdp_session(page).send("Network.clearBrowserCache")
    traffic = Traffic(page)
    page.get_by_role("button", name="Open proposal").click()
    expect(page.get_by_role("status", name="Connection")).to_have_text("Live")
    page.wait_for_load_state("networkidle")
    return page, traffic


def test_it_is_light(opened: tuple[Page, Traffic]) -> None:
    page, traffic = opened
    assert {request.url.split("/")[2] for request in traffic.requests} == {page.url.split("/")[2]}
    # The form that led here is answered by a redirect, which is a request too.
    assert len(traffic.requests) + len(traffic.sockets) <= 6, [each.url for each in traffic.requests]
    assert traffic.all() <= 60 * KB
    assert 0 < traffic.of("script") <= 25 * KB
    assert 0 < traffic.of("stylesheet") <= 12 * KB
    assert traffic.of("font") == 0


def test_nothing_jumps(opened: tuple[Page, Traffic]) -> None:
    page, _ = opened
    assert page.evaluate("window.shifted") <= 0.02
