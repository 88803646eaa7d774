"""One accepted socket: the checks before it, sending that never waits for ever, receiving that never stops, one way to end.

Order matters. A bad Origin is refused before accept (a hostile page learns nothing); everything else is accepted first and
then closed with a code, because a refusal looks like a lost network to the browser and is retried for ever.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice
from typing import Any
from urllib.parse import urlsplit

import msgspec
import structlog
from litestar.exceptions import WebSocketDisconnect
from sqlalchemy.exc import SQLAlchemyError

from portal.access import BuyerSession, DeskSession
from portal.errors import NotAllowed, NotFound, SignInNeeded
from portal.rendering import language
from portal.request import LANGUAGE_COOKIE, Socket
from portal.request import Connection as Asked
from portal.settings import Settings
from realtime.hub.feed import Waker
from realtime.services import Services
from realtime.sockets.frames import Heartbeat, Reload, encode
from realtime.sockets.protocol import text_of, write_now_of

log = structlog.get_logger()

SIGN_IN, NOT_ALLOWED, NO_SUCH_DEAL, TRY_AGAIN, FAILED, DONE = 4401, 4403, 4404, 1013, 1011, 1000
# Seconds between heartbeats, and how long a reader may take for a handful of frames, and for the last of them.
HEARTBEAT, PATIENCE, LAST_PATIENCE = 20.0, 10.0, 20.0
HANDFUL = 16
GONE = (WebSocketDisconnect, OSError)


class Connection(ABC):
    """Subclasses say how to open, what to send next, and what to do with a message."""

    def __init__(
        self, socket: Socket, services: Services, actor: BuyerSession | DeskSession, watched: str
    ) -> None:
        self.socket, self.services, self.actor = socket, services, actor
        self.language = language_of(socket)
        self.waker: Waker = services.hub.watch(watched, actor)
        self.write_now = write_now_of(socket.scope)
        self.closed_with = 0

    @abstractmethod
    async def open(self) -> bool:
        """Find out who it is and take a seat; False when they have too many already. Raises as `deal_for` does."""

    @abstractmethod
    async def next(self) -> Sequence[bytes]:
        """The frames to send now; empty when there is nothing but to wait."""

    @abstractmethod
    def sent(self) -> None:
        """What `next` gave has been written."""

    @abstractmethod
    async def take(self, text: str) -> None:
        """One message of the client's."""

    @property
    @abstractmethod
    def position(self) -> int:
        """The newest position, for the heartbeat."""

    async def run(self) -> None:
        began = time.monotonic()
        try:
            await self._run()
        except GONE:
            pass
        finally:
            self.services.hub.leave(self.waker)
            open_for = round(time.monotonic() - began, 1)
            # 0: the client went by itself, or the server ends.
            log.info("socket closed", party=self.waker.party, code=self.closed_with, seconds=open_for)

    async def send(self, frame: bytes) -> None:
        """Wait until the reader has taken what came before."""
        await self.socket.send({"type": "websocket.send", "text": text_of(frame), "bytes": None})

    async def reply(self, frame: msgspec.Struct) -> None:
        """Answer a message; a reader that doesn't read ends the connection instead."""
        try:
            await self._send_all([encode(frame)])
        except TimeoutError:
            self.waker.end(TRY_AGAIN)

    async def _run(self) -> None:
        try:
            if not await self.open():
                return await self._close(TRY_AGAIN)
        except SignInNeeded:
            return await self._close(SIGN_IN)
        except NotFound:
            return await self._close(NO_SUCH_DEAL)
        except NotAllowed:
            return await self._close(NOT_ALLOWED)
        except SQLAlchemyError as error:
            log.warning("a socket could not be opened", error=str(error))
            return await self._close(TRY_AGAIN)
        # Receiving goes on whatever else happens: a server that stops reading sees no pongs and drops the connection.
        receiving = asyncio.create_task(self._receive())
        try:
            code = await self._deliver()
        finally:
            receiving.cancel()
        if code:
            await self._close(code)
        return None

    async def _close(self, code: int) -> None:
        self.closed_with = code
        await close(self.socket, code)

    async def _deliver(self) -> int:
        """Send until something ends it; the code to close with, 0 when the client has gone."""
        try:
            while not self.waker.ending:
                await self._send_what_is_new()
                if not await self.waker.rest(HEARTBEAT):
                    # What came at this very moment goes first: beyond it, a heartbeat would be taken for a hole.
                    await self._send_what_is_new()
                    await self._send_all([encode(Heartbeat(self.position))])
            if self.waker.reload:
                await self._send_all([encode(Reload())])
        except TimeoutError:
            return TRY_AGAIN
        except SQLAlchemyError as error:
            log.warning("a socket could not read on", error=str(error))
            return TRY_AGAIN
        except GONE:
            return 0
        except Exception:
            log.exception("a socket failed")
            return FAILED
        return 0 if self.waker.gone else self.waker.close or DONE

    async def _send_what_is_new(self) -> None:
        while not self.waker.ending and (frames := await self.next()):
            await self._send_all(frames)
            self.sent()
        while self.waker.notes:
            await self._send_all([self.waker.notes.popleft()])

    async def _send_all(self, frames: Sequence[bytes]) -> None:
        """A reader that cannot take a handful in PATIENCE is closed and catches up: the rest waits in the ledger."""
        rest = iter(frames)
        while part := list(islice(rest, HANDFUL)):
            if self.write_now(b"".join(part)):
                continue
            async with asyncio.timeout(PATIENCE):
                for frame in part:
                    await self.send(frame)

    async def _receive(self) -> None:
        try:
            while True:
                message: Any = await self.socket.receive()
                if message["type"] != "websocket.receive":
                    break
                await self.take(message.get("text") or "")
        except GONE:
            pass
        except Exception:
            log.exception("a message to a socket failed")
            self.waker.end(FAILED)
            return
        self.waker.end(gone=True)


async def admitted(socket: Socket) -> bool:
    """Accept, unless another site's page opens the socket: an Origin that is not exactly ours gets 403."""
    settings: Settings = socket.app.state.services.settings
    if not _same_origin(socket.headers.get("origin", ""), settings.public_url):
        await socket.close(NOT_ALLOWED)
        return False
    await socket.accept()
    return True


async def close(socket: Socket, code: int) -> None:
    """Close with a code; a reader that is stuck gets the time to see why, and no more."""
    with suppress(TimeoutError, *GONE):
        async with asyncio.timeout(LAST_PATIENCE):
            await socket.close(code)


def language_of(socket: Asked) -> str:
    """The page's language, which it may name in the address (`lang`), else as for a page."""
    query, cookies = socket.query_params, socket.cookies
    wishes = (
        query.get("lang", ""),
        cookies.get(LANGUAGE_COOKIE, ""),
        socket.headers.get("accept-language", ""),
    )
    return language.choose(*wishes)


def _same_origin(origin: str, public_url: str) -> bool:
    ours = urlsplit(public_url)
    return origin.lower() == f"{ours.scheme}://{ours.netloc}".lower()
