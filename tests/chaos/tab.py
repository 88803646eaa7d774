"""One open page without a browser: the rules of static/js/live.js and live-chat.js over real sockets, with lxml.

    async with Tab(table, table.bea, url, origin) as bea:
        await bea.says("When could you deliver?")       # returns once the event or the form's answer confirms it
        await bea.equals_a_fresh_page()

What it may not do is what a page may not: show an event twice, skip one, or need to be loaded again (`loads`).
"""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

import httpx
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException

from tests.cast import Seat, Table
from tests.chaos.open_page import PAUSE, WITHIN, OpenPage

# Seconds, as in live.js and live-chat.js: until a line counts as dead, and shorter where a network is about to hang; until
# a message is posted instead, until polling begins, between two polls, and for one attempt.
SILENCE, IMPATIENCE = 45.0, 1.5
ANSWER, NO_SOCKET, POLL, ATTEMPT = 0.5, 1.0, 0.3, 5.0
ENDED = (4401, 4403, 4404)
# What the far end's network does to a frame on its way: none, one or several of them come out.
Wire = Callable[[dict[str, Any]], Iterable[dict[str, Any]]]


@dataclass
class Said:
    """A message on its way."""

    body: str
    anchor: str | None
    settled: asyncio.Event = field(default_factory=asyncio.Event)
    refusal: str = ""


