"""Who is at the table, and who is typing. Ephemeral: never stored, may be lost, shown to both sides.

Frames: `{"ephemeral":{"here":[{"actor","name","party"}]}}` whenever somebody comes or goes, and
`{"ephemeral":{"typing":{"actor","name","anchor"}}}`. Other processes hear the same through the doorbell.
"""

import asyncio
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from portal.domain.ledger import PartyName
from realtime.feed import Waker

# Seconds. A page that reloads, or a tab that is hidden for a moment, has not left.
GRACE = 30.0
# What other processes say of their people is repeated, and believed for a while.
REPEAT, BELIEVED = 20.0, 50.0
# Many who come at once (after a restart) are shown together.
GATHER = 0.2
MOST_SHOWN = 50


class Person(msgspec.Struct, frozen=True):
    actor: str
    name: str
    party: PartyName


class Typing(msgspec.Struct, frozen=True):
    actor: str
    name: str
    anchor: str | None


class Word(msgspec.Struct, frozen=True, omit_defaults=True):
    """What processes tell each other of a deal. "who" asks the others to say who is here."""

    deal: str
    says: Literal["who", "here", "gone", "typing"]
    person: Person | None = None
    anchor: str | None = None


@dataclass
class _Seat:
    person: Person
    sockets: int = 0


@dataclass
class _Table:
    """People with a socket in this process (or until a moment ago), and people elsewhere with the time to forget them."""

    here: dict[str, _Seat] = field(default_factory=dict)
    elsewhere: dict[str, tuple[Person, float]] = field(default_factory=dict)


class Presence:
    """`tell` passes a note to other processes; `watching` gives a deal's open sockets in this one."""

    def __init__(self, tell: Callable[[bytes], None], watching: Callable[[str], Iterable[Waker]]) -> None:
        self._tell, self._watching = tell, watching
        self._tables: dict[str, _Table] = {}
        self._changed: set[str] = set()
        self._repeated_at = 0.0

    def people(self, deal_id: str) -> list[Person]:
        """Everybody at a deal that is watched here, by name."""
        table = self._tables.get(deal_id, _Table())
        known = {actor: person for actor, (person, _) in table.elsewhere.items()}
        known |= {actor: seat.person for actor, seat in table.here.items()}
        return sorted(known.values(), key=lambda person: (person.name, person.actor))

    def join(self, waker: Waker) -> None:
        table = self._tables.get(waker.deal_id)
        if table is None:
            table = self._tables[waker.deal_id] = _Table()
            self._say(Word(waker.deal_id, "who"))
        seat = table.here.get(waker.person)
        if seat is None:
            seat = table.here[waker.person] = _Seat(Person(waker.person, waker.name, waker.party))
            self._say(Word(waker.deal_id, "here", seat.person))
        seat.sockets += 1
        self._show_soon(waker.deal_id)

    def leave(self, waker: Waker) -> None:
        seat = self._tables[waker.deal_id].here[waker.person]
        seat.sockets -= 1
        if not seat.sockets:
            asyncio.get_running_loop().call_later(GRACE, self._left, waker.deal_id, seat)

    def typing(self, waker: Waker, anchor: str | None) -> None:
        """Everybody else at the table sees it for a moment."""
        word = Word(waker.deal_id, "typing", Person(waker.person, waker.name, waker.party), anchor)
        self._say(word)
        self._show_typing(word)

    def overheard(self, note: bytes) -> None:
        """What another process told; anything else is ignored."""
        with suppress(msgspec.DecodeError, msgspec.ValidationError):
            word = msgspec.json.decode(note, type=Word)
            table = self._tables.get(word.deal)
            if table is not None:
                self._heard(word, table)

    def tick(self) -> None:
        """Call it every few seconds: repeats who is here, forgets who is no longer heard of."""
        now = time.monotonic()
        for deal_id, table in self._tables.items():
            for actor in [actor for actor, (_, until) in table.elsewhere.items() if until < now]:
                del table.elsewhere[actor]
                self._show_soon(deal_id)
        if now - self._repeated_at >= REPEAT:
            self._repeated_at = now
            for deal_id, table in self._tables.items():
                self._say_all(deal_id, table)

    def _heard(self, word: Word, table: _Table) -> None:
        if word.says == "who":
            self._say_all(word.deal, table)
        elif word.person is None:
            return
        elif word.says == "typing":
            self._show_typing(word)
        elif word.says == "here":
            new = word.person.actor not in table.elsewhere
            table.elsewhere[word.person.actor] = (word.person, time.monotonic() + BELIEVED)
            if new:
                self._show_soon(word.deal)
        elif table.elsewhere.pop(word.person.actor, None):
            self._show_soon(word.deal)

    def _left(self, deal_id: str, seat: _Seat) -> None:
        table = self._tables.get(deal_id)
        # Back within the grace, or a timer of an earlier leave has said so already.
        if table is None or seat.sockets or table.here.get(seat.person.actor) is not seat:
            return
        del table.here[seat.person.actor]
        self._say(Word(deal_id, "gone", seat.person))
        self._show_soon(deal_id)
        if not table.here:
            del self._tables[deal_id]

    def _say(self, word: Word) -> None:
        self._tell(msgspec.json.encode(word))

    def _say_all(self, deal_id: str, table: _Table) -> None:
        for seat in table.here.values():
            self._say(Word(deal_id, "here", seat.person))

    def _show_typing(self, word: Word) -> None:
        assert word.person is not None
        frame = _frame(typing=Typing(word.person.actor, word.person.name, word.anchor))
        for waker in self._watching(word.deal):
            if waker.person != word.person.actor:
                waker.note(frame)

    def _show_soon(self, deal_id: str) -> None:
        if not self._changed:
            asyncio.get_running_loop().call_later(GATHER, self._show)
        self._changed.add(deal_id)

    def _show(self) -> None:
        changed, self._changed = self._changed, set()
        for deal_id in changed:
            frame = _frame(here=self.people(deal_id)[:MOST_SHOWN])
            for waker in self._watching(deal_id):
                waker.note(frame)


def _frame(**what: object) -> str:
    return msgspec.json.encode({"ephemeral": what}).decode()
