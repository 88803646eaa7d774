"""A buyer's own draft of a counteroffer, the active one of their scenarios. Nothing of it is sent until it is made.

Each entry keeps what the offer said when it was written, so that a field which moved since then shows as a conflict.
"""

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, delete, insert, select, true, update

from portal.access import Actor, Deal, deal_for, new_id
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import change as changing
from portal.domain.change import counteroffer
from portal.domain.change.apply import replaced_ids
from portal.domain.change.change import Change
from portal.domain.offer.revision import Offer
from portal.errors import Invalid
from portal.storage import documents, tables
from portal.storage.session import Transaction


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One change in the draft; `was` is what the offer said then."""

    change: Change
    was: str


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    entries: tuple[Entry, ...] = ()
    reasons: dict[str, str] = {}
    package: bool = False

    @property
    def changes(self) -> tuple[Change, ...]:
        return tuple(entry.change for entry in self.entries)


_entries = msgspec.json.Decoder(tuple[Entry, ...])
_reasons = msgspec.json.Decoder(dict[str, str])


@command("draft_counteroffer.put_changes")
def put_changes(
    work: UnitOfWork,
    actor: Actor,
    deal_id: str,
    *,
    changes: Sequence[Change],
    reason: str = "",
    revision: int = 0,
) -> Draft:
    """Add changes to the draft, in place of what it asked of the same fields. A value as offered takes the ask out.

    `revision` is the one that the buyer saw while writing, 0 for the current one: what moved since shows as a conflict.
    Invalid, with every problem at its change's id, when something may not be asked; then nothing is added.
    """
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    offer = documents.read_revision(work, deal_id, deal.revision).offer
    asked = [change for change in changes if changing.current(offer, change) != change.value]
    draft = draft_of(work, deal)
    replaced = replaced_ids(offer, changes)
    kept = tuple(entry for entry in draft.entries if entry.change.id not in replaced)
    others = [entry.change for entry in kept]
    problems = counteroffer.check(offer, asked, today=work.now.date(), beside=others) if asked else []
    if problems:
        raise Invalid("Check your request.", problems)
    seen = revision if 0 < revision < deal.revision else deal.revision
    then = documents.read_revision(work, deal_id, seen).offer
    added = tuple(Entry(change=change, was=_said(then, offer, change)) for change in asked)
    text = written(reason, "reason", longest=2_000, required=False)
    reasons = {key: said for key, said in draft.reasons.items() if key not in replaced}
    reasons |= {change.id: text for change in asked if text}
    return _keep(work, deal, Draft(entries=kept + added, reasons=reasons, package=draft.package))


def _said(then: Offer, now: Offer, change: Change) -> str:
    said = changing.stated(then, change)
    return changing.current(now, change) if said is None else said


def leave_out(work: UnitOfWork, deal: Deal, changes: Sequence[Change]) -> None:
    """What has been sent by itself leaves the draft."""
    draft, sent = draft_of(work, deal), {change.id for change in changes}
    entries = tuple(entry for entry in draft.entries if entry.change.id not in sent)
    if not entries:
        _clear(work, deal)
    elif len(entries) < len(draft.entries):
        reasons = {key: said for key, said in draft.reasons.items() if key not in sent}
        _keep(work, deal, Draft(entries=entries, reasons=reasons, package=draft.package))


@command("draft_counteroffer.drop_change")
def drop_change(work: UnitOfWork, actor: Actor, deal_id: str, change_id: str) -> Draft:
    """Take one change out of the draft; one that is not there changes nothing."""
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    draft = draft_of(work, deal)
    entries = tuple(entry for entry in draft.entries if entry.change.id != change_id)
    reasons = {key: said for key, said in draft.reasons.items() if key != change_id}
    return _keep(work, deal, Draft(entries=entries, reasons=reasons, package=draft.package))


@command("draft_counteroffer.set_package")
def set_package(work: UnitOfWork, actor: Actor, deal_id: str, *, package: bool) -> Draft:
    """Bind the changes of the draft, all or nothing, or let them go each for itself."""
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    draft = draft_of(work, deal)
    return _keep(work, deal, Draft(entries=draft.entries, reasons=draft.reasons, package=package))


def forget(work: UnitOfWork, deal: Deal) -> None:
    """The draft has been sent, or is given up; the contact's other scenarios stay."""
    work.connection.execute(delete(tables.scenario).where(*_active(deal)))


@command("draft_counteroffer.drop_all")
def drop_all(work: UnitOfWork, actor: Actor, deal_id: str) -> Draft:
    """Begin again. What has a name, or readers, keeps its place empty."""
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    return _clear(work, deal)


def _clear(work: UnitOfWork, deal: Deal) -> Draft:
    row = _row(work, deal)
    if row is not None and (row.name or row.shared_at):
        return _keep(work, deal, Draft())
    forget(work, deal)
    return Draft()


def draft_of(transaction: Transaction, deal: Deal) -> Draft:
    """The draft of whoever is looking; empty for anybody but a buyer."""
    row = _row(transaction, deal)
    return Draft() if row is None else decoded(row)


def decoded(row: Any) -> Draft:
    """What a row of the table of scenarios holds."""
    return Draft(
        entries=_entries.decode(row.changes), reasons=_reasons.decode(row.reasons), package=row.package
    )


def encoded(deal: Deal, draft: Draft) -> dict[str, Any]:
    """The columns that hold a draft, drawn up on the revision that stands."""
    return {
        "base_revision": deal.revision,
        "changes": msgspec.json.encode(draft.entries),
        "reasons": msgspec.json.encode(draft.reasons),
        "package": draft.package,
    }


def _row(transaction: Transaction, deal: Deal) -> Any:
    return transaction.connection.execute(select(tables.scenario).where(*_active(deal))).first()


def _active(deal: Deal) -> tuple[ColumnElement[bool], ...]:
    scenario = tables.scenario.c
    mine = (scenario.deal_id == deal.id, scenario.contact_id == (deal.contact_id or ""))
    return *mine, scenario.active == true()


def _keep(work: UnitOfWork, deal: Deal, draft: Draft) -> Draft:
    values, table = encoded(deal, draft), tables.scenario
    if not work.connection.execute(update(table).where(*_active(deal)).values(values)).rowcount:
        begun = {"id": new_id(), "active": True, "made_at": work.now}
        work.connection.execute(
            insert(table).values(deal_id=deal.id, contact_id=deal.contact_id, **begun, **values)
        )
    return draft
