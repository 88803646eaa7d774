"""Who has a deal's page open, at which line or term they are, and who is typing. Never stored; shown to both parties.

Frames: `{"ephemeral":{"here":[{"actor","name","party","at"}]}}` whenever somebody comes, moves or goes (`at`: an anchor such
as "line:press", or null), and `{"ephemeral":{"typing":{"actor","name","anchor"}}}`. Other processes receive the same
through the doorbell. Without it each process shows its own people, and drops the others' after a while.
"""

import asyncio
import secrets
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

import msgspec

from realtime.hub.deal_people import DealPeople, LocalPerson
from realtime.hub.presence_messages import Person, PresenceMessage, Says, people_frame, typing_frame
from realtime.hub.subscription import Subscription

# Seconds until somebody without a socket has left: a page that reloads, or a tab that is hidden for a moment, has not.
GRACE = 30.0
# Seconds between two messages to other processes about the same person, and until such a message expires.
REPEAT, EXPIRY = 10.0, 25.0
# Seconds in which changes are collected: many who come at once, after a restart, are shown together.
COLLECT = 0.2
MOST_SHOWN = 50
# Messages in one note to other processes.
BATCH = 200


class Presence:
    """`publish` sends a note to other processes; `subscriptions_to` gives a deal's open sockets in this one."""

    def __init__(
        self,
        publish: Callable[[bytes], None],
        subscriptions_to: Callable[[str], Iterable[Subscription]],
    ) -> None:
        self._publish, self._subscriptions_to = publish, subscriptions_to
        self._process = secrets.token_urlsafe(8)
        self._deals: dict[str, DealPeople] = {}
        # Deals to be shown again, and the people of each who moved.
        self._changed: dict[str, set[str]] = {}
        self._repeated_at = 0.0

    def people(self, deal_id: str) -> list[Person]:
        """Return everybody at a deal that is watched here, by name."""
        return self._deals.get(deal_id, DealPeople()).everybody()

    def join(self, subscription: Subscription) -> None:
        deal_id, actor = subscription.deal_id, subscription.person
        deal = self._deals.get(deal_id)
        if deal is None:
            deal = self._deals[deal_id] = DealPeople()
            self._tell(self._message(deal_id, "who"))
        local = deal.here.get(actor)
        if local is None:
            local = deal.here[actor] = LocalPerson(Person(actor, subscription.name, subscription.party))
            self._tell(self._message(deal_id, "here", local.person))
        local.sockets += 1
        if local.leaving:
            local.leaving.cancel()
            local.leaving = None
        self._show_soon(deal_id)

    def move(self, subscription: Subscription, at: str | None) -> None:
        """Note which line or term somebody is looking at; None for none."""
        local = self._local(subscription)
        local.mover = subscription
        if local.person.at != at:
            local.person = msgspec.structs.replace(local.person, at=at)
            self._show_soon(subscription.deal_id, subscription.person)

    def leave(self, subscription: Subscription) -> None:
        local = self._local(subscription)
        if local.mover is subscription:
            self.move(subscription, None)
            local.mover = None
        local.sockets -= 1
        if not local.sockets:
            loop = asyncio.get_running_loop()
            local.leaving = loop.call_later(GRACE, self._remove, subscription.deal_id, subscription.person)

    def typing(self, subscription: Subscription, anchor: str | None) -> None:
        """Show everybody else on the page, for a moment, that somebody is typing."""
        person = Person(subscription.person, subscription.name, subscription.party)
        self._tell(self._message(subscription.deal_id, "typing", person, anchor))
        self._show_typing(subscription.deal_id, person, anchor)

    def on_note(self, note: bytes) -> None:
        """Handle a note of another process; anything that is no presence message is ignored."""
        with suppress(msgspec.DecodeError, msgspec.ValidationError):
            for message in msgspec.json.decode(note, type=list[PresenceMessage]):
                deal = self._deals.get(message.deal)
                if deal is not None:
                    self._handle(message, deal)

    def exchange(self) -> None:
        """Ask other processes for their people and tell them of ours: notes were lost while the doorbell was."""
        self._tell(*(self._message(deal_id, "who") for deal_id in self._deals))
        self._tell_of_everybody()

    def tick(self) -> None:
        """Repeat who is here, and drop whom no other process repeats. Call it every few seconds."""
        now = time.monotonic()
        for deal_id, deal in self._deals.items():
            if deal.expire(now):
                self._show_soon(deal_id)
        if now - self._repeated_at >= REPEAT:
            self._repeated_at = now
            self._tell_of_everybody()

    def _local(self, subscription: Subscription) -> LocalPerson:
        return self._deals[subscription.deal_id].here[subscription.person]

    def _handle(self, message: PresenceMessage, deal: DealPeople) -> None:
        if message.says == "who":
            self._tell(*self._here(message.deal, deal))
        elif message.person is None:
            return
        elif message.says == "typing":
            self._show_typing(message.deal, message.person, message.anchor)
        else:
            claim, is_here = (message.by, message.person.actor), message.says == "here"
            known, _ = deal.elsewhere.pop(claim, (None, 0.0))
            if is_here:
                deal.elsewhere[claim] = (message.person, time.monotonic() + EXPIRY)
            if known != (message.person if is_here else None):
                self._show_soon(message.deal)

    def _remove(self, deal_id: str, actor: str) -> None:
        deal = self._deals[deal_id]
        local = deal.here.pop(actor)
        self._tell(self._message(deal_id, "gone", local.person))
        self._show_soon(deal_id)
        if not deal.here:
            del self._deals[deal_id]

    def _message(
        self, deal_id: str, says: Says, person: Person | None = None, anchor: str | None = None
    ) -> PresenceMessage:
        return PresenceMessage(self._process, deal_id, says, person, anchor)

    def _here(self, deal_id: str, deal: DealPeople) -> Iterator[PresenceMessage]:
        return (self._message(deal_id, "here", person) for person in deal.local())

    def _tell_of_everybody(self) -> None:
        self._tell(*(each for deal_id, deal in self._deals.items() for each in self._here(deal_id, deal)))

    def _tell(self, *messages: PresenceMessage) -> None:
        for first in range(0, len(messages), BATCH):
            self._publish(msgspec.json.encode(messages[first : first + BATCH]))

    def _show_typing(self, deal_id: str, person: Person, anchor: str | None) -> None:
        frame = typing_frame(person, anchor)
        for subscription in self._subscriptions_to(deal_id):
            if subscription.person != person.actor:
                subscription.add_ephemeral(frame)

    def _show_soon(self, deal_id: str, moved: str = "") -> None:
        """Send one frame, and one message to other processes, per COLLECT: however fast somebody moves between lines."""
        if not self._changed:
            asyncio.get_running_loop().call_later(COLLECT, self._show)
        self._changed.setdefault(deal_id, set()).update({moved} if moved else ())

    def _show(self) -> None:
        changed, self._changed = self._changed, {}
        for deal_id, moved in changed.items():
            here = self._deals[deal_id].here if deal_id in self._deals else {}
            self._tell(
                *(self._message(deal_id, "here", here[actor].person) for actor in moved if actor in here)
            )
            frame = people_frame(self.people(deal_id)[:MOST_SHOWN])
            for subscription in self._subscriptions_to(deal_id):
                subscription.add_ephemeral(frame)
