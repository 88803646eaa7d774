"""The sockets of a deal's two pages.

Server to client, besides the frames of `frames.py`:
`{"ack":key,"seq":n}` when a message is sent again whose event this connection has been given already; `"again":true` in a
nack that the same message with the same key will settle. Query: `after` (0 when absent), `epoch` (the current one), `lang`,
`room` (a page of the buyers' room: its reader is not shown at the table).
Who cannot resume gets `{"reload":true}` and close 1000, which htmx leaves alone.

A socket registers, then reads after its cursor, sends, and waits to be woken. It holds no database connection between reads.
"""

import asyncio
import time
from collections.abc import Awaitable, Sequence
from datetime import UTC, datetime
from functools import partial

import structlog
from sqlalchemy.exc import SQLAlchemyError

from portal.access import BuyerSession, DeskSession
from portal.commands.conversation.post_message import Message, Posted
from portal.commands.deal.record_view import record_view
from portal.domain.ledger.stored_event import StoredEvent
from portal.errors import NotFound, ParleyError, SignInNeeded
from portal.integers import parse_integer
from portal.reading.deal_page import event_stream
from portal.rendering.language import marked as _l
from portal.rendering.language import speaking
from portal.rendering.sentences import translate
from portal.request import Socket
from realtime.hub.feed import Made
from realtime.services import Services
from realtime.sockets import client_frames
from realtime.sockets.client_frames import UNDECODABLE, At, Said, Seen, Types
from realtime.sockets.connection import (
    FAILED,
    GONE,
    NOT_ALLOWED,
    SIGN_IN,
    Connection,
)
from realtime.sockets.frames import Acknowledged, Refusal
from realtime.sockets.protocol import take_now

log = structlog.get_logger()

# Events read at a time, and how far behind a page may be that still catches up.
BATCH, FARTHEST = 200, 5_000
# Seconds between two notes of typing that are passed on.
TYPING = 1.0
_NOW = ("now",)
# Kept until they are done: a loop holds its tasks weakly.
_reporting: set[asyncio.Task[None]] = set()
UNREADABLE = _l("This message could not be read. Load the page afresh and try again.")
UNSAVED = _l("Your message could not be saved just now; it is being sent again.")