class Tab(OpenPage):
    """A page and its line to the server. `silence` is how long that may be silent; without `sockets` it polls."""

    def __init__(
        self,
        table: Table,
        who: Seat,
        url: str,
        origin: str,
        *,
        wire: Wire = lambda frame: [frame],
        language: str = "en",
        sockets: bool = True,
        silence: float = SILENCE,
    ) -> None:
        super().__init__(table, who, url, origin, language=language)
        self.wire, self.sockets, self.silence = wire, sockets, silence
        self.connects = self.holes = self.doubled = 0
        self.acknowledged: dict[str, str] = {}
        self._waiting: dict[str, Said] = {}
        self._socket: ClientConnection | None = None
        self._shown = asyncio.Event()
        self._shown.set()
        self._stuck = (-1, 0)
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Tab:
        await self.load()
        self._tasks = [asyncio.create_task(self._stay_connected()), asyncio.create_task(self._fall_back())]
        return self

    async def __aexit__(self, *error: object) -> None:
        for task in self._tasks:
            task.cancel()
        results = await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._socket:
            self._socket.transport.abort()
        await self.http.aclose()
        for result in results:
            if isinstance(result, Exception):
                raise result

    # ---- what a person does -------------------------------------------------------------------------------------------

    async def says(self, body: str, anchor: str | None = None, key: str = "") -> str:
        """The message's key, once it is known to be kept; AssertionError when it is refused."""
        key = key or secrets.token_hex(8)
        said = self._waiting[key] = Said(body, anchor)
        try:
            async with asyncio.timeout(WITHIN):
                await self._send(key, said)
        finally:
            self._waiting.pop(key, None)
        assert not said.refusal, f"{self.name}: {said.refusal}"
        self.acknowledged[key] = body
        return key

    def hide(self) -> None:
        """Another tab is looked at: htmx closes the socket on purpose, and nothing is polled."""
        self._shown.clear()
        if self._socket:
            self._socket.transport.abort()

    def show(self) -> None:
        self._shown.set()

    # ---- the socket ---------------------------------------------------------------------------------------------------

    async def _stay_connected(self) -> None:
        while self.over is None and self.sockets:
            await self._shown.wait()
            address = re.sub(r"([?&]after=)[^&]*", rf"\g<1>{self.last}", self.address)
            try:
                socket = await connect(
                    self.url.replace("http://", "ws://") + address,
                    origin=self.origin,  # type: ignore[arg-type]
                    additional_headers={
                        "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
                        "Accept-Language": self.http.headers["Accept-Language"],
                    },
                    compression=None,
                    max_size=None,
                    open_timeout=ATTEMPT,
                    ping_interval=None,
                )
            except (OSError, TimeoutError, WebSocketException):
                pass
            else:
                self._socket, self.connects = socket, self.connects + 1
                if self._shown.is_set():
                    await self._follow(socket)
                self._socket = None
                socket.transport.abort()
            await asyncio.sleep(PAUSE)

    async def _follow(self, socket: ClientConnection) -> None:
        """Until the line is closed or has to be."""
        while True:
            try:
                async with asyncio.timeout(self.silence):
                    text = await socket.recv()
            except TimeoutError:
                return
            except ConnectionClosed as closed:
                code = closed.rcvd.code if closed.rcvd else 1006
                self.over = code if code in ENDED else self.over
                self._moved.set()
                return
            for frame in self.wire(json.loads(text)):
                if not await self._take(frame):
                    return

    async def _take(self, frame: dict[str, Any]) -> bool:
        """The rules of live.js; False when the connection must be made anew."""
        if "content" in frame:
            if frame["seq"] <= self.last:
                self.doubled += 1
            elif frame["prev"] != self.last:
                return await self._hole()
            elif self.page["state"].get("data-state") == "draft" and 'data-state="' in frame["content"]:
                # table.js: the page of what was sent is another page than that of a draft.
                await self.load()
                return False
            else:
                self._applied(frame["content"], frame["seq"])
        elif frame.get("reload"):
            await self.load()
            return False
        elif "hb" in frame:
            return frame["hb"] <= self.last or await self._hole()
        elif "nack" in frame and (said := self._waiting.get(frame["nack"] or "")):
            if not frame.get("again"):
                said.refusal = frame["error"]
                said.settled.set()
        elif "ack" in frame:
            self._confirmed(frame["ack"])
        return True

    async def _hole(self) -> bool:
        self.holes += 1
        at, times = self._stuck
        self._stuck = (self.last, times + 1 if at == self.last else 1)
        if self._stuck[1] > 3:
            await self.load()
        return False

    # ---- without one --------------------------------------------------------------------------------------------------

    async def _fall_back(self) -> None:
        """Poll when there has been no socket for a while."""
        lost = 0.0
        while self.over is None:
            await asyncio.sleep(POLL)
            lost = 0.0 if self._socket or not self._shown.is_set() else lost + POLL
            if lost >= NO_SOCKET:
                with suppress(httpx.TransportError):
                    await self._look()

    async def _look(self) -> None:
        asked = self.last
        answer = await self.http.get(f"{self.path}/changes", params={"after": asked}, timeout=ATTEMPT)
        if answer.status_code == 200 and self.last == asked:
            position = int(answer.headers["Parley-Position"])
            if position > asked:
                self._applied(answer.text, position)

    async def _send(self, key: str, said: Said) -> None:
        """Up the socket, and by the form with the same key when no answer comes."""
        message = {"type": "message", "key": key, "body": said.body, "anchor": said.anchor}
        if self._socket:
            with suppress(ConnectionClosed):
                await self._socket.send(json.dumps(message))
        while not said.settled.is_set():
            with suppress(TimeoutError):
                async with asyncio.timeout(ANSWER):
                    await said.settled.wait()
            if not said.settled.is_set():
                await self._post(key, said)

    async def _post(self, key: str, said: Said) -> None:
        form = {"body": said.body, "key": key, "csrf": self.csrf} | (
            {"anchor": said.anchor} if said.anchor else {}
        )
        headers = {"Accept": "application/json", "Origin": self.origin}
        with suppress(httpx.TransportError):
            answer = await self.http.post(
                f"{self.path}/messages", data=form, headers=headers, timeout=ATTEMPT
            )
            if answer.status_code < 500:
                said.refusal = "" if answer.is_success else answer.text
                said.settled.set()

    def _confirmed(self, key: str | None) -> None:
        if said := self._waiting.get(key or ""):
            said.settled.set()
