"""A buyer's own draft of a counteroffer. Nothing of it is sent, and nobody else sees it, until it is made.

Each entry keeps what the offer said when it was written, so that a field which moved since then shows as a conflict.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.access import Actor, Deal, deal_for
from portal.commands.text import written
from portal.commands.unit_of_work import UnitOfWork
from portal.domain import change as changing
from portal.domain import counteroffer
from portal.domain.change import Change
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


def put_changes(
    work: UnitOfWork, actor: Actor, deal_id: str, *, changes: Sequence[Change], reason: str = ""
) -> Draft:
    """Add changes to the draft, in place of what it asked of the same fields. A value as offered takes the ask out.

    Invalid, with every problem at its change's id, when something may not be asked; then nothing is added.
    """
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    offer = documents.offered(work, deal_id, deal.revision).offer
    asked = [change for change in changes if changing.current(offer, change) != change.value]
    problems = counteroffer.check(offer, asked, today=work.now.date()) if asked else []
    if problems:
        raise Invalid("This can't be asked.", problems)
    draft = draft_of(work, deal)
    replaced = changing.replaced(offer, changes)
    kept = tuple(entry for entry in draft.entries if entry.change.id not in replaced)
    added = tuple(Entry(change=change, was=changing.current(offer, change)) for change in asked)
    text = written(reason, "reason", longest=2_000, required=False)
    reasons = {key: said for key, said in draft.reasons.items() if key not in replaced}
    reasons |= {change.id: text for change in asked if text}
    return _keep(work, deal, Draft(entries=kept + added, reasons=reasons, package=draft.package))


def drop_change(work: UnitOfWork, actor: Actor, deal_id: str, change_id: str) -> Draft:
    """Take one change out of the draft; one that is not there changes nothing."""
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    draft = draft_of(work, deal)
    entries = tuple(entry for entry in draft.entries if entry.change.id != change_id)
    reasons = {key: said for key, said in draft.reasons.items() if key != change_id}
    return _keep(work, deal, Draft(entries=entries, reasons=reasons, package=draft.package))


def set_package(work: UnitOfWork, actor: Actor, deal_id: str, *, package: bool) -> Draft:
    """Bind the changes of the draft, all or nothing, or let them go each for itself."""
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    draft = draft_of(work, deal)
    return _keep(work, deal, Draft(entries=draft.entries, reasons=draft.reasons, package=package))


def forget(work: UnitOfWork, deal: Deal) -> None:
    """The draft has been sent, or is given up."""
    work.connection.execute(delete(tables.counteroffer_draft).where(*_mine(deal)))


def drop_all(work: UnitOfWork, actor: Actor, deal_id: str) -> Draft:
    deal = deal_for(work, actor, deal_id)
    deal.require("counter")
    forget(work, deal)
    return Draft()


def draft_of(transaction: Transaction, deal: Deal) -> Draft:
    """The draft of whoever is looking; empty for anybody but a buyer."""
    row = transaction.connection.execute(select(tables.counteroffer_draft).where(*_mine(deal))).first()
    if row is None:
        return Draft()
    return Draft(
        entries=_entries.decode(row.changes), reasons=_reasons.decode(row.reasons), package=row.package
    )


def _mine(deal: Deal) -> tuple[ColumnElement[bool], ...]:
    draft = tables.counteroffer_draft
    return draft.c.deal_id == deal.id, draft.c.contact_id == (deal.contact_id or "")


def _keep(work: UnitOfWork, deal: Deal, draft: Draft) -> Draft:
    dialect = sqlite if work.connection.dialect.name == "sqlite" else postgresql
    values = {
        "base_revision": deal.revision,
        "changes": msgspec.json.encode(draft.entries),
        "reasons": msgspec.json.encode(draft.reasons),
        "package": draft.package,
    }
    table = tables.counteroffer_draft
    work.connection.execute(
        dialect.insert(table)
        .values(deal_id=deal.id, contact_id=deal.contact_id, **values)
        .on_conflict_do_update(index_elements=[table.c.deal_id, table.c.contact_id], set_=values)
    )
    return draft
