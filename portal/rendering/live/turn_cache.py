"""Whether a message moves the turn, told without asking the database for every message of a chat."""

from datetime import UTC, datetime

from portal.domain.ledger import event_body
from portal.domain.ledger.response_time import turn_effect
from portal.domain.ledger.stored_event import StoredEvent
from portal.lru_cache import LruCache

NEVER = datetime.min.replace(tzinfo=UTC)


class Waits:
    """Remembers for each deal whether the buyer waits, and for each event whether it changed that."""

    def __init__(self) -> None:
        # The newest by its instant: a restored backup gives numbers out again.
        self._deals: LruCache[tuple[int, datetime, bool | None]] = LruCache(most=4_096)
        self._events: LruCache[bool] = LruCache(most=8_192)

    def moved(self, event: StoredEvent, body: event_body.Body) -> bool:
        """True unless it is known that nothing moved: an event that follows on one whose outcome is known."""
        key = (event.deal_id, event.seq, event.at)
        known = self._events.get(key)
        if known is not None:
            return known
        seq, at, waits = self._deals.get(event.deal_id) or (0, NEVER, None)
        effect = turn_effect(body, event.actor)
        after = {"begins": True, "ends": False, "stays": waits, "lifts": None}[effect]
        # What is lifted leaves it open whether something older still waits: the next event asks the database again.
        if (after is not None or effect == "lifts") and event.at >= at:
            self._deals.put(event.deal_id, (event.seq, event.at, after))
        follows = seq == event.seq - 1 and waits is not None
        return self._events.put(key, not follows or after != waits)
