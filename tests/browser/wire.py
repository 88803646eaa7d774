"""What stands between a page and the server's socket, in a test's hands: it cuts, loses, doubles and refuses."""

from __future__ import annotations

import json
import re
from typing import Any

from playwright.sync_api import BrowserContext, Page, WebSocketRoute

# A tab that is put into the background and brought back, for a browser that has no window.
_SHOW = """hidden => {
    Object.defineProperty(document, "hidden", {configurable: true, get: () => hidden});
    Object.defineProperty(document, "visibilityState", {configurable: true, get: () => hidden ? "hidden" : "visible"});
    document.dispatchEvent(new Event("visibilitychange"));
}"""


class Wire:
    """Every socket of one browser. `lost` and `doubled` count down over frames that carry an event."""

    def __init__(self, context: BrowserContext) -> None:
        self.lost = self.doubled = self.opened = 0
        self.down = self.deaf = False
        self._sockets: list[WebSocketRoute] = []
        context.route_web_socket(re.compile(r"/live(\?|$)"), self._open)

    def cut(self, code: int = 1012) -> None:
        """Close what is open, as a server that restarts does; `down` says whether the next try succeeds."""
        for socket in self._sockets:
            socket.close(code=code)
        self._sockets = []

    def _open(self, socket: WebSocketRoute) -> None:
        self.opened += 1
        if self.down:
            socket.close(code=1013)
            return
        self._sockets.append(socket)
        server = socket.connect_to_server()
        server.on_message(lambda frame: self._carry(socket, frame))

    def _carry(self, socket: WebSocketRoute, frame: Any) -> None:
        times = 1
        if "content" in json.loads(frame):
            if self.lost:
                self.lost, times = self.lost - 1, 0
            elif self.doubled:
                self.doubled, times = self.doubled - 1, 2
        for _ in range(0 if self.deaf else times):
            socket.send(frame)


def hide(page: Page) -> None:
    page.evaluate(_SHOW, True)


def show(page: Page) -> None:
    page.evaluate(_SHOW, False)
