"""The doorbell: after a commit it says which deals have moved, and nothing else. It may be lost; the hub polls.

`MemoryDoorbell` rings inside one process, where what was committed may come along: nobody has to read it back.
`RedisDoorbell` also rings every other process, over one listening connection
and two fixed channels (deals, and ephemeral notes such as typing). Both are given to the hub:

    hub = Hub(doorbell_for(settings.redis_url))
"""

import asyncio
import random
import secrets
import threading
from collections import deque
from collections.abc import Callable, Collection, Iterable, Sequence
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

from portal.domain.ledger.stored_event import StoredEvent

log = structlog.get_logger()

DEALS = "parley:doorbell"
NOTES = "parley:notes"
# Seconds: how long the line may be silent before it is asked, the shortest and longest pause between two attempts.
SILENCE, SHORTEST_PAUSE, LONGEST_PAUSE = 5.0, 0.05, 2.0
# More deals than this waiting for Redis to come back: one ring for everybody says as much.
MANY = 5_000

# A connection that is not there any more; RuntimeError is uvloop's word for writing to one that was reset. Anything that is
# not caught here would end speaking or listening for good.
LOST = (RedisError, OSError, TimeoutError, RuntimeError)

Heard = Callable[[Collection[str] | None, Sequence[StoredEvent]], None]
Overheard = Callable[[bytes], None]


class Line(msgspec.Struct, frozen=True):
    """Whether other processes can be reached, and since when; `error` is for the operator."""

    connected: bool
    since: datetime
    error: str = ""


class Rung(msgspec.Struct, frozen=True):
    """What travels: who rings, and for which deals (None: all of them)."""

    by: str
    deals: list[str] | None


class Note(msgspec.Struct, frozen=True):
    """Something ephemeral from another process."""

    by: str
    note: msgspec.Raw


class MemoryDoorbell:
    """Rings inside this process. `line` is always connected."""

    def __init__(self) -> None:
        self.line = Line(connected=True, since=datetime.now(UTC))
        self._lock = threading.Lock()
        self._waiting: set[str] = set()
        self._happened: list[StoredEvent] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._heard: Heard = lambda deals, events: None
        self._overheard: Overheard = lambda note: None

    async def start(self, heard: Heard, overheard: Overheard) -> None:
        """From now on `heard(deals, events)` is called on this loop after each ring, `overheard` for notes.

        `deals` is None for everybody; `events` is what this process has committed of these deals: some of it, or nothing.
        """
        self._heard, self._overheard = heard, overheard
        with self._lock:
            self._waiting.clear()
            self._happened.clear()
            self._loop = asyncio.get_running_loop()

    async def stop(self) -> None:
        self._loop = None

    def ring(self, deals: Iterable[str], events: Sequence[StoredEvent] = ()) -> None:
        """Thread-safe, and never waits: writers call it between two commits."""
        with self._lock:
            loop, under_way = self._loop, bool(self._waiting)
            self._waiting.update(deals)
            if loop is not None:
                self._happened.extend(events)
        if loop is None or under_way:
            return
        # A loop that has just been closed needs no bell.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._hand_over)

    def tell(self, note: bytes) -> None:
        """Pass something ephemeral (a JSON value) to other processes; call it on the loop."""

    def _hand_over(self) -> None:
        self._heard(*self._taken())

    def _taken(self) -> tuple[set[str], list[StoredEvent]]:
        with self._lock:
            deals, self._waiting = self._waiting, set()
            events, self._happened = self._happened, []
        return deals, events


