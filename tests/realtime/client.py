"""A browser's side of a socket, without the browser: what arrives is waited for, never slept for."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

WITHIN = 60.0  # seconds; only a failure takes so long


class Page:
    """An open socket of one page, with the cursor that the page would keep."""

    def __init__(self, socket: ClientConnection, position: int) -> None:
        self.socket, self.position = socket, position
        self.contents: list[str] = []
        self.heartbeats: list[int] = []
        self.ephemeral: list[dict[str, Any]] = []

    @classmethod
    async def open(
        cls, url: str, *, after: int = 0, cookie: str = "", origin: str | None = None, **query: str
    ) -> Page:
        address = f"{url}?after={after}" + "".join(f"&{name}={value}" for name, value in query.items())
        headers = {"Cookie": cookie} if cookie else {}
        socket = await connect(
            address.replace("http://", "ws://"),
            origin=origin,  # type: ignore[arg-type]
            additional_headers=headers,
            compression=None,
            max_size=None,
            open_timeout=WITHIN,
        )
        return cls(socket, after)

    async def raw(self) -> dict[str, Any]:
        """The next frame of any kind."""
        frame: dict[str, Any] = json.loads(await asyncio.wait_for(self.socket.recv(), WITHIN))
        return frame

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The next frame that is wanted. Events on the way are checked and counted."""
        deadline = asyncio.get_running_loop().time() + WITHIN
        while asyncio.get_running_loop().time() < deadline:
            frame = await self.raw()
            if "seq" in frame and "content" in frame:
                assert frame["prev"] == self.position, f"a hole: {frame} after {self.position}"
                assert frame["seq"] == frame["prev"] + 1
                self.position = frame["seq"]
                self.contents.append(frame["content"])
            elif "hb" in frame:
                self.heartbeats.append(frame["hb"])
            elif "ephemeral" in frame:
                self.ephemeral.append(frame["ephemeral"])
            if wanted(frame):
                return frame
        raise AssertionError(f"nothing that is wanted came within {WITHIN} s")

    async def event(self) -> dict[str, Any]:
        return await self.until(lambda frame: "content" in frame)

    async def events(self, count: int) -> list[dict[str, Any]]:
        return [await self.event() for _ in range(count)]

    async def up_to(self, position: int) -> list[str]:
        """Contents of all events until the position."""
        contents = []
        while self.position < position:
            contents.append((await self.event())["content"])
        return contents

    async def heartbeat(self) -> int:
        frame = await self.until(lambda frame: "hb" in frame)
        return int(frame["hb"])

    async def says(self, body: str, key: str, anchor: str | None = None, **more: Any) -> None:
        await self.sends({"type": "message", "key": key, "body": body, "anchor": anchor, **more})

    async def sends(self, frame: Any) -> None:
        await self.socket.send(frame if isinstance(frame, str) else json.dumps(frame))

    async def told(self, key: str) -> dict[str, Any]:
        """The event that carries a key, or the refusal of it."""
        return await self.until(
            lambda frame: f'data-key="{key}"' in frame.get("content", "") or frame.get("nack") == key
        )

    async def posted(self, key: str) -> str:
        """The content of the event that carries a key, which must not be refused."""
        frame = await self.told(key)
        assert "content" in frame, frame
        return str(frame["content"])

    async def closed(self) -> int:
        """The close code; frames on the way are dropped."""
        try:
            async with asyncio.timeout(WITHIN):
                while True:
                    await self.socket.recv()
        except ConnectionClosed as closed:
            return closed.rcvd.code if closed.rcvd else 1006

    async def cut(self) -> None:
        """The network goes away: no closing handshake."""
        self.socket.transport.abort()
        await self.socket.wait_closed()

    async def close(self) -> None:
        await self.socket.close()


def keys(content: str) -> list[str]:
    return re.findall(r'data-key="([^"]*)"', content)
