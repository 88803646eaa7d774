"""Wakes the sockets of a deal when it has new events: one hub per process.

    hub = Hub(doorbell_for(settings.redis_url), messages=Rate(settings.message_rate))
    database = Database(store, ring=hub.ring, …)
    await hub.start(database)          # on start-up of the application
    await hub.stop()                   # on shutdown, before database.close()

The database is the history; a ring only says that a deal has changed. After one, the hub reads the new events of all such
deals in a single query and wakes their sockets. Events that this process has committed come with the ring, and are read
only where an earlier event is missing. Every few seconds the hub also polls how far all watched deals are, which finds what
a lost ring missed, and whether the sessions and grants behind open sockets still hold.
"""

import asyncio
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from portal.access import BuyerSession, Deal, DeskSession
from portal.database.database import AMONG_BUYERS, Database
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page import socket_watch
from portal.reading.deal_page.socket_watch import Observed
from portal.storage.session import READERS
from realtime.hub.delay import Delay
from realtime.hub.doorbell import Doorbell
from realtime.hub.feeds import Feeds
from realtime.hub.memory_doorbell import DoorbellStatus
from realtime.hub.presence import Presence
from realtime.hub.rate import Rate
from realtime.hub.session_check import end_without_right
from realtime.hub.subscription import Subscription

log = structlog.get_logger()

# Subscribes to every deal, for inboxes.
INBOX = "*"
# Seconds between two polls.
POLL = 2.0
# Deals that an inbox redraws one by one; when more have changed, the whole list is redrawn.
MOST_CHANGED_DEALS = 50
# In one process. Generous: people open tabs, and a tab that is hidden and shown connects twice for a moment.
SOCKETS_PER_PERSON = 250
# Pages that catch up at the same time. When thousands reconnect at once, half of the reading connections stay free for
# people who open a page.
CATCHING_UP = READERS // 2
# A commit can become visible this long after the instant its events carry.
LATE = timedelta(seconds=15)


class Hub:
    """`ring` may be called from any thread, and before `start`.

    `messages` is the rate limit of sockets and forms alike; `delay`, `doorbell_status`, `polled_at` and `open_sockets` are
    for operators.
    """

    def __init__(self, doorbell: Doorbell, *, poll_every: float = POLL, messages: Rate | None = None) -> None:
        self.messages = messages or Rate()
        self.feeds = Feeds()
        self.presence = Presence(doorbell.publish, self.feeds.subscriptions_to)
        self.polled_at: datetime | None = None
        self.delay = Delay()
        self.catching_up = asyncio.Semaphore(CATCHING_UP)
        self._doorbell, self._poll_every = doorbell, poll_every
        self._inboxes: set[Subscription] = set()
        self._sockets_of: Counter[str] = Counter()
        self._epoch = ""
        self._recently_changed: Mapping[str, int] = {}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def doorbell_status(self) -> DoorbellStatus:
        return self._doorbell.status

    async def start(self, database: Database) -> None:
        tasks = (self.feeds.read_new_events(database), self._poll(database))
        self._tasks = [asyncio.create_task(task) for task in tasks]
        await self._doorbell.start(self._on_ring, self.presence.on_note)

    async def stop(self) -> None:
        await self._doorbell.stop()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def ring(self, deals: Iterable[str], events: Sequence[StoredEvent] = ()) -> None:
        """Announce that these deals have changed; `events` were committed here, and are among the changes."""
        self._doorbell.ring(deals, events)

    def subscribe(self, deal_id: str, actor: BuyerSession | DeskSession) -> Subscription:
        """Subscribe to a deal, or to every deal with INBOX. Do so before reading, so that no event is missed."""
        if deal_id != INBOX:
            return self.feeds.subscribe(deal_id, actor)
        subscription = Subscription(actor, None, deal_id)
        self._inboxes.add(subscription)
        return subscription

    def join(
        self, subscription: Subscription, person: str, name: str, role: str, deal: Deal | None = None
    ) -> bool:
        """Say whose socket it is, and where they have read the deal; False when they have too many sockets."""
        if self._sockets_of[person] >= SOCKETS_PER_PERSON:
            return False
        subscription.person, subscription.name, subscription.role = person, name, role
        self._sockets_of[person] += 1
        if subscription.feed is not None and deal is not None:
            self.feeds.start(subscription.feed, deal)
            if not subscription.in_buyer_room:
                self.presence.join(subscription)
        return True

    def leave(self, subscription: Subscription) -> None:
        self._inboxes.discard(subscription)
        self.feeds.unsubscribe(subscription)
        if person := subscription.person:
            self._sockets_of[person] -= 1
            if not self._sockets_of[person]:
                del self._sockets_of[person]
            if subscription.feed is not None and not subscription.in_buyer_room:
                self.presence.leave(subscription)

    def open_sockets(self) -> dict[str, int]:
        """Count the open sockets: of buyers, of reps on a deal, of inboxes."""
        parties = Counter[str](subscription.party for subscription in self.feeds.subscriptions())
        return {"buyer": parties["buyer"], "seller": parties["seller"], "inbox": len(self._inboxes)}

    def _on_ring(self, deals: Collection[str] | None, events: Sequence[StoredEvent] = ()) -> None:
        """Handle a ring; `deals` is None when some may have been missed."""
        complete = self.feeds.add(events)
        if deals is None:
            self.feeds.read_soon(self.feeds.by_deal)
            self.presence.exchange()
            self._wake_inboxes(None)
            return
        self.feeds.read_soon({each.removeprefix(AMONG_BUYERS) for each in deals} - complete)
        # An inbox row that is redrawn while nothing happened on the deal would show that the buyers confer.
        if shown := [each for each in deals if not each.startswith(AMONG_BUYERS)]:
            self._wake_inboxes(shown)

    def _wake_inboxes(self, deals: Collection[str] | None) -> None:
        for inbox in self._inboxes:
            changed = inbox.changed_deals
            inbox.changed_deals = None if deals is None or changed is None else changed | set(deals)
            if inbox.changed_deals is not None and len(inbox.changed_deals) > MOST_CHANGED_DEALS:
                inbox.changed_deals = None
            inbox.wake()

    async def _poll(self, database: Database) -> None:
        while True:
            await asyncio.sleep(self._poll_every)
            joined = [each for each in (*self.feeds.subscriptions(), *self._inboxes) if each.person]
            observe = partial(
                socket_watch.observe,
                known=self.feeds.positions(),
                buyers={each.actor.id for each in joined if each.party == "buyer"},
                reps={each.actor.id for each in joined if each.party == "seller"},
                moved_within=LATE if self._inboxes else None,
            )
            try:
                self._apply(await database.read(observe), joined)
            except Exception as error:
                log.warning("could not look for what no ring announced", error=str(error))
            self.presence.tick()

    def _apply(self, observed: Observed, joined: Iterable[Subscription]) -> None:
        self.polled_at = datetime.now(UTC)
        for subscription in joined:
            end_without_right(subscription, observed.rights)
        self.feeds.read_soon([head.deal_id for head in observed.heads])
        known, self._recently_changed = self._recently_changed, observed.moved
        if changed := {deal_id for deal_id, seq in observed.moved.items() if known.get(deal_id) != seq}:
            self._on_ring(changed)
        if self._epoch and observed.epoch != self._epoch:
            # A backup was restored: this database is not the one that the open pages have read.
            for subscription in (*self._inboxes, *self.feeds.drop()):
                subscription.end(must_reload=True)
        self._epoch = observed.epoch
