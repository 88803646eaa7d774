"""What waits for a manager when the deal moves under it: it goes on where the parts are disjoint, else it comes back."""

from collections.abc import Collection

import msgspec
from sqlalchemy import select, update

from portal.access import Deal
from portal.commands.mail.notify import notify_sellers
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change.change import Change
from portal.domain.difference.changed_subjects import changed_subjects
from portal.domain.ledger import seller_events
from portal.domain.offer.revision import Offer
from portal.reading.desk.approvals import stored
from portal.storage import documents, tables

_edits = msgspec.json.Decoder(tuple[Change, ...])


def carry_approvals(work: UnitOfWork, deal: Deal, after: Offer, number: int) -> None:
    """`after` is being published as revision `number`. The rep hears of what comes back."""
    approval = tables.approval
    rows = work.connection.execute(
        select(approval).where(approval.c.deal_id == deal.id, approval.c.state == "waiting")
    ).all()
    if not rows:
        return
    before = documents.read_revision(work, deal.id, deal.revision).offer
    moved = set(changed_subjects(before, after))
    for row in rows:
        subjects = _subjects(row.publication, row.edits)
        # A requote is merged anew when it is decided.
        if row.road == "requote" or moved.isdisjoint(subjects):
            values: dict[str, object] = {"base_revision": number}
        else:
            values = {"state": "returned", "decided_at": work.now}
            _tell(work, deal, row.id, row.asked_by)
        work.connection.execute(update(approval).where(approval.c.id == row.id).values(**values))


def _subjects(publication: bytes, edits: bytes) -> Collection[str]:
    answers = (answer.change_id.rpartition(":")[0] for answer in stored(publication).answers)
    return {*answers, *(change.subject for change in _edits.decode(edits))}


def _tell(work: UnitOfWork, deal: Deal, approval: str, asked_by: str) -> None:
    work.append(
        deal.id, deal.actor, seller_events.ApprovalDecided(approval=approval, granted=False, returned=True)
    )
    facts = {"sender": deal.actor_name, "decision": "returned", "note": "", "revision": "0"}
    notify_sellers(work, deal, seller_events.ApprovalDecided, facts, requester=asked_by)
