"""The people at one deal: those with a socket in this process, and those that other processes have told of."""

from asyncio import TimerHandle
from collections.abc import Iterator
from dataclasses import dataclass, field

from realtime.hub.presence_messages import Person
from realtime.hub.subscription import Subscription


@dataclass
class LocalPerson:
    """One person's sockets in this process. `mover` is the one that said last where they are."""

    person: Person
    sockets: int = 0
    mover: Subscription | None = None
    leaving: TimerHandle | None = None


@dataclass
class DealPeople:
    """`here` is by person, and holds who left a moment ago.

    Each process speaks for its own sockets alone, so `elsewhere` is by process and person, with the time of expiry.
    """

    here: dict[str, LocalPerson] = field(default_factory=dict)
    elsewhere: dict[tuple[str, str], tuple[Person, float]] = field(default_factory=dict)

    def local(self) -> Iterator[Person]:
        return (each.person for each in self.here.values())

    def everybody(self) -> list[Person]:
        """Return everybody by name; who has several pages open is where one of them says."""
        known = dict[str, Person]()
        for person in (*(person for person, _ in self.elsewhere.values()), *self.local()):
            if person.at or person.actor not in known:
                known[person.actor] = person
        return sorted(known.values(), key=lambda person: (person.name, person.actor))

    def expire(self, now: float) -> bool:
        """Drop people of whom no process has told in time; return whether there were any."""
        expired = [claim for claim, (_, until) in self.elsewhere.items() if until < now]
        for claim in expired:
            del self.elsewhere[claim]
        return bool(expired)
