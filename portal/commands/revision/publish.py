"""The step that every publishing verb shares: from an offer to the deal's next revision."""

import msgspec
from sqlalchemy import update

from portal.access import Deal
from portal.commands.deal.transition import move
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal.lifecycle import Verb
from portal.domain.ledger import shared_events
from portal.domain.offer import money
from portal.domain.offer.revision import Offer, PrivateFigures
from portal.domain.offer.totals import revise
from portal.storage import documents, private_documents, tables


class Published(msgspec.Struct, frozen=True, kw_only=True):
    """The revision that now stands; number 0 and `approval` set when a manager must approve it first."""

    revision: int
    digest: str
    approval: str | None = None


def publish(
    work: UnitOfWork, deal: Deal, offer: Offer, private: PrivateFigures, verb: Verb = "publish"
) -> Published:
    """Keep the next revision and make it the deal's current one. The event that tells of it is the verb's to append."""
    number, revision = deal.revision + 1, revise(offer)
    digest = documents.store_revision(work, deal.id, number, revision, by=deal.actor)
    private_documents.store_private_figures(work, deal.id, number, private)
    contract = revision.totals.contract
    move(
        work,
        deal,
        verb,
        revision=number,
        digest=digest,
        title=offer.title,
        company=offer.buyer.name,
        language=offer.language,
        valid_until=offer.valid_until_instant,
        contract_net=money.to_minor(contract.net, offer.currency),
        contract_total=money.to_minor(contract.total, offer.currency),
    )
    approvals = tables.approval
    work.connection.execute(
        update(approvals)
        .where(approvals.c.deal_id == deal.id, approvals.c.state == "waiting")
        .values(state="overtaken", decided_at=work.now)
    )
    return Published(revision=number, digest=digest)


def changed_subjects(before: Offer, after: Offer) -> tuple[str, ...]:
    """What differs, new and gone parts included, as "line:KEY", "term:KEY", "adjustment:KEY" and "standing:KEY"."""
    then, now = _parts(before), _parts(after)
    return tuple(subject for subject in now | then if now.get(subject) != then.get(subject))


def _parts(offer: Offer) -> dict[str, object]:
    return {
        f"{kind}:{part.key}": part
        for kind, parts in (
            ("line", offer.lines),
            ("term", offer.terms),
            ("adjustment", offer.adjustments),
            ("standing", offer.standing_offers),
        )
        for part in parts
    }


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
