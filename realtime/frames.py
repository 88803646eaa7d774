"""What goes over a socket, as CONTRACT's frames: encoded once per event and kind of reader, sent to all of them."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Literal, Protocol

import msgspec

from portal.access import DeskSession
from portal.domain.ledger import PartyName
from portal.reading.stream import Event
from portal.web.request import Connection

# Characters of frames kept for sockets that are a moment behind the first.
MOST_KEPT = 8_000_000


class Renders(Protocol):
    """Who turns events into elements (realtime.fragments.Fragments)."""

    async def content(self, deal_id: str, event: Event, party: PartyName, role: str, language: str) -> str:
        """The `<hx-upsert>` and `<hx-partial>` elements of one event, as one party and role sees them."""
        ...

    async def inbox_list(self, actor: DeskSession, query: Mapping[str, str]) -> str:
        """The whole list of the inbox (`innerMorph` of #inbox-list), in the view the query asks for."""
        ...

    async def inbox_row(self, actor: DeskSession, deal_id: str, query: Mapping[str, str]) -> str:
        """One deal's row, or its removal when the view does not show it; "" when nothing changes."""
        ...


class Frame(msgspec.Struct, frozen=True):
    """An event. `prev` is the position before it: the streams of both parties have no holes."""

    prev: int
    seq: int
    content: str


class Heartbeat(msgspec.Struct, frozen=True):
    hb: int


class Acknowledged(msgspec.Struct, frozen=True):
    """A key that was sent before, and whose event this connection has been given already."""

    ack: str
    seq: int


class Refusal(msgspec.Struct, frozen=True, omit_defaults=True):
    """`again`: whether it was kept is not known; the same message with the same key settles it."""

    nack: str | None
    error: str
    again: bool = False


class Reload(msgspec.Struct, frozen=True):
    reload: Literal[True] = True


_encoder = msgspec.json.Encoder()


def encode(frame: msgspec.Struct) -> str:
    return _encoder.encode(frame).decode()


class Frames:
    """Encoded event frames of a process; the newest are kept, and each is made once however many wait for it."""

    def __init__(self, renders: Renders) -> None:
        self.renders = renders
        self._kept: OrderedDict[tuple[Any, ...], str] = OrderedDict()
        self._characters = 0
        self._making: dict[tuple[Any, ...], asyncio.Future[str]] = {}

    async def frame(self, event: Event, party: PartyName, role: str, language: str) -> str:
        # A restored backup gives numbers out again; the instant tells its events from the lost ones.
        key = (event.deal_id, event.seq, event.at, party, role, language)
        while (kept := self._kept.get(key)) is None:
            making = self._making.get(key)
            if making is None:
                return await self._make(key, event, party, role, language)
            # Whoever makes it may be cancelled or fail: then the next makes it.
            await asyncio.wait([making])
        return kept

    async def _make(
        self, key: tuple[Any, ...], event: Event, party: PartyName, role: str, language: str
    ) -> str:
        position = event.position(party)
        assert position is not None, "an event of the other side room"
        # A message is drawn without waiting for anything, and found by all others of the table at once: a task each
        # to share it would cost more than drawing it.
        self._making[key] = asyncio.get_running_loop().create_future()
        try:
            content = await self.renders.content(event.deal_id, event, party, role, language)
            made = encode(Frame(position - 1, position, content))
        finally:
            self._making.pop(key).cancel()
        self._keep(key, made)
        return made

    def _keep(self, key: tuple[Any, ...], made: str) -> None:
        self._kept[key] = made
        self._characters += len(made)
        while self._characters > MOST_KEPT:
            self._characters -= len(self._kept.popitem(last=False)[1])


def frames_of(connection: Connection) -> Frames:
    """The frames of this process, made when the first socket asks for them."""
    state = connection.app.state
    if "frames" not in state:
        state.frames = Frames(state.services.fragments)
    found: Frames = state.frames
    return found