class DealSocket(Connection):
    def __init__(
        self, socket: Socket, services: Services, actor: BuyerSession | DeskSession, deal_id: str
    ) -> None:
        super().__init__(socket, services, actor, deal_id)
        self.deal_id, self.frames = deal_id, services.frames
        self._cursor, self._behind = 0, list[StoredEvent]()
        self._typed_at, self._has_seen = 0.0, False
        self._opened_at, self._sending = datetime.now(UTC), list[StoredEvent]()
        # What this page has said and waits to hear of; another message of its own waits for that.
        self._under_way: asyncio.Future[Posted] | None = None
        self._taking = False
        self.waker.push = self._push

    async def open(self) -> bool:
        query = self.socket.query_params
        after = parse_integer(query.get("after", "0"))
        opening = partial(
            event_stream.opening, actor=self.actor, deal_id=self.deal_id, after=after or 0, limit=BATCH
        )
        async with self.services.hub.catching_up:
            found = await self.services.database.read(opening)
        deal = found.deal
        self.waker.apart = "room" in query and deal.party == "buyer"
        restored = query.get("epoch", found.epoch) != found.epoch
        if restored or after is None or not 0 <= deal.position - after <= FARTHEST:
            self.waker.end(reload=True)
        self._cursor, self._behind = after or 0, list(found.events)
        seated = self.services.hub.seat(self.waker, deal.actor, deal.actor_name, deal.role, deal)
        take_now(self.socket.scope, self._take_now)
        return seated

    @property
    def position(self) -> int:
        assert self.waker.feed is not None
        return max(self._cursor, self.waker.feed.newest(self.waker.party))

    async def next(self) -> Sequence[bytes]:
        waker = self.waker
        assert waker.feed is not None
        events, self._behind = self._behind, []
        known = events or waker.feed.after(waker.party, self._cursor)
        if known is None:
            following = partial(
                event_stream.events_after,
                deal_id=self.deal_id,
                party=waker.party,
                after=self._cursor,
                limit=BATCH,
            )
            async with self.services.hub.catching_up:
                known = await self.services.database.read(following)
        self._sending = known
        frames = [await self.frames.frame(event, waker.party, waker.role, self.language) for event in known]
        self._pass(known)
        return frames

    def _push(self, made: Made) -> bool:
        """Write what is new at once. False when something must be read or waited for: the socket's own task does that."""
        key = (self.waker.party, self.waker.role, self.language, str(self._cursor))
        try:
            if key not in made:
                made[key] = self._at_hand()
            known, frames = made[key]
            if known is None or (known and not self.write_now(frames)):
                return False
        except Exception:
            # Whoever wakes many must not end with one; the task meets it again and says so.
            return False
        self._pass(known)
        if _NOW not in made:
            made[_NOW] = datetime.now(UTC)
        self._count(known, made[_NOW])
        return True

    def _at_hand(self) -> tuple[list[StoredEvent] | None, bytes]:
        """The events after the cursor with their frames; None when that takes longer than a moment."""
        waker = self.waker
        assert waker.feed is not None
        known, frames = waker.feed.after(waker.party, self._cursor), list[bytes]()
        for event in known or ():
            frame = self.frames.at_hand(event, waker.party, waker.role, self.language)
            if frame is None:
                return None, b""
            frames.append(frame)
        return known, b"".join(frames)

    def _pass(self, known: Sequence[StoredEvent]) -> None:
        """These have been written, or are about to be."""
        for event in known:
            self._cursor = event.position(self.waker.party) or self._cursor
            # A new revision is there to be looked at again.
            self._has_seen = self._has_seen and event.kind != "revision"

    def sent(self) -> None:
        self._count(self._sending, datetime.now(UTC))

    def _count(self, sent: Sequence[StoredEvent], now: datetime) -> None:
        for event in sent:
            # What happened before this page was there did not wait for the wire.
            if event.at > self._opened_at and event.audience != "buyer":
                self.services.hub.delay.sent(now, event.at)

    async def take(self, text: str) -> None:
        self._taking = True
        try:
            await self._take(text)
        finally:
            self._taking = False

    async def _take(self, text: str) -> None:
        if self._under_way is not None:
            await asyncio.wait([self._under_way])
        try:
            message = client_frames.read(text)
        except UNDECODABLE:
            await self._refuse(client_frames.key_in(text), UNREADABLE)
            return
        if self.waker.apart:
            # From the buyers' room nothing reaches the table, whatever a page sends.
            if isinstance(message, Said):
                await self._refuse(message.key, UNREADABLE)
            return
        match message:
            case Said():
                await self._told(message, self._cursor, self._saying(message))
            case Types():
                self._type(message)
            case At():
                self.services.hub.presence.move(self.waker, message.anchor or None)
            case Seen():
                await self._see()

    def _take_now(self, text: bytes) -> bool:
        """A message that nothing has to wait for: kept while the next ones are read, without a task."""
        if self._under_way is not None or self._taking or self.waker.apart or self.waker.ending:
            return False
        try:
            said = client_frames.read(text)
            if not isinstance(said, Said):
                return False
            given = self._cursor
            self._under_way = self._say(said)
        except (*UNDECODABLE, ParleyError):
            return False
        self._under_way.add_done_callback(partial(self._kept, said, given))
        return True

    def _kept(self, said: Said, given: int, answer: asyncio.Future[Posted]) -> None:
        self._under_way = None
        if answer.cancelled() or answer.exception() or answer.result().position <= given:
            task = asyncio.create_task(self._report(said, given, answer))
            _reporting.add(task)
            task.add_done_callback(_reporting.discard)

    async def _report(self, said: Said, given: int, answer: asyncio.Future[Posted]) -> None:
        try:
            await self._told(said, given, answer)
        except GONE:
            pass
        except Exception:
            log.exception("a message to a socket failed")
            self.waker.end(FAILED)

    async def _saying(self, said: Said) -> Posted:
        return await self._say(said)

    def _say(self, said: Said) -> asyncio.Future[Posted]:
        self.services.hub.messages.take(self.waker.person, self.deal_id)
        message = Message(
            actor=self.actor,
            deal_id=self.deal_id,
            body=said.body,
            anchor=said.anchor or None,
            key=said.key,
        )
        return self.services.database.begin(message)

    async def _told(self, said: Said, given: int, answer: Awaitable[Posted]) -> None:
        """Its event is the answer; only a key whose event this connection already has is acknowledged by itself."""
        try:
            posted = await answer
        except ParleyError as error:
            await self._refuse(said.key, error.sentence)
            if isinstance(error, SignInNeeded | NotFound):
                self.waker.end(SIGN_IN if isinstance(error, SignInNeeded) else NOT_ALLOWED)
        except SQLAlchemyError as error:
            log.warning("a message could not be saved", error=str(error))
            # A commit whose answer was lost may have been made: a message with another key could be the second.
            await self._refuse(said.key, UNSAVED, again=True)
        else:
            if posted.position <= given:
                await self.reply(Acknowledged(said.key, posted.position))

    async def _refuse(self, key: str | None, sentence: str, *, again: bool = False) -> None:
        with speaking(self.language):
            refusal = Refusal(key, translate(sentence), again=again)
        await self.reply(refusal)

    def _type(self, types: Types) -> None:
        now = time.monotonic()
        if now - self._typed_at >= TYPING:
            self._typed_at = now
            self.services.hub.presence.typing(self.waker, types.anchor or None)

    async def _see(self) -> None:
        if self.waker.party != "buyer" or self._has_seen:
            return
        self._has_seen = True
        try:
            await self.services.database.write(partial(record_view, actor=self.actor, deal_id=self.deal_id))
        except (ParleyError, SQLAlchemyError) as error:
            log.warning("a view could not be noted", error=str(error))
