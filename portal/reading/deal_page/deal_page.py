"""The deal page as one party sees it: a pure function of ledger and revision, of one snapshot.

Nothing here is one person's own, and nothing is private to the seller: what only one side may see is read elsewhere
(`tray`, `private`). The table is kept by the ledger's position, so that a page that did not change is not read twice.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from portal.access import Deal
from portal.domain.change.compare import Comparison, compare
from portal.domain.deal import validity
from portal.domain.ledger import ledger, shared_events
from portal.domain.ledger.board import Board
from portal.domain.ledger.event_body import PartyName
from portal.domain.offer.revision import Offer, Revision
from portal.domain.offer.totals import revise
from portal.lru_cache import LruCache
from portal.reading.deal_page import asks, comments, conversation, history, lines, people, summary, turn
from portal.reading.deal_page import deal_level_items as whole
from portal.reading.deal_page.asks import SentAsk
from portal.reading.deal_page.conversation import Conversation, Entry
from portal.reading.deal_page.deal_level_items import Whole, WholeView
from portal.reading.deal_page.history import RevisionEntry
from portal.reading.deal_page.lines import LineView, Section, TermView
from portal.reading.deal_page.people import Person
from portal.reading.deal_page.summary import Summary
from portal.reading.deal_page.turn import Waiting
from portal.storage import documents, tables
from portal.storage.session import Transaction

KEPT = 256


@dataclass(frozen=True, kw_only=True)
class Placed:
    """The order that acceptance made; `total` is the contract's, with tax."""

    number: str
    revision: int
    total: Decimal
    by: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class Ending:
    """How a deal that is not open came to be so; `reason` is what the person wrote."""

    at: datetime
    who: Person
    reason: str


