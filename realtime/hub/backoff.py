"""Pauses between attempts to connect."""

import asyncio
import random

# Seconds.
SHORTEST_PAUSE, LONGEST_PAUSE = 0.05, 2.0


class Backoff:
    """Pauses between attempts: each up to twice as long as the last, at most LONGEST_PAUSE, with jitter."""

    def __init__(self) -> None:
        self._seconds = SHORTEST_PAUSE

    def reset(self) -> None:
        self._seconds = SHORTEST_PAUSE

    @property
    def is_first_failure(self) -> bool:
        """Whether no attempt has failed since the last success."""
        return self._seconds == SHORTEST_PAUSE

    async def pause(self) -> None:
        await asyncio.sleep(self._seconds * random.uniform(0.5, 1.0))  # noqa: S311 - jitter, not a secret
        self._seconds = min(self._seconds * 2, LONGEST_PAUSE)
