"""The deal page as one party sees it: a pure function of ledger and revision, of one snapshot.

Nothing here is one person's own, and nothing is private to the seller: what only one side may see is read elsewhere
(`tray`, `private`). A page is cached by the ledger's position, so that one that did not change is not read twice.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select

from portal.access import Deal
from portal.domain.deal import validity
from portal.domain.difference.compare import Comparison, compare
from portal.domain.ledger.board import Board
from portal.domain.ledger.event_body import PartyName
from portal.domain.offer.revision import Offer, Revision
from portal.domain.offer.totals import revise
from portal.lru_cache import LruCache
from portal.reading.deal_page import (
    asks,
    comments,
    conversation,
    deal_level_items,
    ending,
    history,
    lines,
    people,
    summary,
    turn,
    visible_revisions,
)
from portal.reading.deal_page.asks import SentAsk
from portal.reading.deal_page.conversation import Conversation, Entry
from portal.reading.deal_page.deal_level_items import DealLevelItem, DealLevelItems
from portal.reading.deal_page.ending import Ending, Placed
from portal.reading.deal_page.history import RevisionEntry
from portal.reading.deal_page.lines import LineView, Section, TermView
from portal.reading.deal_page.people import Person
from portal.reading.deal_page.summary import Summary
from portal.reading.deal_page.turn import Waiting
from portal.storage import documents, tables
from portal.storage.session import Transaction

# Pages in the cache.
MOST_CACHED = 256


@dataclass(frozen=True, kw_only=True)
class DealPage:
    """`position` is the newest number of the party's stream; `last_day` the last day of validity in `time_zone`.

    Equal `version`s are equal pages; equal `version_without_chat`s differ in chat alone. Both are None for a draft, which
    is never cached.
    """

    deal_id: str
    number: str
    party: PartyName
    position: int
    state: str
    turn: Waiting
    revision_number: int
    digest: str
    seller: str
    hue: int
    epoch: str
    last_day: date
    time_zone: str
    revision: Revision
    comparison: Comparison | None
    sections: tuple[Section, ...]
    terms: tuple[TermView, ...]
    whole: DealLevelItems
    summary: Summary
    board: Board
    sent: tuple[SentAsk, ...]
    conversation: Conversation
    history: tuple[RevisionEntry, ...]
    people: dict[str, Person]
    order: Placed | None
    ending: Ending | None
    more_time: Entry | None
    version: Hashable | None = None
    version_without_chat: Hashable | None = None

    @property
    def offer(self) -> Offer:
        return self.revision.offer

    @property
    def questions(self) -> list[LineView | TermView]:
        """The lines and terms with a comment that waits for a reply."""
        there: tuple[LineView | TermView, ...] = (*self.lines, *self.terms)
        return [each for each in there if each.thread.asked_by]

    @property
    def lines(self) -> tuple[LineView, ...]:
        return tuple(line for section in self.sections for line in section.lines)

    def item(self, subject: str) -> LineView | TermView | DealLevelItem | None:
        """What a subject names: a line, a term, the overall price, a line that is wanted."""
        return next(iter(self.items([subject])), None) or self.whole.view(subject)

    def items(self, subjects: Iterable[str]) -> list[LineView | TermView]:
        """The lines and terms among them that are there, in the order of the page."""
        wanted = {*subjects}
        there: tuple[LineView | TermView, ...] = (*self.lines, *self.terms)
        return [each for each in there if each.subject in wanted]


# Built once: every page asks this.
_INSTALLATION = select(
    tables.installation.c.seller_name, tables.installation.c.hue, tables.installation.c.epoch
)
_cache: LruCache[DealPage] = LruCache(most=MOST_CACHED)


def load(transaction: Transaction, deal: Deal) -> DealPage:
    """Return the page for the party of whoever is looking."""
    installation = transaction.connection.execute(_INSTALLATION).first()
    if deal.revision == 0:
        # A draft is replaced without an event.
        return _read(transaction, deal, installation)
    # Everything below follows from these: the ledger only grows, and the epoch tells a restored backup.
    key = (deal.id, deal.seq, deal.state, deal.party, deal.digest, tuple(installation or ()))
    found = _cache.get(key)
    if found is None:
        table = _read(transaction, deal, installation)
        version_without_chat = (*key[:1], _beside_chat(transaction, table), *key[2:], table.turn)
        found = _cache.put(key, replace(table, version=key, version_without_chat=version_without_chat))
    return found


def _beside_chat(transaction: Transaction, table: DealPage) -> tuple[int, int]:
    """The newest event that is no message, and the newest comment."""
    event = tables.event
    # Not the bare column, which SQLite would go and look for at the end of all that was said since.
    newest = func.max(event.c.seq + 0)
    other = transaction.connection.execute(
        select(newest).where(event.c.deal_id == table.deal_id, tables.kind_is())
    ).scalar()
    commented = (each.thread.entries[-1].seq for each in (*table.lines, *table.terms) if each.thread.entries)
    return other or 0, max(commented, default=0)


def _read(transaction: Transaction, deal: Deal, installation: Any) -> DealPage:
    published = history.rows(transaction, deal.id)
    revision, previous = _revisions(transaction, deal, published)
    comparison = compare(previous, revision) if previous else None
    seller = revision.offer.seller.name or (installation.seller_name if installation else "")

    asking = asks.load(transaction, deal.id)
    said = conversation.newest(transaction, deal.id, deal.party)
    found = comments.load(transaction, deal.id, deal.party)
    endings = ending.load_endings(transaction, deal)
    rows = [*published, *said, *(row for each in found.values() for row in each.rows), *endings.values()]
    known = people.at_table(transaction, deal.id, conversation.actors(rows) | asking.actors(), seller)

    board = asking.board(revision.offer)
    standings = lines.Standings.of(
        board, asking, known, comments.threads(found, deal.party, known), comparison, previous=previous
    )
    return DealPage(
        deal_id=deal.id,
        number=deal.number,
        party=deal.party,
        position=deal.position,
        state=deal.state,
        turn=turn.load(transaction, deal, seller),
        revision_number=deal.revision,
        digest=deal.digest,
        seller=seller,
        hue=installation.hue if installation else 255,
        epoch=installation.epoch if installation else "",
        last_day=_last_day(deal.valid_until, revision.offer.time_zone),
        time_zone=revision.offer.time_zone,
        revision=revision,
        comparison=comparison,
        sections=lines.sections(revision, standings),
        terms=lines.terms(revision, standings),
        whole=deal_level_items.deal_level_items(revision, standings),
        summary=summary.summary(revision, previous),
        board=board,
        sent=asks.sent(asking, known, lines.names(revision.offer)),
        conversation=conversation.conversation(said, deal.party, known, lines.names(revision.offer)),
        history=history.history(published, asking, known),
        people=dict(known),
        order=ending.order_of(transaction, deal),
        ending=ending.ending_of(endings.get(deal.state), known),
        more_time=_more_time(endings.get("more_time_asked"), deal, known),
    )


def _revisions(
    transaction: Transaction, deal: Deal, published: Sequence[Any]
) -> tuple[Revision, Revision | None]:
    """The current revision and the one before it that was not taken back; a draft counts as the first."""
    if deal.revision == 0:
        return revise(documents.read_draft(transaction, deal.id)), None
    before = visible_revisions.last_before(deal.revision, visible_revisions.taken_back(published))
    numbers = (deal.revision, before) if before else (deal.revision,)
    current, *previous = (documents.read_revision(transaction, deal.id, number) for number in numbers)
    return current, previous[0] if previous else None


def _more_time(row: Any, deal: Deal, known: Any) -> Entry | None:
    """The buyer's wish for more time, while nobody has answered it."""
    if row is None or deal.state != "expired":
        return None
    return conversation.entry(row, deal.party, known[row.actor])


def _last_day(valid_until: datetime, time_zone: str) -> date:
    # The instant is the first one after the day: seen as a moment it would read as the day after.
    return (valid_until - timedelta(microseconds=1)).astimezone(validity.zone(time_zone)).date()
