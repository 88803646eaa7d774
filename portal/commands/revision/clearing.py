"""The way to the gate: who signs, what was published before, and what happens to an offer that waits for a manager."""

from collections.abc import Collection, Sequence

import msgspec
from sqlalchemy import insert

from portal.access import Deal, new_id
from portal.commands.mail.notify import notify_sellers
from portal.commands.revision.publish import Published, end_waiting_approvals
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change.change import Change
from portal.domain.ledger import seller_events
from portal.domain.offer.revision import Offer, PrivateFigures
from portal.domain.policy import gate
from portal.domain.policy.checks import By, Signer
from portal.domain.policy.gate import Cleared, Waits
from portal.errors import Conflict
from portal.storage import signatures, tables


def clear(
    work: UnitOfWork,
    deal: Deal,
    offer: Offer,
    private: PrivateFigures,
    by: By | None = None,
    *,
    kept: Collection[str] = (),
) -> Cleared | Waits:
    """Take an offer to the gate, signed `by`, or by whoever the deal's actor is. Invalid when it is impossible.

    `kept`: the if-you-then offers whose prices stay although their condition ends.
    """
    signer = Signer(by=by) if by else signer_of(work, deal)
    before = signatures.read_before(work, deal.id, deal.revision, without=kept)
    return gate.judge(before, offer, private, signer)


def clear_unchanged(work: UnitOfWork, deal: Deal, offer: Offer, private: PrivateFigures, by: By) -> Cleared:
    """The same for what the buyer could reach already, or what applied before. Conflict where it is more than that."""
    cleared = clear(work, deal, offer, private, by)
    if isinstance(cleared, Waits):
        raise Conflict("The seller has to look at this choice. Send it as a counteroffer.")
    return cleared


def signer_of(work: UnitOfWork, deal: Deal) -> Signer:
    """The deal's actor: a manager, or somebody with a rep's limits."""
    if deal.role in ("manager", "admin") and not signatures.is_system(deal.actor):
        return Signer(by="manager")
    return signatures.read_rep_signer(work, deal.actor, deal.owner_id)


def hold(
    work: UnitOfWork,
    deal: Deal,
    waits: Waits,
    *,
    road: str = "publish",
    arguments: msgspec.Struct | None = None,
    edits: Sequence[Change] = (),
) -> Published:
    """Let it wait for a manager; a newer one takes the place of an older. `road` and `arguments` are how it goes on."""
    approval, approvals = new_id(), tables.approval
    end_waiting_approvals(work, deal)
    work.connection.execute(
        insert(approvals).values(
            id=approval,
            deal_id=deal.id,
            base_revision=deal.revision,
            asked_by=deal.actor,
            asked_at=work.now,
            road=road,
            publication=msgspec.json.encode(arguments) if arguments else b"{}",
            edits=msgspec.json.encode(tuple(edits)),
            state="waiting",
        )
    )
    keys = tuple(each.line for each in waits.reasons if each.kind == "floor")
    work.append(
        deal.id,
        deal.actor,
        seller_events.ApprovalAsked(approval=approval, below_floor=keys, reasons=waits.reasons),
    )
    notify_sellers(work, deal, seller_events.ApprovalAsked, {"sender": deal.actor_name})
    return Published(revision=0, digest="", approval=approval)
