"""The doorbell between processes: one Redis subscription a process, and two fixed channels (deals, and ephemeral notes)."""

import asyncio
import secrets
from collections import deque
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import msgspec
import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from realtime.hub.backoff import Backoff
from realtime.hub.memory_doorbell import DoorbellStatus, MemoryDoorbell, OnNote, OnRing

log = structlog.get_logger()

DEALS = "parley:doorbell"
NOTES = "parley:notes"
# Seconds of silence before the connection is pinged, and how long Redis may take to answer.
SILENCE = 5.0
# While Redis is away, more deals than this become one ring for all deals.
MOST_DEALS = 5_000

# uvloop raises RuntimeError on writing to a connection that was reset. An error that is not in this tuple would end the
# publishing or the subscribing task for good.
CONNECTION_ERRORS = (RedisError, OSError, TimeoutError, RuntimeError)


class Ring(msgspec.Struct, frozen=True):
    """The message on the channel DEALS: which process rings, and for which deals (None: all of them)."""

    by: str
    deals: list[str] | None


class Note(msgspec.Struct, frozen=True):
    """The message on the channel NOTES: something ephemeral from another process."""

    by: str
    note: msgspec.Raw


class RedisDoorbell(MemoryDoorbell):
    """Rings in this process at once, and in all others through Redis. It reconnects for ever."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.status = DoorbellStatus(connected=False, since=datetime.now(UTC), error="not connected yet")
        # The client must not reconnect by itself: rings would be lost without anybody knowing.
        self._redis = Redis.from_url(
            url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=SILENCE, socket_timeout=SILENCE
        )
        self._process = secrets.token_urlsafe(8)
        self._unpublished_deals: set[str] | None = set()
        self._unpublished_notes: deque[bytes] = deque(maxlen=1_000)
        self._has_unpublished = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, on_ring: OnRing, on_note: OnNote) -> None:
        await super().start(on_ring, on_note)
        self._tasks = [asyncio.create_task(self._subscribe()), asyncio.create_task(self._publish_all())]

    async def stop(self) -> None:
        await super().stop()
        # redis-py sometimes takes a cancellation for a timeout of its own and continues, so cancel until the tasks end.
        running = set(self._tasks)
        while running:
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=0.1)
        await self._redis.aclose()

    def publish(self, note: bytes) -> None:
        self._unpublished_notes.append(msgspec.json.encode(Note(self._process, msgspec.Raw(note))))
        self._has_unpublished.set()

    def _deliver(self) -> None:
        deals, events = self._take_pending()
        if self._unpublished_deals is not None:
            self._unpublished_deals |= deals
            if len(self._unpublished_deals) > MOST_DEALS:
                self._unpublished_deals = None
        self._has_unpublished.set()
        self._on_ring(deals, events)

    async def _publish_all(self) -> None:
        """Publish everything that waits, in one message for all deals; retry while Redis is away."""
        backoff = Backoff()
        while True:
            await self._has_unpublished.wait()
            self._has_unpublished.clear()
            deals, self._unpublished_deals = self._unpublished_deals, set()
            notes = list(self._unpublished_notes)
            self._unpublished_notes.clear()
            try:
                await self._send(deals, notes)
                backoff.reset()
            except CONNECTION_ERRORS:
                # Rings must not be lost. Notes may be, but are sent once more: after a restart of Redis the first attempt
                # only finds out that its connection is dead.
                if backoff.is_first_failure:
                    self._unpublished_notes.extendleft(reversed(notes))
                newer = self._unpublished_deals
                self._unpublished_deals = None if deals is None or newer is None else newer | deals
                self._has_unpublished.set()
                await backoff.pause()

    async def _send(self, deals: set[str] | None, notes: list[bytes]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            if deals is None or deals:
                ring = Ring(self._process, None if deals is None else sorted(deals))
                pipe.execute_command("PUBLISH", DEALS, msgspec.json.encode(ring))
            for note in notes:
                pipe.execute_command("PUBLISH", NOTES, note)
            await pipe.execute()

    async def _subscribe(self) -> None:
        backoff = Backoff()
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(DEALS, NOTES)
                    await self._receive(channel, backoff)
            except CONNECTION_ERRORS as error:
                if self.status.connected:
                    log.warning(
                        "doorbell lost; live updates may be late by the poll interval", error=str(error)
                    )
                    self.status = DoorbellStatus(connected=False, since=datetime.now(UTC), error=str(error))
            await backoff.pause()

    async def _receive(self, channel: PubSub, backoff: Backoff) -> None:
        pinged = False
        while True:
            message = await channel.get_message(timeout=SILENCE)
            if message is None:
                # A half-open connection stays silent; a live one answers the ping.
                if pinged:
                    raise ConnectionError("Redis does not answer")
                await channel.ping()
                pinged = True
                continue
            pinged = False
            self._handle(message, backoff)

    def _handle(self, message: dict[str, Any], backoff: Backoff) -> None:
        if message["type"] == "subscribe" and message["channel"] == DEALS.encode():
            if not self.status.connected:
                log.info("doorbell connected")
                self.status = DoorbellStatus(connected=True, since=datetime.now(UTC))
            backoff.reset()
            # Rings were lost while the connection was down, so every deal may have changed.
            self._on_ring(None, ())
        elif message["type"] == "message":
            with suppress(msgspec.DecodeError, msgspec.ValidationError):
                self._dispatch(message)

    def _dispatch(self, message: dict[str, Any]) -> None:
        if message["channel"] == DEALS.encode():
            ring = msgspec.json.decode(message["data"], type=Ring)
            if ring.by != self._process:
                self._on_ring(ring.deals, ())
        else:
            note = msgspec.json.decode(message["data"], type=Note)
            if note.by != self._process:
                self._on_note(bytes(note.note))
