"""The doorbell inside one process."""

import asyncio
import threading
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import msgspec

from portal.domain.ledger.stored_event import StoredEvent

OnRing = Callable[[Collection[str] | None, Sequence[StoredEvent]], None]
OnNote = Callable[[bytes], None]


class DoorbellStatus(msgspec.Struct, frozen=True):
    """Whether other processes can be reached, and since when; `error` is for the operator."""

    connected: bool
    since: datetime
    error: str = ""


class MemoryDoorbell:
    """Rings inside this process. Its `status` is always connected."""

    def __init__(self) -> None:
        self.status = DoorbellStatus(connected=True, since=datetime.now(UTC))
        self._lock = threading.Lock()
        self._deals: set[str] = set()
        self._events: list[StoredEvent] = []
        self._loop: asyncio.AbstractEventLoop | None = None
        self._on_ring: OnRing = lambda deals, events: None
        self._on_note: OnNote = lambda note: None

    async def start(self, on_ring: OnRing, on_note: OnNote) -> None:
        """Call `on_ring(deals, events)` on this event loop after each ring, and `on_note(note)` for ephemeral notes.

        `deals` is None when any deal may have changed; `events` are those that this process has committed, some or none.
        """
        self._on_ring, self._on_note = on_ring, on_note
        with self._lock:
            self._deals.clear()
            self._events.clear()
            self._loop = asyncio.get_running_loop()

    async def stop(self) -> None:
        self._loop = None

    def ring(self, deals: Iterable[str], events: Sequence[StoredEvent] = ()) -> None:
        """Announce that these deals have changed. Thread-safe and never blocks: writers call it between two commits."""
        with self._lock:
            loop, is_scheduled = self._loop, bool(self._deals)
            self._deals.update(deals)
            if loop is not None:
                self._events.extend(events)
        if loop is None or is_scheduled:
            return
        # RuntimeError: the loop was closed a moment ago, and nobody listens any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(self._deliver)

    def publish(self, note: bytes) -> None:
        """Send something ephemeral (a JSON value) to other processes; call it on the event loop."""

    def _deliver(self) -> None:
        self._on_ring(*self._take_pending())

    def _take_pending(self) -> tuple[set[str], list[StoredEvent]]:
        with self._lock:
            deals, self._deals = self._deals, set()
            events, self._events = self._events, []
        return deals, events
