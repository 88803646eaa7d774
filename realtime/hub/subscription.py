"""One open socket as the hub sees it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from portal.access import BuyerSession, DeskSession
from portal.domain.ledger.event_body import PartyName

if TYPE_CHECKING:
    from realtime.hub.feed import Feed

# Frames of new events while the sockets of a deal are woken, by kind of reader and position: made once for each kind.
FrameMemo = dict[tuple[str, ...], Any]
# Ephemeral frames that wait for one socket. Older ones are dropped, as typing may be.
MOST_EPHEMERAL = 4


class Subscription:
    """Something to wake, and whose it is. It uses the same memory however often the doorbell rings.

    `person` ("contact:ID" or "rep:ID"), `name` and `role` are known once the deal was found.
    """

    __slots__ = (
        "_event",
        "_is_waiting",
        "actor",
        "changed_deals",
        "client_left",
        "close_code",
        "deal_id",
        "ephemeral_frames",
        "feed",
        "in_buyer_room",
        "must_reload",
        "name",
        "party",
        "person",
        "push",
        "role",
    )

    def __init__(self, actor: BuyerSession | DeskSession, feed: Feed | None, deal_id: str) -> None:
        self.actor, self.feed, self.deal_id = actor, feed, deal_id
        self.party: PartyName = "buyer" if isinstance(actor, BuyerSession) else "seller"
        # Why to stop: the client left, a right has ended, or the page must load afresh.
        self.client_left, self.close_code, self.must_reload = False, 0, False
        # A reader in the buyers' room is not shown on the deal page, nor to anybody there.
        self.in_buyer_room = False
        self.person, self.name, self.role = "", "", ""
        # Of an inbox alone: deals that have changed; None when there are too many to name.
        self.changed_deals: set[str] | None = set()
        self.ephemeral_frames: deque[bytes] = deque(maxlen=MOST_EPHEMERAL)
        # Writes new events without waiting, and returns whether it could; else the socket's own task writes them.
        self.push: Callable[[FrameMemo], bool] = _never
        self._event, self._is_waiting = asyncio.Event(), False

    @property
    def is_ending(self) -> bool:
        return bool(self.client_left or self.close_code or self.must_reload)

    def wake(self, memo: FrameMemo | None = None) -> None:
        """There may be new events. A waiting task is left waiting when they could be written at once."""
        if not self._is_waiting or self.is_ending or not self.push({} if memo is None else memo):
            self._event.set()

    def add_ephemeral(self, frame: bytes) -> None:
        self.ephemeral_frames.append(frame)
        self._event.set()

    def end(self, close_code: int = 0, *, client_left: bool = False, must_reload: bool = False) -> None:
        self.close_code = close_code or self.close_code
        self.client_left = client_left or self.client_left
        self.must_reload = must_reload or self.must_reload
        self._event.set()

    async def wait(self, seconds: float) -> bool:
        """Wait until woken, at most so long; return whether it was woken."""
        self._is_waiting = True
        try:
            async with asyncio.timeout(seconds):
                await self._event.wait()
        except TimeoutError:
            return False
        finally:
            self._is_waiting = False
        self._event.clear()
        return True


def _never(memo: FrameMemo) -> bool:
    return False
