"""A manager decides on a publication that goes below the floor: it is published as it was asked, or goes back."""

from dataclasses import replace

import msgspec
from sqlalchemy import select, update

from portal.access import Actor, deal_for
from portal.commands.publish_revision import Publication, publish_with
from portal.commands.publishing import Published
from portal.commands.text import written
from portal.commands.unit_of_work import UnitOfWork
from portal.domain import ledger
from portal.domain.change import Change
from portal.errors import Conflict, NotFound
from portal.storage import tables

_publication = msgspec.json.Decoder(Publication)
_edits = msgspec.json.Decoder(tuple[Change, ...])


def decide_approval(
    work: UnitOfWork, actor: Actor, deal_id: str, approval_id: str, *, granted: bool, note: str = ""
) -> Published:
    """Conflict when it is decided or overtaken already."""
    deal = deal_for(work, actor, deal_id)
    deal.require("approve")
    approval = tables.approval
    row = work.connection.execute(
        select(approval).where(approval.c.id == approval_id, approval.c.deal_id == deal_id)
    ).first()
    if row is None:
        raise NotFound("There is no such request for approval.")
    if row.state != "waiting":
        raise Conflict("This request was decided already, or another revision has come meanwhile.")
    work.connection.execute(
        update(approval)
        .where(approval.c.id == approval_id)
        .values(state="granted" if granted else "refused", decided_by=deal.actor, decided_at=work.now)
    )
    text = written(note, "note", required=False)
    personal = ledger.Personal(note=text) if text else None
    work.append(deal_id, deal.actor, ledger.ApprovalDecided(approval=approval_id, granted=granted), personal)
    if not granted:
        return Published(revision=0, digest="")
    # The buyer reads the rep's name: who had to approve is the seller's own affair.
    asked = replace(deal, actor=row.asked_by)
    return publish_with(work, asked, _publication.decode(row.publication), _edits.decode(row.edits))
