"""What waits for a manager, and what managers have decided: who asked, why, and what it comes to. For the seller alone."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from sqlalchemy import select

from portal.access import Deal, DeskSession, deal_for
from portal.domain.change import change as changing
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer, Verdict
from portal.domain.change.ended_offers import Decision as EndedOfferDecision
from portal.domain.change.field_spec import Value
from portal.domain.change.fields import parse_value, spec
from portal.domain.change.items import find_line_or_term
from portal.domain.ledger import ledger, seller_events
from portal.domain.offer.revision import Line, Offer, PrivateFigures
from portal.reading.deal_page import asks
from portal.reading.desk.new_quote import NewQuote, merged_with
from portal.reading.desk.outcome import Outcome, weigh, weigh_offer
from portal.storage import documents, private_documents, tables
from portal.storage.session import Transaction

NEWEST = 20


class StoredPublication(msgspec.Struct):
    """The part of the stored publication that decides what it comes to."""

    answers: tuple[Answer, ...] = ()
    answer_notes: dict[str, str] = {}
    note: str = ""
    ended_offers: dict[str, EndedOfferDecision] = {}


_publication = msgspec.json.Decoder(StoredPublication)
_edits = msgspec.json.Decoder(tuple[Change, ...])


@dataclass(frozen=True, kw_only=True)
class AnsweredChange:
    """One change of it. `asked` is None and `verdict` "" for the rep's own edit; `text` is what may be changed, None where
    there is nothing in between; `floor` is the line's, net per `price_base_quantity`."""

    id: str
    name: str
    field: str
    offered: Value
    asked: Value
    verdict: Verdict | str
    answered: Value
    text: str | None
    floor: Decimal | None
    line: Line | None


