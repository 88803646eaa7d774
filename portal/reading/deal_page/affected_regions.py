"""Which parts of a deal's page an event changes: drawn anew from the present, they make an open page equal to a new one."""

from collections.abc import Iterable
from dataclasses import dataclass

import msgspec
from sqlalchemy import select

from portal.access import Deal
from portal.domain.change.change import Change
from portal.domain.ledger import event_body, ledger, shared_events
from portal.domain.ledger.event_kinds import KINDS
from portal.domain.offer.revision import Offer
from portal.reading.deal_page import lines
from portal.reading.deal_page.deal_page import DealPage
from portal.storage import documents, tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class AffectedRegions:
    """Names of regions, and subjects of single lines and terms."""

    regions: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()


def affected_regions(
    transaction: Transaction, deal: Deal, table: DealPage, body: event_body.Body
) -> AffectedRegions:
    """What the event with this body changes on a page that shows everything before it."""
    regions = KINDS[body.kind].redraws
    match body:
        case shared_events.CounterofferMade(changes=changes, replaces=replaced):
            subjects = _subjects(changes) | _asked(transaction, replaced)
        case shared_events.CounterofferWithdrawn(counteroffer=one):
            subjects = _asked(transaction, [one])
        case shared_events.CounteroffersClosed(counteroffers=several):
            subjects = _asked(transaction, several)
        case shared_events.QuestionAnswered(anchor=anchor):
            subjects = frozenset({anchor})
        case shared_events.LinesAgreed(subjects=agreed):
            subjects = frozenset(agreed)
        case shared_events.RevisionPublished(revision=number, counteroffers=several, reopens=again):
            offers = _offers(transaction, deal, since=number)
            if any(lines.names(offer) != lines.names(table.offer) for offer in offers):
                # Comments in the log name what they are on.
                regions |= {"log"}
            moved = any(_arrangement(offer) != _arrangement(table.offer) for offer in offers)
            if moved or body.takes_back:
                # Nothing says which lines a revision had changed that was taken back.
                return AffectedRegions(regions=regions | {"lines", "terms"})
            subjects = _marked(table, since=number) | _asked(transaction, (*several, *again))
        case _:
            subjects = frozenset()
    return AffectedRegions(regions=regions, subjects=subjects)


def _subjects(changes: Iterable[Change]) -> frozenset[str]:
    return frozenset(change.subject for change in changes)


_changes = msgspec.json.Decoder(tuple[Change, ...])


def _asked(transaction: Transaction, counteroffers: Iterable[str]) -> frozenset[str]:
    """What these counteroffers were made about, whatever has been taken out of them since."""
    ids, ask, event = list(counteroffers), tables.counteroffer, tables.event
    if not ids:
        return frozenset()
    made = transaction.connection.execute(
        select(event.c.body)
        .join(ask, (event.c.deal_id == ask.c.deal_id) & (event.c.seq == ask.c.event_seq))
        .where(ask.c.id.in_(ids))
    ).scalars()
    facts = (ledger.decode_body(body) for body in made)
    return frozenset().union(
        *(_subjects(fact.changes) for fact in facts if isinstance(fact, shared_events.CounterofferMade))
    )


def _marked(table: DealPage, *, since: int) -> frozenset[str]:
    """What has changed in a revision and in later ones, and what has changed in the one before it: marks come and go."""
    return frozenset(
        subject
        for entry in table.history
        if entry.number >= since - 1
        for subject in (*entry.changed, *(answer.id.rpartition(":")[0] for answer in entry.answers))
    )


def _offers(transaction: Transaction, deal: Deal, *, since: int) -> list[Offer]:
    """What was offered from two revisions before on: the marks of the one before end with this one."""
    numbers = range(max(1, since - 2), deal.revision + 1)
    return [documents.read_revision(transaction, deal.id, number).offer for number in numbers]


def _arrangement(offer: Offer) -> tuple[object, ...]:
    """Which lines and terms there are, in their order: one that comes, goes or moves is drawn with all others."""
    return (
        [(line.key, line.section) for line in offer.lines],
        [term.key for term in offer.terms],
    )
