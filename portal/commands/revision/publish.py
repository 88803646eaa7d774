"""The step that every publishing verb shares: from an offer to the deal's next revision."""

from typing import Any

import msgspec
from sqlalchemy import update

from portal.access import Deal
from portal.commands.deal.transition import move
from portal.commands.revision.carry_approvals import carry_approvals
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal.lifecycle import Verb
from portal.domain.ledger import shared_events
from portal.domain.offer import money
from portal.domain.offer.revision import Offer
from portal.domain.offer.totals import revise
from portal.domain.policy.gate import Cleared
from portal.storage import documents, private_documents, tables


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """The revision that now stands; number 0 and `approval` set when a manager must approve it first."""

    revision: int
    digest: str
    approval: str | None = None


def publish(work: UnitOfWork, deal: Deal, cleared: Cleared, verb: Verb = "publish") -> Published:
    """Keep the next revision and make it the deal's current one. The event that tells of it is the verb's to append."""
    offer = cleared.offer
    number, revision = deal.revision + 1, revise(offer)
    digest = documents.store_revision(work, deal.id, number, revision, by=deal.actor, signed_by=cleared.by)
    private_documents.store_private_figures(work, deal.id, number, cleared.private)
    contract = revision.totals.contract
    move(
        work,
        deal,
        verb,
        revision=number,
        digest=digest,
        **deal_head(offer),
        contract_net=money.to_minor(contract.net, offer.currency),
        contract_total=money.to_minor(contract.total, offer.currency),
    )
    if deal.revision:
        carry_approvals(work, deal, cleared.offer, number)
    return Published(revision=number, digest=digest)


def deal_head(offer: Offer) -> dict[str, Any]:
    """The columns of a deal's row that repeat what its offer says, so that lists need not decode it."""
    return {
        "title": offer.title,
        "company": offer.buyer.name,
        "currency": offer.currency,
        "language": offer.language,
        "valid_until": offer.valid_until_instant,
    }


def end_waiting_approvals(work: UnitOfWork, deal: Deal) -> None:
    """What waits for a manager is overtaken by its own rep."""
    approvals = tables.approval
    work.connection.execute(
        update(approvals)
        .where(approvals.c.deal_id == deal.id, approvals.c.state == "waiting")
        .values(state="overtaken", decided_at=work.now)
    )


def event(
    published: Published,
    signed: shared_events.Signature,
    *,
    changed: tuple[str, ...] = (),
    counteroffers: tuple[str, ...] = (),
    standing_offer: str = "",
    again: int = 0,
) -> shared_events.RevisionPublished:
    """The event that tells of a published revision. `changed`: what `changed_subjects` found; `standing_offer`: the label of
    one that was taken; `again`: the earlier revision that it offers again."""
    return shared_events.RevisionPublished(
        revision=published.revision,
        digest=published.digest,
        signed=signed,
        counteroffers=counteroffers,
        changed=changed,
        standing_offer=standing_offer,
        again=again,
    )
