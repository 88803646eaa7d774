"""A manager decides on a publication that goes beyond what its rep may publish alone: it is published as it was asked, with
other values that the manager signs, or goes back. The rep gets a mail either way."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import select, update

from portal.access import Actor, Deal, deal_for
from portal.commands.deal.offer_again import Again, publish_again
from portal.commands.deal.send_proposal import send
from portal.commands.mail.notify import notify_sellers
from portal.commands.negotiation import open_asks
from portal.commands.revision.publish import Published
from portal.commands.revision.publish_revision import Publication, publish_with
from portal.commands.revision.requote import requote
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import change as changing
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer
from portal.domain.ledger import ledger, seller_events
from portal.domain.offer.revision import Offer
from portal.errors import Conflict, Invalid, NotFound
from portal.reading.desk.new_quote import NewQuote
from portal.storage import documents, tables


class Sending(msgspec.Struct, frozen=True):
    """A draft that is to be sent; it lies in the deal."""


# What waits, by the road that it takes.
_WAITING: Mapping[str, msgspec.json.Decoder[Any]] = {
    "publish": msgspec.json.Decoder(Publication),
    "send": msgspec.json.Decoder(Sending),
    "again": msgspec.json.Decoder(Again),
    "requote": msgspec.json.Decoder(NewQuote),
}
_edits = msgspec.json.Decoder(tuple[Change, ...])


@command("decide_approval")
def decide_approval(
    work: UnitOfWork,
    actor: Actor,
    deal_id: str,
    approval_id: str,
    *,
    granted: bool,
    note: str = "",
    values: Mapping[str, str] | None = None,
    buyers_note: str | None = None,
) -> Published:
    """`note` is for the team. `values`, by change id, take the place of what the rep answered or edited, and `buyers_note`
    that of the rep's note to the buyers. Conflict when it is decided or overtaken already; Invalid as in publishing.
    """
    deal = deal_for(work, actor, deal_id)
    deal.require("approve")
    row = _load_waiting_publication(work, deal_id, approval_id)
    waiting = _WAITING[row.road].decode(row.publication)
    asked_edits = edits = _edits.decode(row.edits)
    arguments = waiting
    if isinstance(waiting, Publication):
        waiting = arguments = replace(waiting, base_revision=row.base_revision)
        if granted:
            arguments, edits = _changed(work, deal, waiting, asked_edits, values or {}, buyers_note)
    edited = (arguments, edits) != (waiting, asked_edits)
    _close(work, deal, approval_id, granted=granted, arguments=arguments, edits=edits)
    text = written(note, "note", required=False)
    work.append(
        deal_id,
        deal.actor,
        seller_events.ApprovalDecided(approval=approval_id, granted=granted, edited=edited),
        ledger.Personal(note=text) if text else None,
    )
    published = Published(revision=0, digest="")
    if granted:
        # The buyer reads the rep's name: who had to approve is the seller's own affair. But what a manager changed, the
        # manager signs.
        publisher = deal if edited else replace(deal, actor=row.asked_by)
        published = _go_on(work, publisher, arguments, edits, asked_edits)
    decision = "edited" if edited else "granted" if granted else "refused"
    facts = {"sender": deal.actor_name, "decision": decision, "note": text}
    facts["revision"] = str(published.revision)
    notify_sellers(work, deal, seller_events.ApprovalDecided, facts, requester=row.asked_by)
    return published


def _go_on(
    work: UnitOfWork,
    deal: Deal,
    arguments: msgspec.Struct,
    edits: tuple[Change, ...],
    drafted: tuple[Change, ...],
) -> Published:
    """What waited goes the rest of its way, signed by a manager."""
    match arguments:
        case Publication():
            return publish_with(work, deal, arguments, edits, drafted=drafted, by="manager")
        case Again():
            return publish_again(work, deal, arguments, by="manager")
        case NewQuote():
            return requote(work, deal, arguments, by="manager")
    return send(work, deal, by="manager")


def _load_waiting_publication(work: UnitOfWork, deal_id: str, approval_id: str) -> Any:
    approval = tables.approval
    row = work.connection.execute(
        select(approval).where(approval.c.id == approval_id, approval.c.deal_id == deal_id)
    ).first()
    if row is None:
        raise NotFound("There is no such request for approval.")
    if row.state != "waiting":
        raise Conflict("This request was decided already, or another revision has come meanwhile.")
    return row


def _close(
    work: UnitOfWork,
    deal: Deal,
    approval_id: str,
    *,
    granted: bool,
    arguments: msgspec.Struct,
    edits: Sequence[Change],
) -> None:
    approval = tables.approval
    work.connection.execute(
        update(approval)
        .where(approval.c.id == approval_id)
        .values(
            state="granted" if granted else "refused",
            decided_by=deal.actor,
            decided_at=work.now,
            publication=msgspec.json.encode(arguments),
            edits=msgspec.json.encode(tuple(edits)),
        )
    )


def _changed(  # noqa: PLR0917 - what was asked for, and what the manager makes of it
    work: UnitOfWork,
    deal: Deal,
    publication: Publication,
    edits: tuple[Change, ...],
    values: Mapping[str, str],
    note: str | None,
) -> tuple[Publication, tuple[Change, ...]]:
    offer = documents.read_revision(work, deal.id, deal.revision).offer
    asked = {change.id: change for ask in open_asks.open_asks(work, deal.id) for change in ask.changes}
    answers = tuple(_answer(offer, asked, answer, values) for answer in publication.answers)
    said = publication.note if note is None else note
    changed = tuple(
        changing.spell(offer, each.subject, each.field, values[each.id]) if each.id in values else each
        for each in edits
    )
    return replace(publication, answers=answers, note=said), changed


def _answer(offer: Offer, asked: Mapping[str, Change], answer: Answer, values: Mapping[str, str]) -> Answer:
    """Another value is a counter, unless it is what was asked for. What was declined stays declined."""
    change, text = asked.get(answer.change_id), values.get(answer.change_id)
    if change is None or not text or answer.verdict == "decline":
        return answer
    try:
        wanted = changing.spell(offer, change.subject, change.field, text).value
        stood = change.value if answer.verdict == "accept" else answer.value or ""
        before = changing.spell(offer, change.subject, change.field, stood).value
    except Invalid as error:
        raise Invalid("This value can't be used.", error.problems) from None
    if wanted == before:
        return answer
    if wanted == change.value:
        return Answer(change_id=change.id, verdict="accept")
    return Answer(change_id=change.id, verdict="counter", value=wanted)
