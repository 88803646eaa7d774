"""Who is at the table, at which line or term, and who is typing. Ephemeral: never stored, may be lost, shown to both sides.

Frames: `{"ephemeral":{"here":[{"actor","name","party","at"}]}}` whenever somebody comes, moves or goes (`at`: an anchor such
as "line:press", or null), and `{"ephemeral":{"typing":{"actor","name","anchor"}}}`. Other processes hear the same through
the doorbell. Without it each process shows its own people, and forgets the others' after a while.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Literal

import msgspec

from portal.domain.ledger.event_body import PartyName
from realtime.hub.feed import Waker
from realtime.sockets.protocol import framed

# Seconds. A page that reloads, or a tab that is hidden for a moment, has not left.
GRACE = 30.0
# What other processes say of their people is repeated, and believed for a while.
REPEAT, BELIEVED = 10.0, 25.0
# Many who come at once (after a restart) are shown together.
GATHER = 0.2
MOST_SHOWN = 50
# People in one note to other processes.
AT_ONCE = 200


class Person(msgspec.Struct, frozen=True):
    actor: str
    name: str
    party: PartyName
    at: str | None = None


class Typing(msgspec.Struct, frozen=True):
    actor: str
    name: str
    anchor: str | None


class Word(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a process tells the others of a deal. "who" asks them to say who is here."""

    by: str
    deal: str
    says: Literal["who", "here", "gone", "typing"]
    person: Person | None = None
    anchor: str | None = None


@dataclass
class _Seat:
    """One person's sockets in this process. `mover` is the one that said last where they are."""

    person: Person
    sockets: int = 0
    mover: Waker | None = None
    leaving: asyncio.TimerHandle | None = None


@dataclass
class _Table:
    """People with a socket in this process (or until a moment ago), and what other processes say of theirs.

    Each process speaks for its own sockets alone, so `elsewhere` is by process and person, with the time to forget it.
    """

    here: dict[str, _Seat] = field(default_factory=dict)
    elsewhere: dict[tuple[str, str], tuple[Person, float]] = field(default_factory=dict)


