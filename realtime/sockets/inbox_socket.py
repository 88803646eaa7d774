"""The socket of the rep's inbox: the whole list once, then a row for each deal that changes.

Positions count this connection's frames from 0: the list is rendered at every connect, so that there is nothing to resume.
The view (`tab`, `whose`, `search`) is the query of the address, as on the page.
"""

from collections.abc import Sequence
from functools import partial

from portal import access
from portal.access import DeskSession
from portal.lru_cache import LruCache
from portal.request import Socket
from realtime.hub.hub import INBOX
from realtime.services import Services
from realtime.sockets.connection import Connection
from realtime.sockets.frames import Frame, encode

# Rows whose last content is cached, so that a ring that changes nothing sends nothing.
MOST_ROWS = 500


class InboxSocket(Connection):
    def __init__(self, socket: Socket, services: Services, actor: DeskSession) -> None:
        super().__init__(socket, services, actor, INBOX)
        self.rep, self.renderer = actor, services.frames.renderer
        self.view = {name: str(value) for name, value in socket.query_params.items()} | {
            "lang": self.language
        }
        self._sent, self._rows = 0, LruCache[int](MOST_ROWS)

    async def open(self) -> bool:
        rep = await self.services.database.read(partial(access.rep_for, session_id=self.actor.id))
        # None renders the whole list first.
        self.subscription.changed_deals = None
        return self.services.hub.join(self.subscription, f"rep:{rep.id}", rep.name, rep.role)

    @property
    def position(self) -> int:
        return self._sent

    async def next(self) -> Sequence[bytes]:
        changed, self.subscription.changed_deals = self.subscription.changed_deals, set()
        if changed is None:
            self._rows = LruCache(MOST_ROWS)
            return [self._frame(await self.renderer.inbox_list(self.rep, self.view))]
        rows = [await self._row(deal_id) for deal_id in sorted(changed)]
        return [self._frame(row) for row in rows if row]

    def sent(self) -> None:
        """A row shows the present, not an event, so that there is no delay to measure."""

    async def handle(self, text: str) -> None:
        """The inbox page sends nothing."""

    async def _row(self, deal_id: str) -> str:
        row = await self.renderer.inbox_row(self.rep, deal_id, self.view)
        if self._rows.get(deal_id) == hash(row):
            return ""
        self._rows.put(deal_id, hash(row))
        return row

    def _frame(self, content: str) -> bytes:
        self._sent += 1
        return encode(Frame(self._sent - 1, self._sent, content))