class RedisDoorbell(MemoryDoorbell):
    """Rings in this process at once, and in all others through Redis, for ever trying again."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self.line = Line(connected=False, since=datetime.now(UTC), error="not connected yet")
        # Our own loops reconnect: a silent reconnect inside the client would wake nobody.
        self._redis = Redis.from_url(
            url, retry=Retry(NoBackoff(), 0), socket_connect_timeout=SILENCE, socket_timeout=SILENCE
        )
        self._name = secrets.token_urlsafe(8)
        self._outgoing: set[str] | None = set()
        self._notes: deque[bytes] = deque(maxlen=1_000)
        self._anything = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self, heard: Heard, overheard: Overheard) -> None:
        await super().start(heard, overheard)
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._speak())]

    async def stop(self) -> None:
        await super().stop()
        # redis-py now and then takes a cancellation for one of its own time limits, and goes on.
        running = set(self._tasks)
        while running:
            for task in running:
                task.cancel()
            _, running = await asyncio.wait(running, timeout=0.1)
        await self._redis.aclose()

    def tell(self, note: bytes) -> None:
        self._notes.append(msgspec.json.encode(Note(self._name, msgspec.Raw(note))))
        self._anything.set()

    def _hand_over(self) -> None:
        deals, events = self._taken()
        if self._outgoing is not None:
            self._outgoing |= deals
            if len(self._outgoing) > MANY:
                self._outgoing = None
        self._anything.set()
        self._heard(deals, events)

    async def _speak(self) -> None:
        """Publish what waits, in one message for all deals; keep it while Redis is away."""
        pause = _Pause()
        while True:
            await self._anything.wait()
            self._anything.clear()
            deals, self._outgoing = self._outgoing, set()
            notes = list(self._notes)
            self._notes.clear()
            try:
                await self._publish(deals, notes)
                pause.reset()
            except LOST:
                # Typing may be lost, deals not; what was rung meanwhile goes along.
                if pause.first:
                    # After a restart of Redis the first attempt only finds out that its connection is dead.
                    self._notes.extendleft(reversed(notes))
                self._outgoing = None if deals is None or self._outgoing is None else self._outgoing | deals
                self._anything.set()
                await pause()

    async def _publish(self, deals: set[str] | None, notes: list[bytes]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            if deals is None or deals:
                rung = Rung(self._name, None if deals is None else sorted(deals))
                pipe.execute_command("PUBLISH", DEALS, msgspec.json.encode(rung))
            for note in notes:
                pipe.execute_command("PUBLISH", NOTES, note)
            await pipe.execute()

    async def _listen(self) -> None:
        pause = _Pause()
        while True:
            try:
                async with self._redis.pubsub() as channel:
                    await channel.subscribe(DEALS, NOTES)
                    await self._follow(channel, pause)
            except LOST as error:
                if self.line.connected:
                    log.warning(
                        "doorbell lost; live updates may be late by the poll interval", error=str(error)
                    )
                    self.line = Line(connected=False, since=datetime.now(UTC), error=str(error))
            await pause()

    async def _follow(self, channel: PubSub, pause: "_Pause") -> None:
        asked = False
        while True:
            message = await channel.get_message(timeout=SILENCE)
            if message is None:
                # A half-open connection is silent for ever; one that lives answers the ping.
                if asked:
                    raise ConnectionError("Redis does not answer")
                await channel.ping()
                asked = True
                continue
            asked = False
            self._take(message, pause)

    def _take(self, message: dict[str, Any], pause: "_Pause") -> None:
        if message["type"] == "subscribe" and message["channel"] == DEALS.encode():
            if not self.line.connected:
                log.info("doorbell connected")
                self.line = Line(connected=True, since=datetime.now(UTC))
            pause.reset()
            # Whatever rang while nobody listened is lost: everybody looks for themselves.
            self._heard(None, ())
        elif message["type"] == "message":
            with suppress(msgspec.DecodeError, msgspec.ValidationError):
                self._pass_on(message)

    def _pass_on(self, message: dict[str, Any]) -> None:
        if message["channel"] == DEALS.encode():
            rung = msgspec.json.decode(message["data"], type=Rung)
            if rung.by != self._name:
                self._heard(rung.deals, ())
        else:
            note = msgspec.json.decode(message["data"], type=Note)
            if note.by != self._name:
                self._overheard(bytes(note.note))


class _Pause:
    """Waits before the next attempt: longer each time, spread out, at most LONGEST_PAUSE."""

    def __init__(self) -> None:
        self._seconds = SHORTEST_PAUSE

    def reset(self) -> None:
        self._seconds = SHORTEST_PAUSE

    @property
    def first(self) -> bool:
        """Whether nothing has failed since the last success."""
        return self._seconds == SHORTEST_PAUSE

    async def __call__(self) -> None:
        await asyncio.sleep(self._seconds * random.uniform(0.5, 1.0))  # noqa: S311 - spreads load, hides nothing
        self._seconds = min(self._seconds * 2, LONGEST_PAUSE)


Doorbell = MemoryDoorbell


def doorbell_for(redis_url: str | None) -> Doorbell:
    """The doorbell of an installation: through Redis when it has one."""
    return RedisDoorbell(redis_url) if redis_url else MemoryDoorbell()
