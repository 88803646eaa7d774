"""How long events take from their commit to the wire, as a histogram: for operators.

A counter of our own, because it counts once per frame and socket, up to 100,000 times a second: a third of a microsecond.
"""

from bisect import bisect_left
from datetime import datetime

# Seconds; upper bounds, each included.
BOUNDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class Delay:
    """Used on the loop alone."""

    def __init__(self) -> None:
        self.total = 0.0
        self._counts = [0] * (len(BOUNDS) + 1)

    def sent(self, now: datetime, committed: datetime) -> None:
        """An event that was committed at this instant has been written to a socket now."""
        seconds = (now - committed).total_seconds()
        # The clocks of two machines may differ.
        if seconds < 0:
            seconds = 0.0
        self.total += seconds
        self._counts[bisect_left(BOUNDS, seconds)] += 1

    def buckets(self) -> list[tuple[str, int]]:
        """Each bound and how many took at most so long, as Prometheus counts."""
        running, found = 0, []
        for bound, count in zip((*map(str, BOUNDS), "+Inf"), self._counts, strict=True):
            running += count
            found.append((bound, running))
        return found
