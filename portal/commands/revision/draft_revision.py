"""The seller's own edits towards the next revision; one draft per deal, shared by the seller's side."""

from collections.abc import Sequence

import msgspec
from sqlalchemy import select
from sqlalchemy.dialects import postgresql, sqlite

from portal.access import Actor, Deal, deal_for
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import change as changing
from portal.domain.change import standing_offer
from portal.domain.change.apply import apply, contradictions, replaced_ids
from portal.domain.change.change import Change
from portal.domain.change.consequences import unacceptable
from portal.domain.offer.revision import Offer
from portal.errors import Invalid, Problem
from portal.storage import documents, tables
from portal.storage.session import Transaction


class Edits(msgspec.Struct, frozen=True, kw_only=True):
    changes: tuple[Change, ...] = ()


_changes = msgspec.json.Decoder(tuple[Change, ...])


@command("draft_revision.put_changes")
def put_changes(work: UnitOfWork, actor: Actor, deal_id: str, *, changes: Sequence[Change]) -> Edits:
    """Add edits, in place of those of the same fields; a value as offered takes the edit out."""
    deal = deal_for(work, actor, deal_id)
    deal.require("edit")
    offer = documents.read_revision(work, deal_id, deal.revision).offer
    problems = contradictions(offer, changes) or _unfit(offer, edits_of(work, deal), changes)
    if problems:
        raise Invalid("These edits do not go together.", problems)
    replaced = replaced_ids(offer, changes)
    kept = tuple(change for change in edits_of(work, deal).changes if change.id not in replaced)
    added = tuple(change for change in changes if changing.current(offer, change) != change.value)
    if added and (problems := unacceptable(offer, added, kept)):
        raise Invalid("These edits come to more than can be offered.", problems)
    return _keep(work, deal, Edits(changes=kept + added))


def _unfit(offer: Offer, edits: Edits, changes: Sequence[Change]) -> list[Problem]:
    """Standing offers that the offer with the other edits has no room for."""
    stays = (each for each in edits.changes if each.field != "standing_offer")
    others = [each for each in stays if changing.stated(offer, each) is not None]
    if any(change.field == "standing_offer" for change in changes):
        offer = apply(offer, others, concession=False)
    return standing_offer.unfit(offer, changes)


@command("draft_revision.drop_change")
def drop_change(work: UnitOfWork, actor: Actor, deal_id: str, change_id: str) -> Edits:
    deal = deal_for(work, actor, deal_id)
    deal.require("edit")
    left = tuple(change for change in edits_of(work, deal).changes if change.id != change_id)
    return _keep(work, deal, Edits(changes=left))


@command("draft_revision.drop_all")
def drop_all(work: UnitOfWork, actor: Actor, deal_id: str) -> Edits:
    deal = deal_for(work, actor, deal_id)
    deal.require("edit")
    return _keep(work, deal, Edits())


def edits_of(transaction: Transaction, deal: Deal) -> Edits:
    """The edits as they stand; none for a buyer, whatever the deal holds."""
    if deal.party != "seller":
        return Edits()
    table = tables.revision_draft
    stored = transaction.connection.execute(
        select(table.c.changes).where(table.c.deal_id == deal.id)
    ).scalar()
    return Edits(changes=_changes.decode(stored) if stored else ())


def forget(work: UnitOfWork, deal: Deal, published: Sequence[Change]) -> None:
    """Take out what has become part of a revision; what was drafted since stays."""
    drafted = edits_of(work, deal).changes
    left = tuple(change for change in drafted if change not in published)
    if left != drafted:
        _keep(work, deal, Edits(changes=left))


def _keep(work: UnitOfWork, deal: Deal, edits: Edits) -> Edits:
    dialect = sqlite if work.connection.dialect.name == "sqlite" else postgresql
    values = {"base_revision": deal.revision, "changes": msgspec.json.encode(edits.changes), "reasons": b"{}"}
    table = tables.revision_draft
    work.connection.execute(
        dialect.insert(table)
        .values(deal_id=deal.id, **values)
        .on_conflict_do_update(index_elements=[table.c.deal_id], set_=values)
    )
    return edits
