"""Traffic for things to fail in: everybody talks until told to stop, and everything that was confirmed is remembered."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count

from tests.chaos.open_page import WITHIN
from tests.chaos.tab import Tab


class Talk:
    """`await talk.confirmed(40)`: so many messages are known to be kept since the talk began."""

    def __init__(self) -> None:
        self.count = 0
        self._over = False
        self._another = asyncio.Event()

    async def confirmed(self, total: int) -> None:
        async with asyncio.timeout(WITHIN):
            while self.count < total:
                self._another.clear()
                await self._another.wait()

    async def go_on(self, tab: Tab) -> None:
        for number in count():
            if self._over:
                return
            await tab.says(f"{tab.name} {number}", anchor=None if number % 3 else "line:press")
            self.count += 1
            self._another.set()

    def end(self) -> None:
        self._over = True


@asynccontextmanager
async def talking(*tabs: Tab) -> AsyncIterator[Talk]:
    """Ends with everything confirmed that was begun."""
    talk = Talk()
    tasks = [asyncio.create_task(talk.go_on(tab)) for tab in tabs]
    try:
        yield talk
        talk.end()
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def opened(*tabs: Tab) -> AsyncIterator[Sequence[Tab]]:
    """All of them open, and connected unless they can't be."""
    async with AsyncExitStack() as stack:
        for tab in tabs:
            await stack.enter_async_context(tab)
        yield tabs
