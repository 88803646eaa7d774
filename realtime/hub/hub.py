"""Who watches what, and when to look again: one hub per process.

    hub = Hub(doorbell_for(settings.redis_url), messages=Rate(settings.message_rate))
    database = Database(store, ring=hub.ring, …)
    await hub.start(database)          # on start-up of the application
    await hub.stop()                   # on shutdown, before database.close()

`hub.ring` may be called from any thread, and before `start`. `hub.line` (connected, since, error) and `hub.polled_at` are
for /readyz, `hub.open_sockets()` and `hub.delay` for /metrics; `hub.messages` is the rate limit of sockets and forms alike.

The database is the history; a ring only says "look". After one, the hub reads what is new in all rung deals in a single
query and wakes their sockets. What this process has committed itself it is given, and reads nothing where that follows on
what it knew. Every few seconds it also asks how far all watched deals have got, which finds what a lost
ring missed, and whether the sessions and grants behind open sockets still hold.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from portal.access import BuyerSession, Deal, DeskSession
from portal.database.database import AMONG_BUYERS, Database
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page import event_stream, socket_watch
from portal.reading.deal_page.event_stream import StreamHead
from portal.reading.deal_page.socket_watch import Observed, SessionRights
from portal.storage.session import READERS
from realtime.hub.delay import Delay
from realtime.hub.doorbell import Doorbell, Line
from realtime.hub.feed import PARTIES, Feed, Waker
from realtime.hub.presence import Presence
from realtime.hub.rate import Rate

log = structlog.get_logger()

# The watch over every deal, for inboxes.
INBOX = "*"
# Seconds between two looks for what no ring announced.
POLL = 2.0
MOST_NEWS = 2_000
# Deals an inbox is told by name; when more have moved it is drawn anew.
MOST_RUNG = 50
# In one process. Generous: people open tabs, and a tab that is hidden and shown connects twice for a moment.
SOCKETS_PER_PERSON = 250
# Pages that catch up at the same time. When thousands come back at once, half of the reading connections stay free for
# people who open a page.
CATCHING_UP = READERS // 2
# A commit can become visible this long after the instant its events carry.
LATE = timedelta(seconds=15)


class Hub:
    def __init__(self, doorbell: Doorbell, *, poll_every: float = POLL, messages: Rate | None = None) -> None:
        self.messages = messages or Rate()
        self.presence = Presence(doorbell.tell, self._watching)
        self.polled_at: datetime | None = None
        self.delay = Delay()
        self.catching_up = asyncio.Semaphore(CATCHING_UP)
        self._doorbell, self._poll_every = doorbell, poll_every
        self._feeds: dict[str, Feed] = {}
        self._inboxes: set[Waker] = set()
        self._people: Counter[str] = Counter()
        self._dirty: set[str] = set()
        self._something = asyncio.Event()
        self._epoch = ""
        self._moved: Mapping[str, int] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def line(self) -> Line:
        return self._doorbell.line

    async def start(self, database: Database) -> None:
        self._tasks = [asyncio.create_task(self._fetch(database)), asyncio.create_task(self._poll(database))]
        await self._doorbell.start(self._rung, self.presence.overheard)

    async def stop(self) -> None:
        await self._doorbell.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def ring(self, deals: Iterable[str], events: Sequence[StoredEvent] = ()) -> None:
        """These deals have moved, by these events among others, and their commit is done. Thread-safe; never waits."""
        self._doorbell.ring(deals, events)

    def watch(self, deal_id: str, actor: BuyerSession | DeskSession) -> Waker:
        """Register before reading, so that nothing falls between. INBOX watches every deal."""
        if deal_id == INBOX:
            waker = Waker(actor, None, deal_id)
            self._inboxes.add(waker)
        else:
            feed = self._feeds.setdefault(deal_id, Feed())
            waker = Waker(actor, feed, deal_id)
            feed.wakers.add(waker)
        return waker

    def seat(self, waker: Waker, person: str, name: str, role: str, deal: Deal | None = None) -> bool:
        """Say who it is, and how far the deal was when they read it; False when they have too many sockets already."""
        if self._people[person] >= SOCKETS_PER_PERSON:
            return False
        waker.person, waker.name, waker.role = person, name, role
        self._people[person] += 1
        if waker.feed is not None and deal is not None:
            self._begin(waker.feed, deal)
            if not waker.apart:
                self.presence.join(waker)
        return True

    def leave(self, waker: Waker) -> None:
        self._inboxes.discard(waker)
        if waker.feed is not None:
            waker.feed.wakers.discard(waker)
            if not waker.feed.wakers and self._feeds.get(waker.deal_id) is waker.feed:
                del self._feeds[waker.deal_id]
        if waker.person:
            self._people[waker.person] -= 1
            if not self._people[waker.person]:
                del self._people[waker.person]
            if waker.feed is not None and not waker.apart:
                self.presence.leave(waker)

    def open_sockets(self) -> dict[str, int]:
        """How many sockets are open: of buyers, of reps on a deal, of inboxes."""
        parties = Counter[str](waker.party for feed in self._feeds.values() for waker in feed.wakers)
        return {"buyer": parties["buyer"], "seller": parties["seller"], "inbox": len(self._inboxes)}

    def _watching(self, deal_id: str) -> Collection[Waker]:
        feed = self._feeds.get(deal_id)
        return feed.wakers if feed else ()

    def _begin(self, feed: Feed, deal: Deal) -> None:
        if feed.seq is None:
            feed.begin(StreamHead(deal.id, deal.seq, deal.buyer_seq, deal.seller_seq))
            if feed.rung:
                self._look_at([deal.id])

    def _rung(self, deals: Collection[str] | None, events: Sequence[StoredEvent] = ()) -> None:
        """A ring from the doorbell; None when some may have been missed. `events`: what was committed here."""
        known = _add(events, self._feeds)
        if deals is None:
            self._look_at(self._feeds)
        else:
            self._look_at({each.removeprefix(AMONG_BUYERS) for each in deals} - known)
        if deals is None:
            self.presence.afresh()
        else:
            # A row drawn anew while nothing happened at the table would say that the buyers confer.
            deals = [each for each in deals if not each.startswith(AMONG_BUYERS)]
        if deals is None or deals:
            self._tell_inboxes(deals)

    def _tell_inboxes(self, deals: Collection[str] | None) -> None:
        for waker in self._inboxes:
            waker.rung = None if deals is None or waker.rung is None else waker.rung | set(deals)
            if waker.rung is not None and len(waker.rung) > MOST_RUNG:
                waker.rung = None
            waker.wake()

    def _look_at(self, deals: Iterable[str]) -> None:
        for deal_id in deals:
            feed = self._feeds.get(deal_id)
            if feed is not None and feed.seq is not None:
                self._dirty.add(deal_id)
            elif feed is not None:
                feed.rung = True
        if self._dirty:
            self._something.set()

    async def _fetch(self, database: Database) -> None:
        """Read what is new in every deal that rang meanwhile, in one go."""
        while True:
            await self._something.wait()
            self._something.clear()
            dirty, self._dirty = self._dirty, set()
            feeds = {deal_id: feed for deal_id in dirty if (feed := self._feeds.get(deal_id))}
            known = _known(feeds)
            try:
                events = await database.read(partial(event_stream.new_events, known=known, limit=MOST_NEWS))
            except Exception as error:
                # The next look finds it; no socket is closed because the database was away for a moment.
                log.warning("could not read what is new", deals=len(known), error=str(error))
                continue
            _add(events, feeds)
            if len(events) == MOST_NEWS:
                self._look_at(known)

    async def _poll(self, database: Database) -> None:
        while True:
            await asyncio.sleep(self._poll_every)
            wakers = [waker for feed in self._feeds.values() for waker in feed.wakers if waker.person]
            wakers += [waker for waker in self._inboxes if waker.person]
            observe = partial(
                socket_watch.observe,
                known=_known(self._feeds),
                buyers={waker.actor.id for waker in wakers if waker.party == "buyer"},
                reps={waker.actor.id for waker in wakers if waker.party == "seller"},
                moved_within=LATE if self._inboxes else None,
            )
            try:
                self._take(await database.read(observe), wakers)
            except Exception as error:
                log.warning("could not look for what no ring announced", error=str(error))
            self.presence.tick()

    def _take(self, observed: Observed, wakers: Iterable[Waker]) -> None:
        self.polled_at = datetime.now(UTC)
        for waker in wakers:
            _judge(waker, observed.rights)
        self._look_at([head.deal_id for head in observed.heads])
        moved = {deal_id for deal_id, seq in observed.moved.items() if self._moved.get(deal_id) != seq}
        self._moved = observed.moved
        if moved:
            self._rung(moved)
        if self._epoch and observed.epoch != self._epoch:
            self._restored()
        self._epoch = observed.epoch

    def _restored(self) -> None:
        """Another database stands in the place of the one that was read: every page loads afresh."""
        feeds, self._feeds = self._feeds, {}
        for waker in [*self._inboxes, *(waker for feed in feeds.values() for waker in feed.wakers)]:
            waker.end(reload=True)


def _known(feeds: Mapping[str, Feed]) -> dict[str, int]:
    return {deal_id: feed.seq for deal_id, feed in feeds.items() if feed.seq is not None}


def _add(events: Iterable[StoredEvent], feeds: Mapping[str, Feed]) -> set[str]:
    """The deals of which all these events are known now.

    Only who may read something new is woken: even the beat of a heartbeat says nothing of the other side room.
    """
    readers: dict[str, set[PartyName]] = {}
    seen, missing = set[str](), set[str]()
    for event in events:
        deal_id, feed = event.deal_id, feeds.get(event.deal_id)
        seen.add(deal_id)
        if feed is None or not feed.add(event):
            missing.add(deal_id)
            continue
        parties = (party for party in PARTIES if event.position(party) is not None)
        readers.setdefault(deal_id, set()).update(parties)
    for deal_id, reading in readers.items():
        feeds[deal_id].wake(reading)
    return seen - missing


def _judge(waker: Waker, rights: SessionRights) -> None:
    """4401 when the session has ended, 4403 when the right to this deal has; another role needs another page."""
    session = waker.actor.id
    if waker.party == "seller":
        role, close = rights.reps.get(session), 4401
    elif session not in rights.sessions:
        role, close = None, 4401
    else:
        role, close = rights.grants.get((session, waker.deal_id)), 4403
    if role is None:
        waker.end(close)
    elif role != waker.role:
        waker.end(reload=True)
