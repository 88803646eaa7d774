"""One accepted socket: authorization, sending with a timeout, receiving that never stops, and one way to end."""

import asyncio
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from typing import Any

import msgspec
import structlog
from sqlalchemy.exc import SQLAlchemyError

from portal.access import BuyerSession, DeskSession
from portal.errors import NotAllowed, NotFound, SignInNeeded
from portal.request import Socket
from realtime.close_codes import DONE, FAILED, NO_SUCH_DEAL, NOT_ALLOWED, SIGN_IN, TRY_AGAIN
from realtime.hub.subscription import Subscription
from realtime.services import Services
from realtime.sockets.frames import Heartbeat, Reload, encode
from realtime.sockets.handshake import DISCONNECTED, close, language_of
from realtime.sockets.protocol import text_of, write_now_of

log = structlog.get_logger()

# Seconds between heartbeats, and how long a reader may take for a batch of frames.
HEARTBEAT, SEND_TIMEOUT = 20.0, 10.0
# Frames sent at a time.
BATCH = 16


class Connection(ABC):
    """Subclasses say how to open, what to send next, and how to handle a message."""

    def __init__(
        self, socket: Socket, services: Services, actor: BuyerSession | DeskSession, watched: str
    ) -> None:
        self.socket, self.services, self.actor = socket, services, actor
        self.language = language_of(socket)
        self.subscription: Subscription = services.hub.subscribe(watched, actor)
        self.write_now = write_now_of(socket.scope)
        self.closed_with = 0

    @abstractmethod
    async def open(self) -> bool:
        """Find out whose socket it is and join the hub; False when they have too many. Raises as `deal_for` does."""

    @abstractmethod
    async def next(self) -> Sequence[bytes]:
        """Return the frames to send now; empty when there are none."""

    @abstractmethod
    def sent(self) -> None:
        """Called when the frames of `next` have been written."""

    @abstractmethod
    async def handle(self, text: str) -> None:
        """Handle one message of the client."""

    @property
    @abstractmethod
    def position(self) -> int:
        """The newest position, for the heartbeat."""

    async def run(self) -> None:
        began = time.monotonic()
        try:
            await self._run()
        except DISCONNECTED:
            pass
        finally:
            self.services.hub.leave(self.subscription)
            open_for = round(time.monotonic() - began, 1)
            # Code 0: the client left by itself, or the server ends.
            log.info("socket closed", party=self.subscription.party, code=self.closed_with, seconds=open_for)

    async def reply(self, frame: msgspec.Struct) -> None:
        """Answer a message; a reader that does not read ends the connection instead."""
        try:
            await self._send_all([encode(frame)])
        except TimeoutError:
            self.subscription.end(TRY_AGAIN)

    @contextmanager
    def ends_on_failure(self) -> Iterator[None]:
        """Handle a message in this context: an error that nobody expected closes the socket with FAILED."""
        try:
            yield
        except DISCONNECTED:
            pass
        except Exception:
            log.exception("a message to a socket failed")
            self.subscription.end(FAILED)

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
            code = await self._send_until_end()
        finally:
            receiving.cancel()
        if code:
            await self._close(code)
        return None

    async def _close(self, code: int) -> None:
        self.closed_with = code
        await close(self.socket, code)

    async def _send_until_end(self) -> int:
        """Send until something ends the connection; return the close code, 0 when the client has left."""
        subscription = self.subscription
        try:
            while not subscription.is_ending:
                await self._send_new()
                if not await subscription.wait(HEARTBEAT):
                    # An event of this very moment goes first: after a heartbeat with its number it would look missing.
                    await self._send_new()
                    await self._send_all([encode(Heartbeat(self.position))])
            if subscription.must_reload:
                await self._send_all([encode(Reload())])
        except TimeoutError:
            return TRY_AGAIN
        except SQLAlchemyError as error:
            log.warning("a socket could not read on", error=str(error))
            return TRY_AGAIN
        except DISCONNECTED:
            return 0
        except Exception:
            log.exception("a socket failed")
            return FAILED
        return 0 if subscription.client_left else subscription.close_code or DONE

    async def _send_new(self) -> None:
        subscription = self.subscription
        while not subscription.is_ending and (frames := await self.next()):
            await self._send_all(frames)
            self.sent()
        while subscription.ephemeral_frames:
            await self._send_all([subscription.ephemeral_frames.popleft()])

    async def _send_all(self, frames: Sequence[bytes]) -> None:
        """Raises TimeoutError when a reader takes too long; it reconnects and reads the rest from the ledger."""
        rest = iter(frames)
        while batch := list(islice(rest, BATCH)):
            if self.write_now(b"".join(batch)):
                continue
            async with asyncio.timeout(SEND_TIMEOUT):
                for frame in batch:
                    await self._send(frame)

    async def _send(self, frame: bytes) -> None:
        """Send one frame, after the reader has taken those before."""
        await self.socket.send({"type": "websocket.send", "text": text_of(frame), "bytes": None})

    async def _receive(self) -> None:
        """Handle messages until the client leaves."""
        with self.ends_on_failure():
            with suppress(*DISCONNECTED):
                while True:
                    message: Any = await self.socket.receive()
                    if message["type"] != "websocket.receive":
                        break
                    await self.handle(message.get("text") or "")
            self.subscription.end(client_left=True)
