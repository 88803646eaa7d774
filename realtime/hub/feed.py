"""What a process knows of one watched deal: the newest events, read once for all of its sockets.

Events are numbered without gaps and only change where a part of one is erased, which ends the copy; so a copy of the newest
is as good as the ledger. A socket whose position lies before the copy reads the database.
"""

from collections import deque
from collections.abc import Collection

from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page.event_stream import StreamHead
from realtime.hub.subscription import FrameMemo, Subscription

# Events held in memory for each watched deal.
TAIL = 64
PARTIES: tuple[PartyName, PartyName] = ("buyer", "seller")


class Feed:
    """The newest events of one deal, and the sockets that watch it. `seq` is None until a socket has read the deal."""

    __slots__ = ("_floor", "_newest", "_tail", "rang_before_start", "seq", "subscriptions")

    def __init__(self) -> None:
        self.subscriptions: set[Subscription] = set()
        self.seq: int | None = None
        # What was read before a ring may be older than what the ring announced.
        self.rang_before_start = False
        self._tail: deque[StoredEvent] = deque()
        # For each party, the position before the tail's first event, and the newest position.
        self._floor: dict[PartyName, int] = {}
        self._newest: dict[PartyName, int] = {}

    def start(self, head: StreamHead) -> None:
        """Follow the deal from this head on."""
        self.seq = head.seq
        self._floor = {party: head.position(party) for party in PARTIES}
        self._newest = dict(self._floor)

    def add(self, event: StoredEvent) -> bool:
        """Add the event that follows the newest. False for any other: a duplicate, or one after a gap."""
        if self.seq is None or event.seq != self.seq + 1:
            return False
        self.seq = event.seq
        if event.erases_earlier:
            self._forget()
        self._tail.append(event)
        for party in PARTIES:
            self._newest[party] = event.position(party) or self._newest[party]
        if len(self._tail) > TAIL:
            dropped = self._tail.popleft()
            for party in PARTIES:
                self._floor[party] = dropped.position(party) or self._floor[party]
        return True

    def _forget(self) -> None:
        """Have what came before read again: a part of it was erased."""
        self._tail.clear()
        self._floor = dict(self._newest)

    def newest(self, party: PartyName) -> int:
        """Return the party's newest position."""
        return self._newest.get(party, 0)

    def after(self, party: PartyName, position: int) -> list[StoredEvent] | None:
        """Return a party's events after a position; None when that lies before the tail."""
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
        """Wake the sockets of these parties; what is rendered for one of a kind is written to all of that kind."""
        memo: FrameMemo = {}
        for subscription in self.subscriptions:
            if subscription.party in parties:
                subscription.wake(memo)
