"""Answer what was asked, add the seller's own edits, and publish the next revision; below the floor a manager approves."""

from collections.abc import Sequence

import msgspec
from msgspec.structs import replace
from sqlalchemy import insert, select, update

from portal.access import Actor, Deal, deal_for, new_id
from portal.commands.mail.notify import notify_buyers, notify_sellers
from portal.commands.negotiation import open_asks as asks
from portal.commands.revision import draft_revision, publish
from portal.commands.revision.publish import Published
from portal.commands.revision.revision_mail import revision_values
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import change as changing
from portal.domain.change import ended_offers
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer, Counteroffer
from portal.domain.change.ended_offers import Decision
from portal.domain.change.items import find_item
from portal.domain.change.rebase import rebase
from portal.domain.change.resolve import resolve, unkept_grants
from portal.domain.ledger import ledger, seller_events, shared_events
from portal.domain.offer.revision import Offer
from portal.domain.policy import authority
from portal.domain.policy.authority import Reason
from portal.errors import Conflict, Invalid, Problem
from portal.storage import documents, guard_rails, private_documents, tables


class Publication(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rep decides: an answer to every open ask, notes by change id, and a note on the whole.

    `ended_offers`: what becomes of the used if-you-then offers whose condition this revision ends, by key.
    """

    base_revision: int
    answers: tuple[Answer, ...] = ()
    answer_notes: dict[str, str] = {}
    note: str = ""
    ended_offers: dict[str, Decision] = {}


@command("publish_revision")
def publish_revision(
    work: UnitOfWork, actor: Actor, deal_id: str, publication: Publication, *, key: str | None = None
) -> Published:
    """Conflict when the revision moved meanwhile; Invalid, with a problem per change, when an answer is missing or wrong."""
    deal = deal_for(work, actor, deal_id)

    def run() -> Published:
        return publish_with(work, deal, publication, draft_revision.edits_of(work, deal).changes)

    return work.once(deal.actor, deal_id, "publish_revision", key, publication, Published, run)


def publish_with(
    work: UnitOfWork,
    deal: Deal,
    publication: Publication,
    edits: Sequence[Change],
    *,
    asked_by: str | None = None,
) -> Published:
    """Publish in the name of the deal's actor, with the authority of its role."""
    deal.require("publish")
    if publication.base_revision != deal.revision:
        raise Conflict(
            "Revision %(revision)s arrived meanwhile. Look at it, then publish again.",
            revision=deal.revision,
        )
    offer = documents.read_revision(work, deal.id, deal.revision).offer
    open_asks = asks.open_asks(work, deal.id)
    made, answered = _answered(work, deal, offer, open_asks, publication.answers)
    if not open_asks and not edits:
        raise Invalid("There is nothing to publish yet.", [])
    round_number = round_of(work, deal) if open_asks else None
    offered = apply(offer, [*made, *edits], concession=True, round_number=round_number)
    if unkept := unkept_grants(offered, made):
        raise Invalid("The revision does not keep what these answers grant.", unkept)
    kept = ended_offers.without_kept(offer, offered, publication.ended_offers)
    offered = ended_offers.settle(offer, offered, publication.ended_offers)
    private = private_documents.read_private_figures(work, deal.id, deal.revision)
    limits = guard_rails.read_authority(work, deal.actor)
    # What stays of an if-you-then offer without its condition is a concession like any other.
    reasons = authority.reasons(kept, offered, private, limits)
    if not authority.may_publish(deal.role, reasons):
        return _ask_for_approval(work, deal, publication, edits, reasons)
    published = publish.publish(work, deal, offered, private)
    publish.forget_edits(work, deal)
    ids = tuple(ask.id for ask in open_asks)
    asks.set_state(work, ids, "answered")
    work.append(
        deal.id,
        deal.actor,
        publish.event(
            published,
            "rep",
            changed=publish.changed_subjects(offer, offered),
            counteroffers=ids,
            answers=tuple(_as_published(offered, each) for each in answered),
        ),
        _words(publication),
    )
    told = revision_values(work, deal, published, answered, publication.answer_notes)
    notify_buyers(
        work, deal, shared_events.RevisionPublished, offered, {"revision": str(published.revision), **told}
    )
    return published


def _answered(
    work: UnitOfWork, deal: Deal, offer: Offer, open_asks: Sequence[Counteroffer], answers: Sequence[Answer]
) -> tuple[list[Change], list[shared_events.Answered]]:
    """What the answers change, and how the ledger keeps them. All asks are looked at before anything is refused."""
    known = {change.id for ask in open_asks for change in ask.changes}
    problems: list[Problem] = []
    stray = [answer.change_id for answer in answers if answer.change_id not in known]
    if stray:
        raise Conflict("One of these requests is no longer open. Reload the deal.")
    made: list[Change] = []
    kept: list[shared_events.Answered] = []
    for ask in open_asks:
        base = documents.read_revision(work, deal.id, ask.base_revision).offer
        settled = {change.id for change in rebase(ask.changes, base, offer).settled}
        ids = {change.id for change in ask.changes}
        own = [answer for answer in answers if answer.change_id in ids]
        given = {answer.change_id for answer in own}
        # What the offer says already by now needs no answer of its own, in a package that is declined neither.
        left = tuple(change for change in ask.changes if change.id in given or change.id not in settled)
        try:
            made += resolve(replace(ask, changes=left), own, offer)
        except Invalid as error:
            problems += error.problems
            continue
        own += [Answer(change_id=each, verdict="accept") for each in settled - given]
        kept += [_kept(base, offer, change, own) for change in ask.changes]
    if problems:
        raise Invalid("Answer these requests first.", problems)
    return made, kept


def _kept(base: Offer, offer: Offer, change: Change, answers: Sequence[Answer]) -> shared_events.Answered:
    answer = next(each for each in answers if each.change_id == change.id)
    # Of what is gone from the offer, what it said when it was asked about.
    offered = changing.current(offer if find_item(offer, change.subject) else base, change)
    values = {"accept": change.value, "decline": offered}
    if answer.verdict == "counter":
        values["counter"] = changing.spell(offer, change.subject, change.field, answer.value or "").value
    return shared_events.Answered(
        change=change, verdict=answer.verdict, offered=offered, answered=values[answer.verdict]
    )


def _as_published(offered: Offer, answered: shared_events.Answered) -> shared_events.Answered:
    """A total and a wish are answered by what the revision as a whole comes to."""
    if answered.change.field not in ("target", "wish") or answered.verdict == "decline":
        return answered
    return replace(answered, answered=changing.current(offered, answered.change))


def round_of(work: UnitOfWork, deal: Deal) -> int:
    """Which round of counteroffers this answers, from 1: however many asks came in it, one revision answers them."""
    bodies = work.connection.execute(
        select(tables.event.c.body).where(tables.event.c.deal_id == deal.id, tables.kind_is("revision"))
    ).scalars()
    published = (ledger.decode_body(body) for body in bodies)
    return 1 + sum(
        isinstance(each, shared_events.RevisionPublished) and bool(each.counteroffers) for each in published
    )


def _words(publication: Publication) -> ledger.Personal | None:
    note = written(publication.note, "note", required=False)
    notes = {
        change_id: written(text, f"note:{change_id}", longest=2_000)
        for change_id, text in publication.answer_notes.items()
        if text.strip()
    }
    return ledger.Personal(note=note, reasons=notes) if note or notes else None


def _ask_for_approval(
    work: UnitOfWork,
    deal: Deal,
    publication: Publication,
    edits: Sequence[Change],
    reasons: tuple[Reason, ...],
) -> Published:
    """The rep's publication waits for a manager; a newer one takes the place of an older."""
    approval, approvals = new_id(), tables.approval
    work.connection.execute(
        update(approvals)
        .where(approvals.c.deal_id == deal.id, approvals.c.state == "waiting")
        .values(state="overtaken", decided_at=work.now)
    )
    work.connection.execute(
        insert(approvals).values(
            id=approval,
            deal_id=deal.id,
            base_revision=deal.revision,
            asked_by=deal.actor,
            asked_at=work.now,
            publication=msgspec.json.encode(publication),
            edits=msgspec.json.encode(tuple(edits)),
            state="waiting",
        )
    )
    keys = tuple(each.line for each in reasons if each.kind == "floor")
    work.append(
        deal.id,
        deal.actor,
        seller_events.ApprovalAsked(approval=approval, below_floor=keys, reasons=reasons),
    )
    notify_sellers(work, deal, seller_events.ApprovalAsked, {"sender": deal.actor_name})
    return Published(revision=0, digest="", approval=approval)
