"""From an event to the elements that bring an open page up to it: for sockets, for polling, and for htmx replies.

A message is drawn from its event alone, the same for everybody of a party. Any other event draws anew the regions that it
changes, from the present snapshot: two frames may then show the same, and neither order nor repetition does harm.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from msgspec.structs import replace

from portal.access import Deal, DeskSession, System, deal_for
from portal.database.database import Database
from portal.domain.ledger import ledger, shared_events
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.event_kinds import KINDS
from portal.domain.ledger.stored_event import StoredEvent
from portal.lru_cache import LruCache
from portal.reading.deal_page import affected_regions, conversation, lines, people, turn
from portal.reading.deal_page import deal_page as tables
from portal.reading.deal_page.conversation import Entry
from portal.reading.deal_page.people import Person
from portal.rendering import regions
from portal.rendering.addresses import Urls
from portal.rendering.language import choose
from portal.rendering.live import buyer_parts, desk_parts
from portal.rendering.live.message_stencil import SaidStencils
from portal.rendering.live.turn_cache import Waits
from portal.rendering.templating import Templates
from portal.storage import documents
from portal.storage.session import Transaction

NOBODY = System("live")
# A message that is no comment on anything: most of them.
SAID = ledger.encode_body(shared_events.MessagePosted())


class Drawn(NamedTuple):
    """A message around the place of each party's own number: all else is the same for both."""

    around: list[str]
    moved: bool


