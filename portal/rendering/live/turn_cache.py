"""Whether a message changes whose turn it is, without a query for every message of a chat."""

from datetime import UTC, datetime

from portal.domain.ledger import event_body
from portal.domain.ledger.response_time import turn_effect
from portal.domain.ledger.stored_event import StoredEvent
from portal.lru_cache import LruCache

NEVER = datetime.min.replace(tzinfo=UTC)


class TurnCache:
    """Whether the buyer waits for an answer, by deal, and whether an event changed that, by event."""

    def __init__(self) -> None:
        # The newest event is the one with the latest time: a restored backup uses numbers again.
        self._buyer_waits: LruCache[tuple[int, datetime, bool | None]] = LruCache(most=4_096)
        self._changes: LruCache[bool] = LruCache(most=8_192)

    def may_change(self, event: StoredEvent, body: event_body.Body) -> bool:
        """Return False when it is known that the event did not change the turn: the event before it must be known."""
        key = (event.deal_id, event.seq, event.at)
        known = self._changes.get(key)
        if known is not None:
            return known
        seq, at, before = self._buyer_waits.get(event.deal_id) or (0, NEVER, None)
        effect = turn_effect(body, event.actor)
        # None: an older event may still wait for an answer, so that the next event asks the database.
        after = {"begins": True, "replaces": True, "ends": False, "stays": before}.get(effect)
        if (after is not None or effect != "stays") and event.at >= at:
            self._buyer_waits.put(event.deal_id, (event.seq, event.at, after))
        follows = seq == event.seq - 1 and before is not None
        return self._changes.put(key, not follows or after != before)
