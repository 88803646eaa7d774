"""How long events take from their commit to the socket, as a histogram for operators.

It is not the Prometheus client's histogram because it counts once per frame and socket, up to 100,000 times a second: it
takes a third of a microsecond.
"""

from bisect import bisect_left
from datetime import datetime

# Seconds; upper bounds, each included.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Delay:
    """Not thread-safe: use it on the event loop alone."""

    def __init__(self) -> None:
        self.total = 0.0
        self._counts = [0] * (len(BOUNDS) + 1)

    def sent(self, now: datetime, committed: datetime) -> None:
        """Count an event that was written to a socket now."""
        seconds = (now - committed).total_seconds()
        # The clocks of two machines may differ.
        if seconds < 0:
            seconds = 0.0
        self.total += seconds
        self._counts[bisect_left(BOUNDS, seconds)] += 1

    def buckets(self) -> list[tuple[str, int]]:
        """Return each bound and how many events took at most so long, as Prometheus counts."""
        running, found = 0, []
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self._counts, strict=True):
            running += count
            found.append((bound, running))
        return found
