"""The watched deals of a process, and the task that reads their new events from the database."""

import asyncio
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import partial

import structlog

from portal.access import BuyerSession, Deal, DeskSession
from portal.database.database import Database
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.stored_event import StoredEvent
from portal.reading.deal_page import event_stream
from portal.reading.deal_page.event_stream import StreamHead
from realtime.hub.feed import PARTIES, Feed
from realtime.hub.subscription import Subscription

log = structlog.get_logger()

# New events read at a time.
MOST_NEW_EVENTS = 2_000


class Feeds:
    """A feed for each deal with an open socket."""

    def __init__(self) -> None:
        self.by_deal: dict[str, Feed] = {}
        self._to_read: set[str] = set()
        self._has_work = asyncio.Event()

    def subscribe(self, deal_id: str, actor: BuyerSession | DeskSession) -> Subscription:
        feed = self.by_deal.setdefault(deal_id, Feed())
        subscription = Subscription(actor, feed, deal_id)
        feed.subscriptions.add(subscription)
        return subscription

    def unsubscribe(self, subscription: Subscription) -> None:
        feed = subscription.feed
        if feed is not None:
            feed.subscriptions.discard(subscription)
            if not feed.subscriptions and self.by_deal.get(subscription.deal_id) is feed:
                del self.by_deal[subscription.deal_id]

    def drop(self) -> list[Subscription]:
        """Forget every deal; return the sockets that watched them."""
        subscriptions = list(self.subscriptions())
        self.by_deal.clear()
        return subscriptions

    def subscriptions_to(self, deal_id: str) -> Collection[Subscription]:
        feed = self.by_deal.get(deal_id)
        return feed.subscriptions if feed else ()

    def subscriptions(self) -> Iterator[Subscription]:
        return (subscription for feed in self.by_deal.values() for subscription in feed.subscriptions)

    def positions(self) -> dict[str, int]:
        """Return the newest known `seq` of each deal that a socket has read."""
        return _positions(self.by_deal)

    def start(self, feed: Feed, deal: Deal) -> None:
        """Follow a deal from where a socket has read it, unless an earlier socket has done so."""
        if feed.seq is None:
            feed.start(StreamHead(deal.id, deal.seq, deal.buyer_seq, deal.seller_seq))
            if feed.rang_before_start:
                self.read_soon([deal.id])

    def add(self, events: Iterable[StoredEvent]) -> set[str]:
        """Add committed events; return the deals of which none is missing now."""
        return _add(events, self.by_deal)

    def read_soon(self, deals: Iterable[str]) -> None:
        """Have the new events of these deals read, those of them that are watched."""
        for deal_id in deals:
            feed = self.by_deal.get(deal_id)
            if feed is not None and feed.seq is not None:
                self._to_read.add(deal_id)
            elif feed is not None:
                feed.rang_before_start = True
        if self._to_read:
            self._has_work.set()

    async def read_new_events(self, database: Database) -> None:
        """Run for ever: read what is new in all deals that have rung since the last time, in one query."""
        while True:
            await self._has_work.wait()
            self._has_work.clear()
            to_read, self._to_read = self._to_read, set()
            feeds = {deal_id: feed for deal_id in to_read if (feed := self.by_deal.get(deal_id))}
            known = _positions(feeds)
            query = partial(event_stream.new_events, known=known, limit=MOST_NEW_EVENTS)
            try:
                events = await database.read(query)
            except Exception as error:
                # The next poll finds these events; a database that was away for a moment must close no socket.
                log.warning("could not read what is new", deals=len(known), error=str(error))
                continue
            _add(events, feeds)
            if len(events) == MOST_NEW_EVENTS:
                self.read_soon(known)


def _positions(feeds: Mapping[str, Feed]) -> dict[str, int]:
    return {deal_id: feed.seq for deal_id, feed in feeds.items() if feed.seq is not None}


def _add(events: Iterable[StoredEvent], feeds: Mapping[str, Feed]) -> set[str]:
    # Only a party that may read one of these events is woken: even the time of a heartbeat must not show that the other
    # party has written among themselves.
    readers: dict[str, set[PartyName]] = {}
    deals, incomplete = set[str](), set[str]()
    for event in events:
        deal_id, feed = event.deal_id, feeds.get(event.deal_id)
        deals.add(deal_id)
        if feed is None or not feed.add(event):
            incomplete.add(deal_id)
            continue
        parties = (party for party in PARTIES if event.position(party) is not None)
        readers.setdefault(deal_id, set()).update(parties)
    for deal_id, reading in readers.items():
        feeds[deal_id].wake(reading)
    return deals - incomplete
