"""Compare what is stored beside a deal's ledger with what its events say: revisions, counteroffers, the order."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import msgspec
from sqlalchemy import select

from portal.domain.change.change import Change
from portal.domain.ledger import ledger, shared_events
from portal.domain.offer import money, revision
from portal.domain.order.acceptance import document_digests
from portal.storage import tables
from portal.storage.session import Transaction

Facts = Sequence[tuple[Any, ledger.AnyBody]]
_changes = msgspec.json.Decoder(tuple[Change, ...])
# What leaves a deal in another state than the event's own name.
_STATES = {"proposal_sent": "open", "revision": "open"}
_ENDINGS = ("accepted", "declined", "withdrawn", "expired")


def first_difference(transaction: Transaction, head: Any, events: Sequence[Any]) -> str | None:
    """The first stored thing that is not what the ledger says, in words; None when all is. `events` oldest first; each is
    bound by the chains already."""
    facts = [(row, ledger.decode_body(row.body)) for row in events]
    for compare in (_kinds, _revisions, _head, _requests, _acceptance, _order):
        found = next(compare(transaction, head, facts), None)
        if found:
            return found
    return None


def _kinds(transaction: Transaction, head: Any, facts: Facts) -> Iterator[str]:
    for row, fact in facts:
        if (row.kind, row.audience) != (fact.kind, fact.audience()):
            yield f"event {row.seq} is stored as {row.kind} for {row.audience} and is {fact.kind} for {fact.audience()}"


def _published(facts: Facts) -> dict[int, tuple[Any, str]]:
    """The event and the digest of each revision, by its number."""
    kinds = (shared_events.ProposalSent, shared_events.RevisionPublished)
    return {fact.revision: (row, fact.digest) for row, fact in facts if isinstance(fact, kinds)}


def _revisions(transaction: Transaction, head: Any, facts: Facts) -> Iterator[str]:
    stored, published = tables.revision, _published(facts)
    # By name: a database of an earlier version is verified before it is migrated.
    columns = [stored.c[name] for name in ("number", "digest", "document", "published_at", "published_by")]
    rows = transaction.connection.execute(
        select(*columns).where(stored.c.deal_id == head.id).order_by(stored.c.number)
    ).all()
    for row in rows:
        event, digest = published.pop(row.number, (None, ""))
        if event is None:
            yield f"revision {row.number} was never published"
        elif revision.digest(row.document) != row.digest or row.digest != digest:
            yield f"revision {row.number} was changed"
        elif (row.published_at, row.published_by) != (event.at, event.actor):
            yield f"revision {row.number} was not published when or by whom its row says"
    for number in published:
        yield f"revision {number} is missing"


def _head(transaction: Transaction, head: Any, facts: Facts) -> Iterator[str]:
    published = _published(facts)
    newest = max(published, default=0)
    if (head.revision, head.digest) != (newest, published[newest][1] if newest else ""):
        yield f"the deal names revision {head.revision} and the newest is {newest}"
    states = [_STATES.get(fact.kind, fact.kind) for _, fact in facts if fact.kind in (*_STATES, *_ENDINGS)]
    state = states[-1] if states else "draft"
    if head.state != state:
        yield f"the deal is stored as {head.state} and is {state}"


def _requests(transaction: Transaction, head: Any, facts: Facts) -> Iterator[str]:
    ask = tables.counteroffer
    made = [(row, fact) for row, fact in facts if isinstance(fact, shared_events.CounterofferMade)]
    stored = {
        each.id: each for each in transaction.connection.execute(select(ask).where(ask.c.deal_id == head.id))
    }
    for number, (event, fact) in enumerate(made):
        row = stored.pop(fact.counteroffer, None)
        if row is None:
            yield f"the counteroffer of event {event.seq} is missing"
            continue
        said = (row.base_revision, row.package, f"contact:{row.contact_id}", row.made_at, row.event_seq)
        changes = set(_changes.decode(row.changes))
        overtaken = {change.id for _, newer in made[number + 1 :] for change in newer.changes}
        if (
            said != (fact.base_revision, fact.package, event.actor, event.at, event.seq)
            or not changes <= set(fact.changes)
            or not {change.id for change in set(fact.changes) - changes} <= overtaken
        ):
            yield f"the counteroffer of event {event.seq} was changed"
    for row in stored.values():
        yield f"the counteroffer of event {row.event_seq} was never made"


def _accepted(facts: Facts) -> tuple[Any, shared_events.Accepted | None]:
    found = [(row, fact) for row, fact in facts if isinstance(fact, shared_events.Accepted)]
    return found[0] if found else (None, None)


def _acceptance(transaction: Transaction, head: Any, facts: Facts) -> Iterator[str]:
    stored, (event, fact) = tables.acceptance, _accepted(facts)
    row = transaction.connection.execute(select(stored).where(stored.c.deal_id == head.id)).first()
    if (row is None) != (fact is None):
        yield "the acceptance is missing" if row is None else "the acceptance was never made"
    if row is None or fact is None:
        return
    if (row.revision, row.digest) != (fact.revision, fact.digest):
        yield f"the acceptance names a revision {row.revision} that is not the accepted one"
    by = f"contact:{row.contact_id}" if row.contact_id else event.actor
    if (by, row.at) != (event.actor, event.at):
        yield "the acceptance was not made when or by whom its row says"
    if event.personal is None:
        yield "the acceptance stands without what its event says of it"
    digests = ledger.decode_personal(event.personal).documents
    if digests and hashlib.sha256(row.evidence).hexdigest() != digests["acceptance"]:
        yield "the evidence of the acceptance was changed"


def _order(transaction: Transaction, head: Any, facts: Facts) -> Iterator[str]:
    stored, parts, (event, fact) = tables.order, tables.work_order, _accepted(facts)
    row = transaction.connection.execute(select(stored).where(stored.c.deal_id == head.id)).first()
    if (row is None) != (fact is None):
        yield "the order is missing" if row is None else "the order was never placed"
    if row is None or fact is None:
        return
    if (row.revision, row.digest) != (fact.revision, fact.digest):
        yield f"the order names a revision {row.revision} that is not the accepted one"
    said = (row.number, row.currency, money.from_minor(row.total, row.currency), row.created_at)
    if said != (fact.order, fact.currency, money.parse(fact.total), event.at):
        yield f"the order {row.number} was changed"
    split = transaction.connection.execute(select(parts).where(parts.c.order_id == row.id)).all()
    found = document_digests(
        b"", row.document, {(each.kind, each.fulfilment): each.document for each in split}
    )
    digests = ledger.decode_personal(event.personal).documents
    for name in {**digests, **found} if digests else ():
        if name != "acceptance" and digests.get(name) != found.get(name):
            yield f"the {name} was changed"
