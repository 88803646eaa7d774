"""What a deal's page sends over its socket: messages, typing, the reader's place, and that the page was seen."""

import asyncio
import time
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from portal.commands.conversation.post_message import Message, Posted
from portal.commands.deal.record_view import record_view
from portal.errors import NotFound, ParleyError, SignInNeeded
from portal.rendering.language import marked as _l
from portal.rendering.language import speaking
from portal.rendering.sentences import translate
from realtime.close_codes import NOT_ALLOWED, SIGN_IN
from realtime.sockets import client_frames
from realtime.sockets.client_frames import UNDECODABLE, AtFrame, MessageFrame, SeenFrame, TypingFrame
from realtime.sockets.connection import Connection
from realtime.sockets.frames import Acknowledged, Refusal

log = structlog.get_logger()

# Seconds between two typing notes that are passed on.
TYPING = 1.0
# An event loop holds its tasks weakly, so they are referenced here until they are done.
_replies: set[asyncio.Task[None]] = set()
UNREADABLE = _l("This message could not be read. Load the page afresh and try again.")
UNSAVED = _l("Your message could not be saved just now; it is being sent again.")


class ClientMessages:
    """`sent_position` is the position of the last event that the connection has sent.

    A page's messages are posted one after the other: the next waits until the outcome of the last is known.
    """

    def __init__(self, connection: Connection, deal_id: str) -> None:
        self.sent_position, self.has_seen = 0, False
        self._connection, self._deal_id = connection, deal_id
        self._services, self._subscription = connection.services, connection.subscription
        self._typed_at = 0.0
        self._posting: asyncio.Future[Posted] | None = None
        self._is_handling = False

    async def handle(self, text: str) -> None:
        self._is_handling = True
        try:
            if self._posting is not None:
                await asyncio.wait([self._posting])
            await self._handle(text)
        finally:
            self._is_handling = False

    def take_now(self, text: bytes) -> bool:
        """Post a message without a task, while the next ones are read. False for everything that has to wait."""
        subscription = self._subscription
        if self._posting or self._is_handling or subscription.is_ending or subscription.in_buyer_room:
            return False
        try:
            frame = client_frames.decode(text)
            if not isinstance(frame, MessageFrame):
                return False
            self._post(frame)
        except (*UNDECODABLE, ParleyError):
            return False
        return True

    async def _handle(self, text: str) -> None:
        try:
            frame = client_frames.decode(text)
        except UNDECODABLE:
            await self._refuse(client_frames.find_key(text), UNREADABLE)
            return
        if self._subscription.in_buyer_room:
            # Nothing from the buyers' room reaches the deal page, whatever a page sends.
            if isinstance(frame, MessageFrame):
                await self._refuse(frame.key, UNREADABLE)
            return
        match frame:
            case MessageFrame():
                try:
                    self._post(frame)
                except ParleyError as error:
                    await self._refuse(frame.key, error.sentence)
            case TypingFrame():
                self._show_typing(frame)
            case AtFrame():
                self._services.hub.presence.move(self._subscription, frame.anchor or None)
            case SeenFrame():
                await self._record_view()

    def _post(self, frame: MessageFrame) -> None:
        """Raises TooFast."""
        self._services.hub.messages.take(self._subscription.person, self._deal_id)
        message = Message(
            actor=self._connection.actor,
            deal_id=self._deal_id,
            body=frame.body,
            anchor=frame.anchor or None,
            key=frame.key,
        )
        self._posting = self._services.database.begin(message)
        self._posting.add_done_callback(partial(self._posted, frame.key, self.sent_position))

    def _posted(self, key: str, sent_before: int, outcome: asyncio.Future[Posted]) -> None:
        """The event of a message is its answer, so that a task is needed only to report anything else."""
        if self._posting is outcome:
            self._posting = None
        if outcome.cancelled() or outcome.exception() or outcome.result().position <= sent_before:
            task = asyncio.create_task(self._report(key, sent_before, outcome))
            _replies.add(task)
            task.add_done_callback(_replies.discard)

    async def _report(self, key: str, sent_before: int, outcome: asyncio.Future[Posted]) -> None:
        with self._connection.ends_on_failure():
            await self._answer(key, sent_before, outcome)

    async def _answer(self, key: str, sent_before: int, outcome: asyncio.Future[Posted]) -> None:
        try:
            posted = await outcome
        except ParleyError as error:
            await self._refuse(key, error.sentence)
            if isinstance(error, SignInNeeded | NotFound):
                self._subscription.end(SIGN_IN if isinstance(error, SignInNeeded) else NOT_ALLOWED)
        except SQLAlchemyError as error:
            log.warning("a message could not be saved", error=str(error))
            # The commit may have succeeded although its answer was lost: with another key the message could be saved twice.
            await self._refuse(key, UNSAVED, again=True)
        else:
            if posted.position <= sent_before:
                await self._connection.reply(Acknowledged(key, posted.position))

    async def _refuse(self, key: str | None, sentence: str, *, again: bool = False) -> None:
        with speaking(self._connection.language):
            refusal = Refusal(key, translate(sentence), again=again)
        await self._connection.reply(refusal)

    def _show_typing(self, frame: TypingFrame) -> None:
        now = time.monotonic()
        if now - self._typed_at >= TYPING:
            self._typed_at = now
            self._services.hub.presence.typing(self._subscription, frame.anchor or None)

    async def _record_view(self) -> None:
        if self._subscription.party != "buyer" or self.has_seen:
            return
        self.has_seen = True
        command = partial(record_view, actor=self._connection.actor, deal_id=self._deal_id)
        try:
            await self._services.database.write(command)
        except (ParleyError, SQLAlchemyError) as error:
            log.warning("a view could not be noted", error=str(error))