class Fragments:
    """Renders events. Finished events are cached by their reader (`realtime.sockets.frames`), parts of messages here."""

    def __init__(self, database: Database, templates: Templates) -> None:
        self._database, self._templates = database, templates
        self._messages: LruCache[Drawn] = LruCache(most=512)
        self._stencils = SaidStencils(templates)
        self._turns: LruCache[str] = LruCache(most=512)
        self._sellers: LruCache[str] = LruCache(most=4_096)
        self._people: LruCache[Person] = LruCache(most=4_096)
        self._names: LruCache[tuple[str, Mapping[str, str]]] = LruCache(most=64)
        self._waits = Waits()

    async def content(
        self, deal_id: str, event: StoredEvent, party: PartyName, role: str, language: str
    ) -> str:
        """`<hx-upsert>` and `<hx-partial>` elements; "" when the page shows nothing of the event."""
        if event.kind != "message":
            return await self._change(event, party, role, language)
        drawn = self.at_hand(event, party, language)
        if drawn is None:
            drawn = await self._database.read(
                partial(self._message, event=event, party=party, language=language)
            )
        return drawn

    def at_hand(self, event: StoredEvent, party: PartyName, language: str) -> str | None:
        """A message for which nothing must be looked up: drawn from its event. None for anything else."""
        if event.kind != "message" or event.body != SAID:
            return None
        key = (event.deal_id, event.seq, event.at, language)
        drawn = self._messages.get(key) or self._drawn(event, language)
        if drawn is None:
            return None
        content = str(event.position(party)).join(drawn.around)
        if drawn.moved:
            head = event.head
            seller = self._sellers.get(head.digest) if head else None
            if head is None or seller is None:
                return None
            content += self._turned(turn.waiting(head, party, seller), language)
        self._messages.put(key, drawn)
        return content

    def _drawn(self, event: StoredEvent, language: str) -> Drawn | None:
        who = self._people.get(event.actor)
        if who is None:
            return None
        moved = self._waits.moved(event, ledger.decode_body(event.body))
        return Drawn(self._stencils.around_position(event, who, language), moved)

    async def inbox_list(self, actor: DeskSession, query: Mapping[str, str]) -> str:
        """The whole list, in the view the query asks for and the language it names (`lang`)."""
        return await self._inbox(desk_parts.inbox_list, actor, query)

    async def inbox_row(self, actor: DeskSession, deal_id: str, query: Mapping[str, str]) -> str:
        return await self._inbox(desk_parts.inbox_row, actor, query, deal_id=deal_id)

    def _message(self, transaction: Transaction, event: StoredEvent, party: PartyName, language: str) -> str:
        """A message for which something must be looked up: its author, what it is a comment on, whose turn it is now."""
        deal = _seat(transaction, event.deal_id, party, "")
        seller, names = self._named(transaction, deal)
        who = self._people.put(event.actor, people.person(transaction, event.actor, seller))
        content = self._said(conversation.entry(event, party, who, names), language)
        if self._waits.moved(event, ledger.decode_body(event.body)):
            content += self._turned(turn.load(transaction, deal, seller), language)
        return content

    def _turned(self, waiting: turn.Waiting, language: str) -> str:
        # No page tells seconds.
        if waiting.since is not None:
            waiting = replace(waiting, since=waiting.since.replace(second=0, microsecond=0))
        key = (waiting, language)
        found = self._turns.get(key)
        if found is None:
            content = self._render(language, "table/_turn.html", turn=waiting)
            found = self._turns.put(key, regions.morph("#turn", content))
        return found

    def _said(self, entry: Entry, language: str) -> str:
        said = "table/_message.html" if entry.kind == "message" else "table/_entry.html"
        content = regions.upserted("log", self._render(language, said, entry=entry, place="log"))
        if entry.anchor:
            place = f"thread-{regions.dom_id(entry.anchor)}"
            content += regions.upserted(
                place, self._render(language, "table/_message.html", entry=entry, place=place)
            )
        return content

    async def _change(self, event: StoredEvent, party: PartyName, role: str, language: str) -> str:
        self._waits.moved(event, ledger.decode_body(event.body))
        return await self._database.read(
            lambda transaction: self._changed(transaction, event, party, role, language)
        )

    def _changed(
        self, transaction: Transaction, event: StoredEvent, party: PartyName, role: str, language: str
    ) -> str:
        deal = _seat(transaction, event.deal_id, party, role)
        if event.audience == "buyer":
            return buyer_parts.drawn(partial(self._render, language), transaction, deal, event)
        table, fact = tables.load(transaction, deal), ledger.decode_body(event.body)
        context: dict[str, Any] = {"deal": deal, "table": table, "urls": Urls.buyer(deal.id)}
        content = ""
        if KINDS[event.kind].in_conversation:
            who = table.people.get(event.actor) or people.person(transaction, event.actor, table.seller)
            names = lines.names(table.offer)
            content = self._said(conversation.entry(event, party, who, names), language)
        if party == "seller":
            context |= desk_parts.context(transaction, deal, table)
        part = affected_regions.affected_regions(transaction, deal, table, fact)
        draw = partial(self._render, language)
        content += regions.redrawn(draw, part.regions, part.subjects, context)
        if party == "buyer" and event.kind == "revision":
            content += buyer_parts.told(draw, transaction, deal)
        if party == "seller":
            content += desk_parts.redrawn(draw, transaction, deal, event, table)
        return content

    def _named(self, transaction: Transaction, deal: Deal) -> tuple[str, Mapping[str, str]]:
        """What the seller and each line and term of the present revision are called."""
        found = self._names.get(deal.digest)
        if found is None:
            offer = documents.read_revision(transaction, deal.id, deal.revision).offer
            found = self._names.put(deal.digest, (offer.seller.name, lines.names(offer)))
        self._sellers.put(deal.digest, found[0])
        return found

    def _render(self, language: str, name: str, /, **context: Any) -> str:
        return self._templates.render(name, language, language=language, **context)

    async def _inbox(
        self, query: Callable[..., str], actor: DeskSession, view: Mapping[str, str], **more: str
    ) -> str:
        draw = partial(self._render, choose(view.get("lang", "")))
        return await self._database.read(lambda transaction: query(transaction, draw, actor, view, **more))


def _seat(transaction: Transaction, deal_id: str, party: PartyName, role: str) -> Deal:
    """The deal as anybody of this party and role finds it."""
    return replace(deal_for(transaction, NOBODY, deal_id), party=party, role=role, actor="", actor_name="")