class Presence:
    """`tell` passes a note to other processes; `watching` gives a deal's open sockets in this one."""

    def __init__(self, tell: Callable[[bytes], None], watching: Callable[[str], Iterable[Waker]]) -> None:
        self._tell, self._watching, self._name = tell, watching, secrets.token_urlsafe(8)
        self._tables: dict[str, _Table] = {}
        # Deals to be shown anew, and of these the people to be told of elsewhere.
        self._changed: dict[str, set[str]] = {}
        self._repeated_at = 0.0

    def people(self, deal_id: str) -> list[Person]:
        """Everybody at a deal that is watched here, by name; with several pages open, where they are in one of them."""
        table, known = self._tables.get(deal_id, _Table()), dict[str, Person]()
        everywhere = [person for person, _ in table.elsewhere.values()]
        for person in [*everywhere, *(seat.person for seat in table.here.values())]:
            if person.at or person.actor not in known:
                known[person.actor] = person
        return sorted(known.values(), key=lambda person: (person.name, person.actor))

    def join(self, waker: Waker) -> None:
        table = self._tables.get(waker.deal_id)
        if table is None:
            table = self._tables[waker.deal_id] = _Table()
            self._say(self._word(waker.deal_id, "who"))
        seat = table.here.get(waker.person)
        if seat is None:
            seat = table.here[waker.person] = _Seat(Person(waker.person, waker.name, waker.party))
            self._say(self._word(waker.deal_id, "here", seat.person))
        seat.sockets += 1
        if seat.leaving:
            seat.leaving.cancel()
            seat.leaving = None
        self._show_soon(waker.deal_id)

    def move(self, waker: Waker, at: str | None) -> None:
        """Somebody turns to a line or a term, or away from all."""
        seat = self._tables[waker.deal_id].here[waker.person]
        seat.mover = waker
        if seat.person.at != at:
            seat.person = msgspec.structs.replace(seat.person, at=at)
            self._show_soon(waker.deal_id, waker.person)

    def leave(self, waker: Waker) -> None:
        if self._tables[waker.deal_id].here[waker.person].mover is waker:
            self.move(waker, None)
        seat = self._tables[waker.deal_id].here[waker.person]
        seat.sockets -= 1
        seat.mover = None if seat.mover is waker else seat.mover
        if not seat.sockets:
            loop = asyncio.get_running_loop()
            seat.leaving = loop.call_later(GRACE, self._left, waker.deal_id, waker.person)

    def typing(self, waker: Waker, anchor: str | None) -> None:
        """Everybody else at the table sees it for a moment."""
        person = Person(waker.person, waker.name, waker.party)
        self._say(Word(self._name, waker.deal_id, "typing", person, anchor))
        self._show_typing(waker.deal_id, person, anchor)

    def overheard(self, note: bytes) -> None:
        """What another process told; anything else is ignored."""
        with suppress(msgspec.DecodeError, msgspec.ValidationError):
            for word in msgspec.json.decode(note, type=list[Word]):
                table = self._tables.get(word.deal)
                if table is not None:
                    self._heard(word, table)

    def afresh(self) -> None:
        """The line to other processes was cut: what each told meanwhile, none has heard."""
        self._say(*(self._word(deal_id, "who") for deal_id in self._tables))
        self._say(*(word for deal_id, table in self._tables.items() for word in self._all(deal_id, table)))

    def tick(self) -> None:
        """Call it every few seconds: repeats who is here, forgets who is no longer heard of."""
        now = time.monotonic()
        for deal_id, table in self._tables.items():
            for claim in [claim for claim, (_, until) in table.elsewhere.items() if until < now]:
                del table.elsewhere[claim]
                self._show_soon(deal_id)
        if now - self._repeated_at >= REPEAT:
            self._repeated_at = now
            self._say(
                *(word for deal_id, table in self._tables.items() for word in self._all(deal_id, table))
            )

    def _heard(self, word: Word, table: _Table) -> None:
        if word.says == "who":
            self._say(*self._all(word.deal, table))
        elif word.person is None:
            return
        elif word.says == "typing":
            self._show_typing(word.deal, word.person, word.anchor)
        else:
            claim, here = (word.by, word.person.actor), word.says == "here"
            known, _ = table.elsewhere.pop(claim, (None, 0.0))
            if here:
                table.elsewhere[claim] = (word.person, time.monotonic() + BELIEVED)
            if known != (word.person if here else None):
                self._show_soon(word.deal)

    def _left(self, deal_id: str, actor: str) -> None:
        table = self._tables[deal_id]
        seat = table.here.pop(actor)
        self._say(self._word(deal_id, "gone", seat.person))
        self._show_soon(deal_id)
        if not table.here:
            del self._tables[deal_id]

    def _word(self, deal_id: str, says: Literal["who", "here", "gone"], person: Person | None = None) -> Word:
        return Word(self._name, deal_id, says, person)

    def _all(self, deal_id: str, table: _Table) -> Iterator[Word]:
        return (self._word(deal_id, "here", seat.person) for seat in table.here.values())

    def _say(self, *words: Word) -> None:
        """Many in one note: a process with thousands of people repeats them all."""
        for first in range(0, len(words), AT_ONCE):
            self._tell(msgspec.json.encode(words[first : first + AT_ONCE]))

    def _show_typing(self, deal_id: str, person: Person, anchor: str | None) -> None:
        frame = _frame(typing=Typing(person.actor, person.name, anchor))
        for waker in self._watching(deal_id):
            if waker.person != person.actor:
                waker.note(frame)

    def _show_soon(self, deal_id: str, moved: str = "") -> None:
        """However fast somebody turns to one line after the other: a frame, and a word to other processes, per GATHER."""
        if not self._changed:
            asyncio.get_running_loop().call_later(GATHER, self._show)
        self._changed.setdefault(deal_id, set()).update({moved} if moved else ())

    def _show(self) -> None:
        changed, self._changed = self._changed, {}
        for deal_id, moved in changed.items():
            here = self._tables[deal_id].here if deal_id in self._tables else {}
            self._say(*(self._word(deal_id, "here", here[actor].person) for actor in moved if actor in here))
            frame = _frame(here=self.people(deal_id)[:MOST_SHOWN])
            for waker in self._watching(deal_id):
                waker.note(frame)


def _frame(**what: object) -> bytes:
    return framed(msgspec.json.encode({"ephemeral": what}))
