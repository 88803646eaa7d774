"""What is said of people on a page: to browsers in ephemeral frames, and between processes through the doorbell."""

from collections.abc import Iterable
from typing import Literal

import msgspec

from portal.domain.ledger.event_body import PartyName
from realtime.sockets.protocol import framed

Says = Literal["who", "here", "gone", "typing"]


class Person(msgspec.Struct, frozen=True):
    """`at`: the line or term they are looking at, such as "line:press"."""

    actor: str
    name: str
    party: PartyName
    at: str | None = None


class Typing(msgspec.Struct, frozen=True):
    actor: str
    name: str
    anchor: str | None


class PresenceMessage(msgspec.Struct, frozen=True, omit_defaults=True):
    """What a process tells the others about a deal. "who" asks them to say who is here."""

    by: str
    deal: str
    says: Says
    person: Person | None = None
    anchor: str | None = None


def people_frame(people: Iterable[Person]) -> bytes:
    """Return the frame with everybody who has the deal's page open."""
    return _frame(here=list(people))


def typing_frame(person: Person, anchor: str | None) -> bytes:
    """Return the frame that says who is typing, and on which line or term."""
    return _frame(typing=Typing(person.actor, person.name, anchor))


def _frame(**content: object) -> bytes:
    return framed(msgspec.json.encode({"ephemeral": content}))
