"""From an event to the elements that bring an open page up to date: for sockets, for polling, and for replies to forms.

A message is rendered from its event alone, the same for everybody of a party; `event_parts` renders any other event.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, NamedTuple

from msgspec.structs import replace

from portal.access import Deal, DeskSession
from portal.database.database import Database
from portal.domain.ledger import ledger, shared_events
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.stored_event import StoredEvent
from portal.lru_cache import LruCache
from portal.reading.deal_page import conversation, lines, people, turn
from portal.reading.deal_page.people import Person
from portal.rendering import regions
from portal.rendering.language import choose
from portal.rendering.live import desk_parts, event_parts
from portal.rendering.live.message_stencil import MessageStencils
from portal.rendering.live.turn_cache import TurnCache
from portal.rendering.regions import Render
from portal.rendering.templating import Templates
from portal.storage import documents
from portal.storage.session import Transaction

# The body of a message that is not a comment on anything, as most are not.
PLAIN_MESSAGE = ledger.encode_body(shared_events.MessagePosted())


class RenderedMessage(NamedTuple):
    """A message before and after the reader's position in it, which alone differs between the parties."""

    around_position: list[str]
    may_change_turn: bool


class Fragments:
    """Renders events. `realtime.sockets.frames` caches whole events, this class parts of messages."""

    def __init__(self, database: Database, templates: Templates) -> None:
        self._database, self._templates = database, templates
        self._messages: LruCache[RenderedMessage] = LruCache(most=512)
        self._stencils = MessageStencils(templates)
        self._turns: LruCache[str] = LruCache(most=512)
        self._sellers: LruCache[str] = LruCache(most=4_096)
        self._people: LruCache[Person] = LruCache(most=4_096)
        self._names: LruCache[tuple[str, Mapping[str, str]]] = LruCache(most=64)
        self._turn_cache = TurnCache()

    async def content(self, event: StoredEvent, party: PartyName, role: str, language: str) -> str:
        """Return `<hx-upsert>` and `<hx-partial>` elements; "" when the page shows nothing of the event."""
        if event.kind == "message":
            content = self.content_now(event, party, language)
            if content is not None:
                return content
            query = partial(self._read_message, event=event, party=party, language=language)
            return await self._database.read(query)
        self._turn_cache.may_change(event, ledger.decode_body(event.body))
        render = self._render_in(language)
        return await self._database.read(
            lambda transaction: event_parts.render_event(render, transaction, event, party, role)
        )

    def content_now(self, event: StoredEvent, party: PartyName, language: str) -> str | None:
        """Return a message for which nothing has to be read, None for anything else."""
        if event.kind != "message" or event.body != PLAIN_MESSAGE:
            return None
        key = (event.deal_id, event.seq, event.at, language)
        message = self._messages.get(key) or self._render_message(event, language)
        if message is None:
            return None
        content = str(event.position(party)).join(message.around_position)
        if message.may_change_turn:
            head = event.head
            seller = self._sellers.get(head.digest) if head else None
            if head is None or seller is None:
                return None
            content += self._turn(turn.waiting(head, party, seller), language)
        self._messages.put(key, message)
        return content

    async def inbox_list(self, actor: DeskSession, query: Mapping[str, str]) -> str:
        """Return the whole list, in the view and the language (`lang`) that the query names."""
        return await self._inbox(desk_parts.inbox_list, actor, query)

    async def inbox_row(self, actor: DeskSession, deal_id: str, query: Mapping[str, str]) -> str:
        """Return one deal's row, or its removal when the view does not show it."""
        return await self._inbox(desk_parts.inbox_row, actor, query, deal_id=deal_id)

    def _render_message(self, event: StoredEvent, language: str) -> RenderedMessage | None:
        who = self._people.get(event.actor)
        if who is None:
            return None
        may_change_turn = self._turn_cache.may_change(event, ledger.decode_body(event.body))
        return RenderedMessage(self._stencils.around_position(event, who, language), may_change_turn)

    def _read_message(
        self, transaction: Transaction, event: StoredEvent, party: PartyName, language: str
    ) -> str:
        """Render a message after reading its author, what it is a comment on, and whose turn it is."""
        deal = event_parts.deal_seen_by(transaction, event.deal_id, party, "")
        seller, names = self._read_names(transaction, deal)
        who = self._people.put(event.actor, people.person(transaction, event.actor, seller))
        entry = conversation.entry(event, party, who, names)
        content = event_parts.render_entry(self._render_in(language), entry)
        if self._turn_cache.may_change(event, ledger.decode_body(event.body)):
            content += self._turn(turn.load(transaction, deal, seller), language)
        return content

    def _turn(self, waiting: turn.Waiting, language: str) -> str:
        # Pages show minutes, so that the minute is what is cached.
        if waiting.since is not None:
            waiting = replace(waiting, since=waiting.since.replace(second=0, microsecond=0))
        key = (waiting, language)
        found = self._turns.get(key)
        if found is None:
            content = self._render_in(language)("table/_turn.html", turn=waiting)
            found = self._turns.put(key, regions.morph("#turn", content))
        return found

    def _read_names(self, transaction: Transaction, deal: Deal) -> tuple[str, Mapping[str, str]]:
        """Return the seller's name, and the names of the present revision's lines and terms."""
        found = self._names.get(deal.digest)
        if found is None:
            offer = documents.read_revision(transaction, deal.id, deal.revision).offer
            found = self._names.put(deal.digest, (offer.seller.name, lines.names(offer)))
        self._sellers.put(deal.digest, found[0])
        return found

    def _render_in(self, language: str) -> Render:
        def render(name: str, /, **context: Any) -> str:
            return self._templates.render(name, language, language=language, **context)

        return render

    async def _inbox(
        self, query: Callable[..., str], actor: DeskSession, view: Mapping[str, str], **more: str
    ) -> str:
        render = self._render_in(choose(view.get("lang", "")))
        return await self._database.read(lambda transaction: query(transaction, render, actor, view, **more))