@dataclass(frozen=True, kw_only=True)
class Table:
    """`position` is the newest number of the party's stream; `last_day` the last day of validity in `time_zone`.

    Equal `version`s are equal tables, equal `calm`s are tables that differ in chat alone; None for one that is never kept.
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
    whole: Whole
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
    calm: Hashable | None = None

    @property
    def offer(self) -> Offer:
        return self.revision.offer

    @property
    def lines(self) -> tuple[LineView, ...]:
        return tuple(line for section in self.sections for line in section.lines)

    def item(self, subject: str) -> LineView | TermView | WholeView | None:
        """What a subject names: a line, a term, the overall price, a line that is wanted."""
        return next(iter(self.items([subject])), None) or self.whole.view(subject)

    def items(self, subjects: Iterable[str]) -> list[LineView | TermView]:
        """The lines and terms among them that are there, in the order of the page."""
        wanted = {*subjects}
        there: tuple[LineView | TermView, ...] = (*self.lines, *self.terms)
        return [each for each in there if each.subject in wanted]


# Built once: every page asks this.
_HOUSE = select(tables.installation.c.seller_name, tables.installation.c.hue, tables.installation.c.epoch)
_kept: LruCache[Table] = LruCache(most=KEPT)


def load(transaction: Transaction, deal: Deal) -> Table:
    """The table for the party of whoever is looking."""
    house = transaction.connection.execute(_HOUSE).first()
    if deal.revision == 0:
        # A draft is replaced without an event.
        return _read(transaction, deal, house)
    # Everything below follows from these: the ledger only grows, and the epoch tells a restored backup.
    key = (deal.id, deal.seq, deal.state, deal.party, deal.digest, tuple(house or ()))
    found = _kept.get(key)
    if found is None:
        table = _read(transaction, deal, house)
        calm = (*key[:1], _beside_chat(transaction, table), *key[2:], table.turn)
        found = _kept.put(key, replace(table, version=key, calm=calm))
    return found


def _beside_chat(transaction: Transaction, table: Table) -> tuple[int, int]:
    """The newest event that is no message, and the newest comment."""
    event = tables.event
    # Not the bare column, which SQLite would go and look for at the end of all that was said since.
    newest = func.max(event.c.seq + 0)
    other = transaction.connection.execute(
        select(newest).where(event.c.deal_id == table.deal_id, tables.kind_is())
    ).scalar()
    commented = (each.thread.entries[-1].seq for each in (*table.lines, *table.terms) if each.thread.entries)
    return other or 0, max(commented, default=0)


def _read(transaction: Transaction, deal: Deal, house: Any) -> Table:
    revision, previous = _revisions(transaction, deal)
    comparison = compare(previous, revision) if previous else None
    seller = revision.offer.seller.name or (house.seller_name if house else "")

    published = history.rows(transaction, deal.id)
    asking = asks.load(transaction, deal.id, published)
    said = conversation.newest(transaction, deal.id, deal.party)
    found = comments.load(transaction, deal.id, deal.party)
    endings = _endings(transaction, deal)
    rows = [*published, *said, *(row for _, some in found.values() for row in some), *endings.values()]
    known = people.at_table(transaction, deal.id, conversation.actors(rows) | asking.actors(), seller)

    board = asking.board(revision.offer)
    standings = lines.Standings.of(
        board, asking, known, comments.threads(found, deal.party, known), comparison, previous=previous
    )
    return Table(
        deal_id=deal.id,
        number=deal.number,
        party=deal.party,
        position=deal.position,
        state=deal.state,
        turn=turn.load(transaction, deal, seller),
        revision_number=deal.revision,
        digest=deal.digest,
        seller=seller,
        hue=house.hue if house else 255,
        epoch=house.epoch if house else "",
        last_day=_last_day(deal.valid_until, revision.offer.time_zone),
        time_zone=revision.offer.time_zone,
        revision=revision,
        comparison=comparison,
        sections=lines.sections(revision, standings),
        terms=lines.terms(revision, standings),
        whole=whole.whole(revision, standings),
        summary=summary.summary(revision, previous),
        board=board,
        sent=asks.sent(asking, known, lines.names(revision.offer)),
        conversation=conversation.conversation(said, deal.party, known, lines.names(revision.offer)),
        history=history.history(published, asking, known),
        people=dict(known),
        order=order_of(transaction, deal),
        ending=_ending(endings.get(deal.state), known),
        more_time=_more_time(endings.get("more_time_asked"), deal, known),
    )


def _revisions(transaction: Transaction, deal: Deal) -> tuple[Revision, Revision | None]:
    """The current revision and the one before it; a draft counts as the first."""
    if deal.revision == 0:
        return revise(documents.read_draft(transaction, deal.id)), None
    current = documents.read_revision(transaction, deal.id, deal.revision)
    return current, documents.read_revision(
        transaction, deal.id, deal.revision - 1
    ) if deal.revision > 1 else None


def _endings(transaction: Transaction, deal: Deal) -> dict[str, Any]:
    """The newest event of each kind that closes a deal or asks for more time, by kind."""
    event = tables.event
    kinds = ("declined", "withdrawn", "expired", "more_time_asked")
    rows = transaction.connection.execute(
        select(event).where(event.c.deal_id == deal.id, tables.kind_is(*kinds))
    )
    return {row.kind: row for row in tables.sort_by_seq(rows)}


def _ending(row: Any, known: dict[str, Person] | Any) -> Ending | None:
    if row is None:
        return None
    return Ending(at=row.at, who=known[row.actor], reason=ledger.decode_personal(row.personal).reason)


def _more_time(row: Any, deal: Deal, known: Any) -> Entry | None:
    """The buyer's wish for more time, while nobody has answered it."""
    if row is None or deal.state != "expired":
        return None
    return conversation.entry(row, deal.party, known[row.actor])


def order_of(transaction: Transaction, deal: Deal) -> Placed | None:
    if deal.state != "accepted":
        return None
    order, event = tables.order, tables.event
    row = transaction.connection.execute(select(order).where(order.c.deal_id == deal.id)).first()
    accepted = transaction.connection.execute(
        select(event.c.at, event.c.body, event.c.personal).where(
            event.c.deal_id == deal.id, tables.kind_is("accepted")
        )
    ).first()
    if row is None or accepted is None:
        return None
    fact = ledger.decode_body(accepted.body)
    assert isinstance(fact, shared_events.Accepted)
    return Placed(
        number=row.number,
        revision=row.revision,
        total=Decimal(fact.total),
        by=ledger.decode_personal(accepted.personal).name,
        at=accepted.at,
    )


def _last_day(valid_until: datetime, time_zone: str) -> date:
    # The instant is the first one after the day: seen as a moment it would read as the day after.
    return (valid_until - timedelta(microseconds=1)).astimezone(validity.zone(time_zone)).date()