@dataclass(frozen=True, kw_only=True)
class WaitingApproval:
    """`road`: what waits: "publish" a revision, "send" a draft, or "requote". `note` is what buyers would read beside the
    revision."""

    id: str
    road: str
    deal_id: str
    title: str
    company: str
    currency: str
    revision: int
    asked_by: str
    asked_at: datetime
    note: str
    changes: tuple[AnsweredChange, ...]
    outcome: Outcome


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a manager decided; `note` is for the team."""

    deal_id: str
    title: str
    company: str
    asked_by: str
    decided_by: str
    at: datetime
    granted: bool
    edited: bool
    returned: bool
    note: str


def waiting(
    transaction: Transaction, actor: DeskSession, deal_id: str | None = None
) -> tuple[WaitingApproval, ...]:
    """What waits to be decided, oldest first; of one deal when `deal_id` is given."""
    approval, deal = tables.approval, tables.deal
    query = (
        select(approval, deal.c.title, deal.c.company, deal.c.revision)
        .join(deal, deal.c.id == approval.c.deal_id)
        .where(approval.c.state == "waiting")
        .order_by(approval.c.asked_at)
    )
    if deal_id is not None:
        query = query.where(approval.c.deal_id == deal_id)
    rows = transaction.connection.execute(query).all()
    names = _names(transaction, {row.asked_by for row in rows})
    return tuple(_shown(transaction, actor, row, names) for row in rows)


def decided(transaction: Transaction) -> tuple[Decision, ...]:
    """The newest decisions, newest first."""
    event, approval, deal = tables.event, tables.approval, tables.deal
    rows = transaction.connection.execute(
        select(
            event.c.body, event.c.personal, event.c.actor, event.c.at, deal.c.id, deal.c.title, deal.c.company
        )
        .join(deal, deal.c.id == event.c.deal_id)
        .where(tables.kind_is("approval_decided"))
        .order_by(event.c.at.desc(), event.c.seq.desc())
        .limit(NEWEST)
    ).all()
    bodies = [ledger.decode_body(row.body) for row in rows]
    ids = [body.approval for body in bodies if isinstance(body, seller_events.ApprovalDecided)]
    found = transaction.connection.execute(
        select(approval.c.id, approval.c.asked_by).where(approval.c.id.in_(ids))
    )
    asked = {row.id: row.asked_by for row in found}
    names = _names(transaction, {*asked.values(), *(row.actor for row in rows)})
    return tuple(
        Decision(
            deal_id=row.id,
            title=row.title,
            company=row.company,
            asked_by=names.get(asked.get(body.approval, ""), ""),
            decided_by=names.get(row.actor, ""),
            at=row.at,
            granted=body.granted,
            edited=body.edited,
            returned=body.returned,
            note=ledger.decode_personal(row.personal).note,
        )
        for row, body in zip(rows, bodies, strict=True)
        if isinstance(body, seller_events.ApprovalDecided)
    )


def stored(publication: bytes) -> StoredPublication:
    """What a rep wanted to publish, from the bytes that wait."""
    return _publication.decode(publication)


def _names(transaction: Transaction, actors: set[str]) -> dict[str, str]:
    ids = {actor.removeprefix("rep:") for actor in actors}
    found = transaction.connection.execute(
        select(tables.rep.c.id, tables.rep.c.name).where(tables.rep.c.id.in_(ids))
    )
    return {f"rep:{row.id}": row.name for row in found}


def _shown(transaction: Transaction, actor: DeskSession, row: Any, names: dict[str, str]) -> WaitingApproval:
    deal = deal_for(transaction, actor, row.deal_id)
    if row.road == "publish":
        publication, edits = stored(row.publication), _edits.decode(row.edits)
        changes = _changes(transaction, deal, publication.answers, edits)
        outcome = weigh(
            transaction,
            deal,
            publication.answers,
            edits,
            publisher=row.asked_by,
            decisions=publication.ended_offers,
        )
    else:
        publication, changes = StoredPublication(), ()
        outcome = _OUTCOMES[row.road](transaction, deal, row)
    return WaitingApproval(
        id=row.id,
        road=row.road,
        deal_id=row.deal_id,
        title=row.title,
        company=row.company,
        currency=deal.currency,
        revision=row.revision + 1,
        asked_by=names.get(row.asked_by, ""),
        asked_at=row.asked_at,
        note=publication.note,
        changes=changes,
        outcome=outcome,
    )


def _of_draft(transaction: Transaction, deal: Deal, row: Any) -> Outcome:
    offer = documents.read_draft(transaction, deal.id)
    private = private_documents.read_private_figures(transaction, deal.id, 0)
    return weigh_offer(transaction, deal, offer, offer, private, publisher=row.asked_by)


def _of_earlier(transaction: Transaction, deal: Deal, row: Any) -> Outcome:
    earlier = documents.read_revision(transaction, deal.id, msgspec.json.decode(row.publication)["revision"])
    before = documents.read_revision(transaction, deal.id, deal.revision).offer
    private = private_documents.read_private_figures(transaction, deal.id, deal.revision)
    return weigh_offer(transaction, deal, before, earlier.offer, private, publisher=row.asked_by)


def _of_quote(transaction: Transaction, deal: Deal, row: Any) -> Outcome:
    quote = msgspec.json.decode(row.publication, type=NewQuote)
    merged, _, private = merged_with(transaction, deal, quote)
    before = documents.read_revision(transaction, deal.id, deal.revision).offer
    problems = [clash.problem(deal.currency) for clash in merged.clashes]
    return weigh_offer(
        transaction, deal, before, merged.offer, private, publisher=row.asked_by, problems=problems
    )


_OUTCOMES: Mapping[str, Callable[[Transaction, Deal, Any], Outcome]] = {
    "again": _of_earlier,
    "send": _of_draft,
    "requote": _of_quote,
}


def _changes(
    transaction: Transaction, deal: Deal, answers: Sequence[Answer], edits: Sequence[Change]
) -> tuple[AnsweredChange, ...]:
    offer = documents.read_revision(transaction, deal.id, deal.revision).offer
    private = private_documents.read_private_figures(transaction, deal.id, deal.revision)
    open_asks = asks.load(transaction, deal.id).open
    asked: Mapping[str, Change] = {
        change.id: change for ask in open_asks for change in ask.counteroffer.changes
    }
    given = [
        _change(offer, private, asked[answer.change_id], answer)
        for answer in answers
        if answer.change_id in asked
    ]
    return (*given, *(_change(offer, private, edit, None) for edit in edits))


def _change(offer: Offer, private: PrivateFigures, change: Change, answer: Answer | None) -> AnsweredChange:
    item = find_line_or_term(offer, change.subject)
    offered = changing.stated(offer, change)
    verdict, row = answer.verdict if answer else "", spec(change.field)
    values = {"accept": change.value, "counter": answer.value if answer else None, "decline": offered}
    answered = values.get(verdict, change.value)
    figures = private.lines.get(item.key) if isinstance(item, Line) else None
    return AnsweredChange(
        id=change.id,
        name=item.name if item else change.key,
        field=change.field,
        offered=parse_value(change.field, offered),
        asked=parse_value(change.field, change.value) if answer else None,
        verdict=verdict,
        answered=parse_value(change.field, answered),
        text=answered or "" if verdict != "decline" and row.counterable and not row.place else None,
        floor=figures.floor_unit_price if figures else None,
        line=item if isinstance(item, Line) else None,
    )
