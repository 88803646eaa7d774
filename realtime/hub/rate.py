"""The rate limit of messages: a token bucket for each person and deal, however a message arrives."""

import time
from collections.abc import Callable

from portal.errors import TooFast
from portal.lru_cache import LruCache

# A bucket that was dropped counts as full; this many people may be busy at the same time.
MOST_BUCKETS = 20_000


class Rate:
    """`per_second` messages, in bursts of twice as many (PORTAL_MESSAGE_RATE)."""

    def __init__(self, per_second: float = 30, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, 2 * per_second, clock
        self._buckets: LruCache[tuple[float, float]] = LruCache(MOST_BUCKETS)

    def take(self, person: str, deal_id: str) -> None:
        """Count one message. Raises TooFast when the bucket is empty."""
        now, key = self._clock(), (person, deal_id)
        left, since = self._buckets.get(key) or (self._burst, now)
        left = min(self._burst, left + (now - since) * self._per_second)
        allowed = left >= 1
        self._buckets.put(key, (left - 1 if allowed else left, now))
        if not allowed:
            raise TooFast("You are sending faster than this page can take. Wait a second and send it again.")
