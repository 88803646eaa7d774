"""What a process knows of one watched deal: the newest events, read once for all of its sockets.

Events never change and come without holes, so a copy of the newest is as good as the ledger. Whoever stands further back
than the copy reaches reads the database.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Collection
from typing import Any

from portal.access import BuyerSession, DeskSession
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page.event_stream import StreamHead

# Events kept per watched deal.
TAIL = 64
# What is made of new events while the sockets of a deal are woken, by kind of reader and position: once for all of a kind.
Made = dict[tuple[str, ...], Any]
PARTIES: tuple[PartyName, PartyName] = ("buyer", "seller")


class Feed:
    """The newest events of one deal, and who watches it. `seq` is None until somebody has read the deal."""

    __slots__ = ("_floor", "_newest", "_tail", "rung", "seq", "wakers")

    def __init__(self) -> None:
        self.wakers: set[Waker] = set()
        self.seq: int | None = None
        # Rang before it began: what was read then may be older than the ring.
        self.rung = False
        self._tail: deque[StoredEvent] = deque()
        # For each party, the position before the tail's first event, and the newest position.
        self._floor: dict[PartyName, int] = {}
        self._newest: dict[PartyName, int] = {}

    def begin(self, head: StreamHead) -> None:
        self.seq = head.seq
        self._floor = {party: head.position(party) for party in PARTIES}
        self._newest = dict(self._floor)

    def add(self, event: StoredEvent) -> bool:
        """The event after the newest; False for any other: it was added before, or something is missing between."""
        if self.seq is None or event.seq != self.seq + 1:
            return False
        self.seq = event.seq
        self._tail.append(event)
        for party in PARTIES:
            self._newest[party] = event.position(party) or self._newest[party]
        if len(self._tail) > TAIL:
            dropped = self._tail.popleft()
            for party in PARTIES:
                self._floor[party] = dropped.position(party) or self._floor[party]
        return True

    def newest(self, party: PartyName) -> int:
        return self._newest.get(party, 0)

    def after(self, party: PartyName, position: int) -> list[StoredEvent] | None:
        """A party's events after a position; None when that lies before what is kept."""
        if self.seq is None or position < self._floor[party]:
            return None
        found: list[StoredEvent] = []
        for event in reversed(self._tail):
            here = event.position(party)
            if here is None:
                continue
            if here <= position:
                break
            found.append(event)
        found.reverse()
        return found

    def wake(self, parties: Collection[PartyName]) -> None:
        made: Made = {}
        for waker in self.wakers:
            if waker.party in parties:
                waker.wake(made)


class Waker:
    """One open socket as the hub sees it: something to wake, and whose it is. It never grows, however much rings."""

    __slots__ = (
        "_event",
        "_resting",
        "actor",
        "apart",
        "close",
        "deal_id",
        "feed",
        "gone",
        "name",
        "notes",
        "party",
        "person",
        "push",
        "reload",
        "role",
        "rung",
    )

    def __init__(self, actor: BuyerSession | DeskSession, feed: Feed | None, deal_id: str) -> None:
        self.actor, self.feed, self.deal_id = actor, feed, deal_id
        self.party: PartyName = "buyer" if isinstance(actor, BuyerSession) else "seller"
        # Why to stop: the client went, a right ended (a close code), or the page must load afresh.
        self.gone, self.close, self.reload = False, 0, False
        # In the buyers' room: not shown at the table, nor to anybody there.
        self.apart = False
        # Who it is, once the deal was found: "contact:ID" or "rep:ID".
        self.person, self.name, self.role = "", "", ""
        # Of an inbox alone: deals that have moved; None when too many to name.
        self.rung: set[str] | None = set()
        # Ephemeral frames. What does not fit is lost, as typing may be.
        self.notes: deque[bytes] = deque(maxlen=4)
        # Writes what is new without waiting, if it can; the socket's own task does it otherwise.
        self.push: Callable[[Made], bool] = _cannot
        self._event, self._resting = asyncio.Event(), False

    @property
    def ending(self) -> bool:
        return bool(self.gone or self.close or self.reload)

    def wake(self, made: Made | None = None) -> None:
        """There may be something new. A task that rests is spared when it can be written at once."""
        if not self._resting or self.ending or not self.push({} if made is None else made):
            self._event.set()

    def note(self, frame: bytes) -> None:
        self.notes.append(frame)
        self._event.set()

    def end(self, close: int = 0, *, gone: bool = False, reload: bool = False) -> None:
        self.close, self.gone, self.reload = close or self.close, gone or self.gone, reload or self.reload
        self._event.set()

    async def rest(self, seconds: float) -> bool:
        """Until woken, or for so long; whether it was woken."""
        self._resting = True
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        finally:
            self._resting = False
        self._event.clear()
        return True


def _cannot(made: Made) -> bool:
    return False
