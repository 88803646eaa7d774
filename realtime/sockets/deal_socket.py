"""The socket of a deal's two pages, the buyer's and the rep's.

Server to client, besides the frames of `frames.py`: `{"ack":key,"seq":n}` when a message is sent again whose event this
connection has already sent; `"again":true` in a nack that the same message with the same key will settle. Query: `after` (0
when absent), `epoch` (the current one), `lang`, `room` (a page of the buyers' room: its reader is not shown on the deal
page). A page that cannot resume gets `{"reload":true}` and the close code 1000, after which htmx does not reconnect.

A socket subscribes, then reads the events after its position, sends them, and waits to be woken. It holds no database
connection between reads.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import partial

from portal.access import BuyerSession, DeskSession
from portal.domain.ledger.stored_event import StoredEvent
from portal.integers import parse_integer
from portal.reading.deal_page import event_stream
from portal.request import Socket
from realtime.hub.subscription import FrameMemo
from realtime.services import Services
from realtime.sockets.client_messages import ClientMessages
from realtime.sockets.connection import Connection
from realtime.sockets.protocol import take_now

# Events read at a time, and how far behind a page may be that still catches up.
BATCH, FARTHEST = 200, 5_000
_NOW = ("now",)


class DealSocket(Connection):
    def __init__(
        self, socket: Socket, services: Services, actor: BuyerSession | DeskSession, deal_id: str
    ) -> None:
        super().__init__(socket, services, actor, deal_id)
        self.deal_id, self.frames = deal_id, services.frames
        self.messages = ClientMessages(self, deal_id)
        # The position of the last event that was sent, those read beyond it, and those being sent.
        self._cursor, self._unsent = 0, list[StoredEvent]()
        self._opened_at, self._sending = datetime.now(UTC), list[StoredEvent]()
        self.subscription.push = self._push

    async def open(self) -> bool:
        query = self.socket.query_params
        after = parse_integer(query.get("after", "0"))
        opening = partial(
            event_stream.opening, actor=self.actor, deal_id=self.deal_id, after=after or 0, limit=BATCH
        )
        async with self.services.hub.catching_up:
            found = await self.services.database.read(opening)
        deal = found.deal
        self.subscription.in_buyer_room = "room" in query and deal.party == "buyer"
        is_restored = query.get("epoch", found.epoch) != found.epoch
        if is_restored or after is None or not 0 <= deal.position - after <= FARTHEST:
            self.subscription.end(must_reload=True)
        self._cursor, self._unsent = after or 0, list(found.events)
        self.messages.sent_position = self._cursor
        joined = self.services.hub.join(self.subscription, deal.actor, deal.actor_name, deal.role, deal)
        take_now(self.socket.scope, self.messages.take_now)
        return joined

    @property
    def position(self) -> int:
        assert self.subscription.feed is not None
        return max(self._cursor, self.subscription.feed.newest(self.subscription.party))

    async def next(self) -> Sequence[bytes]:
        subscription = self.subscription
        assert subscription.feed is not None
        party, role = subscription.party, subscription.role
        unsent, self._unsent = self._unsent, []
        events = unsent or subscription.feed.after(party, self._cursor)
        if events is None:
            following = partial(
                event_stream.events_after,
                deal_id=self.deal_id,
                party=party,
                after=self._cursor,
                limit=BATCH,
            )
            async with self.services.hub.catching_up:
                events = await self.services.database.read(following)
        self._sending = events
        self.frames.forget_erased(events)
        frames = [await self.frames.frame(event, party, role, self.language) for event in events]
        self._advance(events)
        return frames

    async def handle(self, text: str) -> None:
        await self.messages.handle(text)

    def _push(self, memo: FrameMemo) -> bool:
        """Write new events at once. False when something must be read or waited for; then the socket's own task writes."""
        key = (self.subscription.party, self.subscription.role, self.language, str(self._cursor))
        try:
            if key not in memo:
                memo[key] = self._frames_now()
            events, frames = memo[key]
            if events is None or (events and not self.write_now(frames)):
                return False
        except Exception:
            # One failing socket must not stop the fan-out; its own task meets the same error and logs it.
            return False
        self._advance(events)
        if _NOW not in memo:
            memo[_NOW] = datetime.now(UTC)
        self._measure_delay(events, memo[_NOW])
        return True

    def _frames_now(self) -> tuple[list[StoredEvent] | None, bytes]:
        """Return the events after the cursor with their frames; None when something must be read for them."""
        subscription = self.subscription
        assert subscription.feed is not None
        events, frames = subscription.feed.after(subscription.party, self._cursor), list[bytes]()
        self.frames.forget_erased(events or ())
        for event in events or ():
            frame = self.frames.frame_now(event, subscription.party, subscription.role, self.language)
            if frame is None:
                return None, b""
            frames.append(frame)
        return events, b"".join(frames)

    def _advance(self, events: Sequence[StoredEvent]) -> None:
        """Move the cursor behind events that have been written, or are about to be."""
        for event in events:
            self._cursor = event.position(self.subscription.party) or self._cursor
            if event.kind == "revision":
                self.messages.has_seen = False
        self.messages.sent_position = self._cursor

    def sent(self) -> None:
        self._measure_delay(self._sending, datetime.now(UTC))

    def _measure_delay(self, events: Sequence[StoredEvent], now: datetime) -> None:
        for event in events:
            # Events from before the page was opened were not delayed on their way to it.
            if event.at > self._opened_at and event.audience != "buyer":
                self.services.hub.delay.sent(now, event.at)
