"""Bea's page in a real browser, and the wire between her and the server, which a test may disturb."""

from __future__ import annotations

import json

from playwright.sync_api import Page, WebSocketRoute, expect

from tests.cast import Table
from tests.realtime.conftest import Server

HIDE = """hidden => {
    Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
    Object.defineProperty(document, "visibilityState", {value: hidden ? "hidden" : "visible", configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""
# What the page has noticed of its line.
LINES = """
    window.lines = [];
    document.addEventListener("parley:line", event => window.lines.push(event.detail.live));
"""
# Lost connections are the story here; the browser says so in its console.
LOST = (
    r"WebSocket connection to",
    r"htmx:ws:error",
    r"ERR_CONNECTION_REFUSED",
    r"status of 429",
    r"ERR_FAILED",
)


class BuyersPage:
    """Bea's page: what she sees, and the wire between her and the server, which a test may disturb."""

    def __init__(self, page: Page, server: Server, table: Table) -> None:
        self.page, self.server, self.table = page, server, table
        self.wires: list[WebSocketRoute] = []
        self.blocked = False
        self.drop: set[int] = set()
        self.twice = False
        self.deaf = False
        page.add_init_script(LINES)
        page.route_web_socket("**/live**", self._wire)
        page.goto(f"{server.url}/deals/{table.deal_id}")

    def _wire(self, wire: WebSocketRoute) -> None:
        self.wires.append(wire)
        if self.blocked:
            wire.close(code=1013)
            return
        server = wire.connect_to_server()
        if self.deaf:
            wire.on_message(lambda message: None)
        server.on_message(lambda message: self._down(wire, message))

    def _down(self, wire: WebSocketRoute, message: str | bytes) -> None:
        seq = json.loads(message).get("seq")
        if seq in self.drop:
            self.drop.discard(seq)
            return
        wire.send(message)
        if self.twice:
            wire.send(message)

    def cut(self, code: int = 1012) -> None:
        self.wires[-1].close(code=code)

    def connected_again(self) -> None:
        while not self.page.evaluate("window.parley.send({type: 'seen', seq: 0})") or len(self.wires) < 2:
            pass

    def stop_the_clock(self) -> None:
        """The page's time stands until a test moves it (clock.run_for), however long the test itself takes."""
        self.page.clock.install()
        self.page.clock.pause_at(self.page.evaluate("Date.now()") + 5_000)

    def notices_the_cut(self) -> None:
        while self.page.evaluate("window.lines.at(-1) !== false"):
            pass

    def hide(self, hidden: bool = True) -> None:
        self.page.evaluate(HIDE, hidden)

    def write(self, text: str) -> None:
        self.page.get_by_label("Message").fill(text)

    def send(self, text: str) -> None:
        self.write(text)
        self.page.get_by_role("button", name="Send").click()

    def shows(self, *texts: str) -> None:
        """The log is exactly this, in this order, and nothing is on its way."""
        expect(self.page.locator("#log li")).to_have_text(list(texts))
        expect(self.page.locator("#log li.pending")).to_have_count(0)

    def status(self, text: str) -> None:
        expect(self.page.get_by_role("status", name="Connection")).to_have_text(text)
