"""What a server sends over a socket, as JSON: encoded once per event and kind of reader, sent to all of them."""

import asyncio
from collections.abc import Iterable, Mapping
from typing import Any, Literal, NamedTuple, Protocol

import msgspec

from portal.access import DeskSession
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.stored_event import StoredEvent
from portal.lru_cache import LruCache
from realtime.sockets.protocol import framed

# Bytes of rendered events, for sockets that are a moment behind the first.
MOST_CACHED = 8_000_000


class Renderer(Protocol):
    """Turns events into elements (portal.rendering.live.fragments.Fragments)."""

    async def content(self, event: StoredEvent, party: PartyName, role: str, language: str) -> str:
        """Return the `<hx-upsert>` and `<hx-partial>` elements of one event, as one party and role sees them."""
        ...

    def content_now(self, event: StoredEvent, party: PartyName, language: str) -> str | None:
        """Return the same when nothing has to be read for it; None otherwise."""
        ...

    async def inbox_list(self, actor: DeskSession, query: Mapping[str, str]) -> str:
        """Return the whole list of the inbox, in the view that the query names."""
        ...

    async def inbox_row(self, actor: DeskSession, deal_id: str, query: Mapping[str, str]) -> str:
        """Return one deal's row, or its removal when the view does not show it."""
        ...


class Frame(msgspec.Struct, frozen=True):
    """An event. `prev` is the position before it: the positions of both parties have no gaps."""

    prev: int
    seq: int
    content: str


class Heartbeat(msgspec.Struct, frozen=True):
    hb: int


class Acknowledged(msgspec.Struct, frozen=True):
    """The answer to a key that was sent before, and whose event this connection has already sent."""

    ack: str
    seq: int


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """`again`: it is not known whether the message was saved; sending it again with the same key settles that."""

    nack: str | None
    error: str
    again: bool = False


class Reload(msgspec.Struct, frozen=True):
    reload: Literal[True] = True


_encoder = msgspec.json.Encoder()


def encode(frame: msgspec.Struct) -> bytes:
    """Return the bytes of a frame, the same for any socket."""
    return framed(_encoder.encode(frame))


class Rendered(NamedTuple):
    """An event for one kind of reader: its elements, and the frame that carries them."""

    content: str
    frame: bytes


class Frames:
    """The one cache of rendered events in a process. Each is rendered once, however many sockets wait for it."""

    def __init__(self, renderer: Renderer) -> None:
        self.renderer = renderer
        self._cache: LruCache[Rendered] = LruCache(MOST_CACHED, size=lambda each: 2 * len(each.frame))
        self._pending: dict[tuple[Any, ...], asyncio.Future[bytes]] = {}
        # The newest event of each deal that took a revision back; what came before it is rendered again.
        self._erasures: dict[str, int] = {}

    def forget_erased(self, events: Iterable[StoredEvent]) -> None:
        """Have what comes before these events rendered again where one of them took a revision back.

        Regions show what was present when they were rendered. Whoever is to read what came before a take-back reads the
        take-back with it, so that this is called in time in every process.
        """
        for event in events:
            if event.erases_earlier:
                self._erasures[event.deal_id] = max(event.seq, self._erasures.get(event.deal_id, 0))

    def frame_now(self, event: StoredEvent, party: PartyName, role: str, language: str) -> bytes | None:
        """Return the frame when it is cached or needs nothing from the database; None otherwise."""
        key = self._key(event, party, role, language)
        cached = self._cache.get(key)
        if cached is None and (content := self.renderer.content_now(event, party, language)) is not None:
            cached = self._cache.put(key, _rendered(event, party, content))
        return cached.frame if cached else None

    async def frame(self, event: StoredEvent, party: PartyName, role: str, language: str) -> bytes:
        """Return the frame of an event, for the sockets of one party, role and language."""
        return (await self._render(event, party, role, language)).frame

    async def content(self, event: StoredEvent, party: PartyName, role: str, language: str) -> str:
        """Return the elements alone, for polling and for replies to forms."""
        return (await self._render(event, party, role, language)).content

    async def _render(self, event: StoredEvent, party: PartyName, role: str, language: str) -> Rendered:
        key = self._key(event, party, role, language)
        while (cached := self._cache.get(key)) is None:
            pending = self._pending.get(key)
            if pending is None:
                return await self._make(key, event, party, role, language)
            # The task that renders may be cancelled or fail: then the next one renders.
            await asyncio.wait([pending])
        return cached

    async def _make(
        self, key: tuple[Any, ...], event: StoredEvent, party: PartyName, role: str, language: str
    ) -> Rendered:
        self._pending[key] = asyncio.get_running_loop().create_future()
        try:
            content = await self.renderer.content(event, party, role, language)
        finally:
            self._pending.pop(key).cancel()
        return self._cache.put(key, _rendered(event, party, content))

    def _key(self, event: StoredEvent, party: PartyName, role: str, language: str) -> tuple[Any, ...]:
        # The time is in the key because a restored backup uses numbers again.
        key = (event.deal_id, event.seq, event.at, party, language)
        if event.kind == "message":
            # A message looks the same in every role, and shows nothing of a revision.
            return key
        erasure = self._erasures.get(event.deal_id, 0)
        return (*key, role, erasure if event.seq < erasure else 0)


def _rendered(event: StoredEvent, party: PartyName, content: str) -> Rendered:
    position = event.position(party)
    assert position is not None, "an event that this party may not read"
    return Rendered(content, encode(Frame(position - 1, position, content)))
