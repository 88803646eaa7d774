"""The step that every publishing verb shares: from an offer to the deal's next revision."""

from collections.abc import Mapping

import msgspec
from sqlalchemy import delete, select, update

from portal.access import Deal
from portal.commands.issue_link import addressees, grant
from portal.commands.moving import move
from portal.commands.unit_of_work import UnitOfWork
from portal.domain import ledger, money
from portal.domain.lifecycle import Verb
from portal.domain.mail import Mail, Template
from portal.domain.revision import Offer, PrivateFigures
from portal.domain.totals import revise
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
    digest = documents.keep(work, deal.id, number, revision, by=deal.actor)
    private_documents.keep(work, deal.id, number, private)
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


def forget_edits(work: UnitOfWork, deal: Deal) -> None:
    """The rep's own edits have become part of a revision."""
    work.connection.execute(delete(tables.revision_draft).where(tables.revision_draft.c.deal_id == deal.id))


def tell_buyers(
    work: UnitOfWork, deal: Deal, template: Template, offer: Offer, context: Mapping[str, str]
) -> None:
    """A mail to every contact of the deal who may act on it, with a link of their own: it opens on any device. Nothing to
    those whose right was taken back."""
    for person in addressees(work, deal, acting=True):
        work.enqueue_mail(
            Mail(
                template=template,
                to_name=person.name,
                to_email=person.email,
                language=offer.language,
                context={
                    "url": grant(work, deal, person, "mailed"),
                    "seller": offer.seller.name,
                    "title": offer.title,
                    "company": offer.buyer.name,
                    "number": deal.number,
                    "name": person.name,
                    **context,
                },
            ),
            deal.id,
        )


def tell_sellers(
    work: UnitOfWork, deal: Deal, template: Template, context: Mapping[str, str], *, managers: bool = False
) -> None:
    """A mail to the deal's owner; to every manager when `managers`, or to every rep when nobody owns it."""
    rep = tables.rep
    query = select(rep.c.name, rep.c.email, rep.c.language).where(rep.c.active)
    if managers:
        query = query.where(rep.c.role != "rep")
    elif deal.owner_id:
        query = query.where(rep.c.id == deal.owner_id)
    for person in work.connection.execute(query):
        work.enqueue_mail(
            Mail(
                template=template,
                to_name=person.name,
                to_email=person.email,
                language=person.language,
                context={
                    "url": f"{work.public_url}/desk/deals/{deal.id}",
                    "title": deal.title,
                    "company": deal.company,
                    "number": deal.number,
                    "name": person.name,
                    **context,
                },
            ),
            deal.id,
        )


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
    signed: ledger.Signature,
    *,
    changed: tuple[str, ...] = (),
    counteroffers: tuple[str, ...] = (),
    answers: tuple[ledger.Answered, ...] = (),
    standing_offer: str = "",
) -> ledger.RevisionPublished:
    """The event that tells of a published revision. `changed`: what `changed_subjects` found; `standing_offer`: the label of
    one that was taken."""
    return ledger.RevisionPublished(
        revision=published.revision,
        digest=published.digest,
        signed=signed,
        counteroffers=counteroffers,
        answers=answers,
        changed=changed,
        standing_offer=standing_offer,
    )
