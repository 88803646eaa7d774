"""How fast one person may write to one deal: a bucket each, that fills by so many messages a second."""

import time
from collections import OrderedDict
from collections.abc import Callable

from portal.errors import TooFast

# A bucket that is forgotten is a full one; this many people may be busy at the same time.
MOST_BUCKETS = 20_000


class Rate:
    """`per_second` messages, in bursts of twice as many (PORTAL_MESSAGE_RATE)."""

    def __init__(self, per_second: float = 30, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_second, self._burst, self._clock = per_second, 2 * per_second, clock
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

    def take(self, person: str, deal_id: str) -> None:
        """Count one message; TooFast when the bucket is empty."""
        now, key = self._clock(), (person, deal_id)
        left, since = self._buckets.pop(key, (self._burst, now))
        left = min(self._burst, left + (now - since) * self._per_second)
        allowed = left >= 1
        self._buckets[key] = (left - 1 if allowed else left, now)
        if len(self._buckets) > MOST_BUCKETS:
            self._buckets.popitem(last=False)
        if not allowed:
            raise TooFast("You are sending faster than this page can take. Wait a second and send it again.")
