"""What holds between any two commands, whatever they were: told from the ledger and the rows, not from the model."""

from __future__ import annotations

import sqlite3
from typing import Any

import msgspec
from sqlalchemy import select

from portal.access import System, deal_for
from portal.database.database import Database
from portal.domain.change.change import Change
from portal.domain.ledger import ledger, shared_events
from portal.domain.offer import money
from portal.domain.offer.revision import Offer, Revision, canonical_bytes, digest
from portal.domain.offer.totals import totals
from portal.reading.operator import verification
from portal.storage import documents, tables
from portal.storage.session import Transaction
from tests.chaos import invariants

_changes = msgspec.json.Decoder(tuple[Change, ...])
Asked = dict[str, dict[str, str]]


class Sound:
    """The watch over one deal. `check` raises AssertionError with what does not hold."""

    def __init__(self, database: Database, deal_id: str) -> None:
        self.database, self.deal_id = database, deal_id
        self.accepted: dict[str, Any] | None = None

    def everything(self) -> list[Any]:
        """Every row of every table."""
        with sqlite3.connect(str(self.database.store.url.database)) as connection:
            names = [table.name for table in tables.metadata.sorted_tables]
            found = [connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in names]
        connection.close()
        return found

    def check(self) -> tuple[Offer, Asked]:
        """The offer that stands, and what is asked, by counteroffer."""
        invariants.verified(self.database, self.deal_id)
        return self.database.read_now(self._check)

    def _check(self, transaction: Transaction) -> tuple[Offer, Asked]:
        deal = deal_for(transaction, System("trial"), self.deal_id)
        revision = documents.read_revision(transaction, deal.id, deal.revision)
        self._revision_holds(revision, deal.digest)
        asked, told = self._open(transaction), self._told(transaction)
        assert asked == told, f"asked in the ledger {told}, open {asked}"
        self._accepted_stays(transaction, deal.state)
        return revision.offer, asked

    def _revision_holds(self, revision: Revision, kept: str) -> None:
        offer = revision.offer
        assert digest(canonical_bytes(revision)) == kept
        assert revision.totals == totals(offer)
        for line in offer.lines:
            if line.why:
                assert money.add(step.amount for step in line.why) == line.net_unit_price, line.key
        groups: dict[str, int] = {}
        for line in offer.lines:
            if line.choice_group:
                groups[line.choice_group] = groups.get(line.choice_group, 0) + line.selected
        assert set(groups.values()) <= {1}, f"chosen {groups}"

    def _open(self, transaction: Transaction) -> Asked:
        ask = tables.counteroffer.c
        query = select(ask.id, ask.changes).where(ask.deal_id == self.deal_id, ask.state == "open")
        rows = transaction.connection.execute(query.order_by(ask.event_seq)).all()
        return {row.id: {each.id: each.value for each in _changes.decode(row.changes)} for row in rows}

    def _told(self, transaction: Transaction) -> Asked:
        """What is still asked when the ledger is all that is known."""
        event = tables.event.c
        query = select(event.actor, event.body, event.personal).where(event.deal_id == self.deal_id)
        asked: Asked = {}
        by: dict[str, tuple[str, bool]] = {}
        for stored in transaction.connection.execute(query.order_by(event.seq)):
            ended: tuple[str, ...] = ()
            match ledger.decode_body(stored.body, stored.personal):
                case shared_events.CounterofferMade() as made:
                    for one, older in asked.items():
                        for change in made.changes if by[one][0] == stored.actor else ():
                            older.pop(change.id, None)
                    ended = made.replaces
                    by[made.counteroffer] = stored.actor, made.package
                    asked[made.counteroffer] = {change.id: change.value for change in made.changes}
                case shared_events.CounterofferWithdrawn(counteroffer=one):
                    ended = (one,)
                case shared_events.CounteroffersClosed(counteroffers=several):
                    ended = several
                case shared_events.RevisionPublished(signed="offer", changed=chosen):
                    # What the buyers chose by themselves needs no answer, but for a package.
                    for one, older in asked.items():
                        for each in [f"{part}:{name}" for part in chosen for name in ("selected", "choice")]:
                            older.pop(each, None) if not by[one][1] else None
                    ended = tuple(one for one, left in asked.items() if not left)
                case shared_events.RevisionPublished(counteroffers=several, answers=answers):
                    ended = several
                    wanted = {each for one in several for each in asked[one]}
                    assert {answer.change.id for answer in answers} == wanted, "answered, and not asked"
            for one in ended:
                del asked[one]
        return asked

    def _accepted_stays(self, transaction: Transaction, state: str) -> None:
        if state != "accepted":
            assert self.accepted is None, "an accepted deal was opened again"
            return
        now: dict[str, Any] = {
            name: transaction.connection.execute(select(table).where(table.c.deal_id == self.deal_id)).all()
            for name, table in (
                ("order", tables.order),
                ("acceptance", tables.acceptance),
                ("revision", tables.revision),
            )
        }
        row = transaction.connection.execute(
            select(tables.deal).where(tables.deal.c.id == self.deal_id)
        ).one()
        now["head"] = (row.state, row.revision, row.digest, row.valid_until, row.contract_total)
        self.accepted = self.accepted or now
        assert now == self.accepted, "something of an accepted deal was changed"
        assert verification.verify(transaction, deal_for(transaction, System("trial"), self.deal_id)).intact


def values(offer: Offer) -> dict[str, str]:
    """What the offer says, as the model tells it."""
    lines = {line.key: line for line in offer.lines}
    found = {
        "line:press:quantity": str(lines["press"].quantity),
        "line:press:unit_price": str(lines["press"].unit_price),
        "line:care:unit_price": str(lines["care"].unit_price),
        "line:training:selected": "true" if lines["training"].selected else "false",
        "choice": next(line.key for line in offer.lines if line.choice_group and line.selected),
    }
    if "install" in lines:
        found["line:install:quantity"] = str(lines["install"].quantity)
    return found | {f"term:{term.key}:value": term.value for term in offer.terms}


def edits(database: Database, deal_id: str) -> dict[str, str]:
    """The seller's own edits, by change id."""
    draft = tables.revision_draft.c
    stored = database.read_now(
        lambda t: t.connection.scalar(select(draft.changes).where(draft.deal_id == deal_id))
    )
    return {each.id: each.value for each in _changes.decode(stored)} if stored else {}


def said(database: Database, deal_id: str) -> list[str]:
    """Every message in the ledger's order."""
    event = tables.event.c
    query = (
        select(event.personal).where(event.deal_id == deal_id, event.kind == "message").order_by(event.seq)
    )
    rows = database.read_now(lambda t: t.connection.scalars(query).all())
    return [ledger.decode_personal(row).body for row in rows]


def let_in(database: Database, deal_id: str) -> set[str]:
    """Contacts with a link that opens the deal, or will until it expires."""
    grant = tables.grant.c
    query = select(grant.contact_id).where(grant.deal_id == deal_id, grant.revoked_at.is_(None))
    return set(database.read_now(lambda t: t.connection.scalars(query).all()))
