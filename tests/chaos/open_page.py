"""What stands on somebody's open page: loaded once, brought up to date by frames, and compared with a page loaded now."""

from __future__ import annotations

import asyncio
import copy
import json
import re
from collections.abc import Callable
from contextlib import suppress

import httpx
from lxml.html import HtmlElement

from portal.access import DeskSession
from tests.cast import Seat, Table
from tests.chaos.house import cookie
from tests.web.page import Page, regions

# Seconds; only a failure takes so long.
WITHIN = 60.0
# Between two attempts, as in live.js and shorter.
PAUSE = 0.1


class OpenPage:
    """`last` is the position that it shows, `loads` how often it was loaded, `over` the code that ended it."""

    def __init__(self, table: Table, who: Seat, url: str, origin: str, *, language: str = "en") -> None:
        self.who, self.url, self.origin = who, url, origin
        desk = isinstance(who.actor, DeskSession)
        self.path = f"{'/desk' if desk else ''}/deals/{who.deal_id}"
        self.cookies = cookie(table, who)
        self.name = f"{'desk ' if desk else ''}{self.cookies!s:.40}"
        self.http = httpx.AsyncClient(
            base_url=url, cookies=self.cookies, timeout=WITHIN, headers={"Accept-Language": language}
        )
        self.last = self.loads = 0
        self.over: int | None = None
        self._moved = asyncio.Event()

    # ---- what a person does -------------------------------------------------------------------------------------------

    async def load(self) -> None:
        self.page = await self._fetch()
        self.last, self.loads = self.page.position, self.loads + 1
        self.address = self.page["live"].attrib["hx-ws:connect"]
        headers = self.page.root.xpath("//body/@*[name()='hx-headers:inherited']")[0]
        self.csrf = json.loads(headers)["X-CSRF-Token"]
        self._moved.set()

    async def posts(self, place: str, **form: str) -> httpx.Response:
        """A form of the page, sent as without scripts; what it asks for has happened when it answers below 400."""
        headers = {"Origin": self.origin, "Sec-Fetch-Site": "same-origin"}
        return await self.http.post(f"{self.path}/{place}", data={"csrf": self.csrf, **form}, headers=headers)

    # ---- what is waited for -------------------------------------------------------------------------------------------

    async def reaches(self, position: int) -> None:
        """Until the page shows everything up to a position."""
        await self._until(lambda: self.last >= position)

    async def ends(self) -> None:
        """Until the server says, by a code, that this page may not go on."""
        await self._until(lambda: self.over is not None)

    async def loaded(self, times: int) -> None:
        """Until the page was loaded so often."""
        await self._until(lambda: self.loads >= times)

    async def _until(self, done: Callable[[], bool]) -> None:
        async with asyncio.timeout(WITHIN):
            while not done():
                self._moved.clear()
                await self._moved.wait()

    async def equals_a_fresh_page(self) -> None:
        """Everything that frames draw is as if the page were loaded now; whoever writes must have come to rest."""
        while True:
            fresh = await self._fetch()
            await self.reaches(fresh.position)
            if self.last == fresh.position:
                break
        now, then = regions(self._as_long_as(fresh)), regions(fresh)
        different = [name for name in now.keys() | then.keys() if now.get(name) != then.get(name)]
        if different:
            texts = [each.get(different[0], "") for each in (now, then)]
            begins = next((n for n, both in enumerate(zip(*texts, strict=False)) if both[0] != both[1]), 0)
            parts = [text[max(0, begins - 200) : begins + 300] for text in texts]
            raise AssertionError(f"{self.name} differs in {different}:\n{parts[0]}\n{parts[1]}")

    def _as_long_as(self, fresh: Page) -> Page:
        """This page without what was said before a fresh one begins: a page that was open keeps it."""
        page = copy.deepcopy(self.page)
        _shortened(page["log"], fresh["log"])
        for thread in fresh.root.xpath("//ol[starts-with(@id, 'thread-')]"):
            mine = page[thread.get("id")]
            dropped = _shortened(mine, thread)
            # How many comments of a line are not repeated beside it.
            assert _taken_off(mine) + dropped == _taken_off(thread), thread.get("id")
        return page

    # ---- what changes it ----------------------------------------------------------------------------------------------

    async def _fetch(self) -> Page:
        async with asyncio.timeout(WITHIN):
            while True:
                with suppress(httpx.TransportError):
                    answer = await self.http.get(self.path, timeout=5)
                    if answer.status_code < 500:
                        assert answer.status_code == 200, answer.text[:500]
                        return Page(answer.text)
                await asyncio.sleep(PAUSE)

    def _applied(self, content: str, position: int) -> None:
        self.page.take(content)
        self.last = position
        for key in re.findall(r'data-key="([^"]+)"', content):
            self._confirmed(key)
        self._moved.set()

    def _confirmed(self, key: str | None) -> None:
        """A message of one's own is known to be kept."""


def _shortened(log: HtmlElement, fresh: HtmlElement) -> int:
    """How many items of a list were dropped to make it begin where a fresh one does."""
    begins = min((int(item.get("data-seq")) for item in fresh), default=0)
    older = [item for item in log if int(item.get("data-seq")) < begins]
    for item in older:
        item.drop_tree()
    return len(older)


def _taken_off(thread: HtmlElement) -> int:
    """The number in the line above a thread that says what is not in it; 0 without such a line. The line goes."""
    above = thread.getprevious()
    if above is None or above.get("class") != "earlier":
        return 0
    number = re.search(r"\d+", above.text_content())
    above.drop_tree()
    return int(number[0]) if number else 1
