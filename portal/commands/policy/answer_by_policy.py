"""Answer a counteroffer at once, in the transaction that makes it, when all of it lies inside what the seller pre-approved.

Whatever comes out, a buyer learns one bit at most of each line and term, until a rep's next revision: what is tried is
written down whether it held or not, and before anything else can be asked.
"""

from collections.abc import Sequence

from msgspec.structs import replace
from sqlalchemy import insert
from sqlalchemy.dialects import postgresql, sqlite

from portal.access import Deal
from portal.commands.mail.notify import notify_buyers
from portal.commands.negotiation import open_asks
from portal.commands.revision import publish, publish_revision
from portal.commands.revision.revision_mail import revision_values
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import change as changing
from portal.domain.change.apply import apply
from portal.domain.change.counteroffer import Counteroffer
from portal.domain.ledger import ledger, seller_events, shared_events
from portal.domain.offer import money
from portal.domain.offer.revision import Offer, PrivateFigures
from portal.domain.policy import auto_answer, margin
from portal.domain.policy.auto_answer import Judgement, Situation
from portal.storage import documents, guard_rails, private_documents, tables


def answer_by_policy(work: UnitOfWork, deal: Deal, ask: Counteroffer) -> int:
    """The number of the revision that answers it; 0 when it goes to a person."""
    offer = documents.read_revision(work, deal.id, deal.revision).offer
    private = private_documents.read_private_figures(work, deal.id, deal.revision)
    since = guard_rails.read_last_rep_revision(work, deal.id, deal.revision)
    used, used_by = guard_rails.read_usage(work, deal.id, deal.currency)
    judged = auto_answer.judge(
        Situation(
            offer=offer,
            changes=ask.changes,
            private=private,
            policies=guard_rails.read_policies(work, deal.company, deal.owner_id),
            caps=guard_rails.read_caps(work),
            spent=guard_rails.read_tried_subjects(work, deal.id, since),
            used=used,
            used_by=used_by,
        )
    )
    _spend(work, deal, since, ask, judged.tries)
    return _publish(work, deal, ask, offer, private, judged) if judged.granted else 0


def _spend(work: UnitOfWork, deal: Deal, since: int, ask: Counteroffer, tried: frozenset[str]) -> None:
    dialect = sqlite if work.connection.dialect.name == "sqlite" else postgresql
    rows = [
        {"deal_id": deal.id, "since": since, "subject": subject, "counteroffer_id": ask.id}
        for subject in sorted(tried)
    ]
    if rows:
        work.connection.execute(dialect.insert(tables.policy_try).values(rows).on_conflict_do_nothing())


def _publish(  # noqa: PLR0917 - what was asked, and what it is judged by
    work: UnitOfWork,
    deal: Deal,
    ask: Counteroffer,
    offer: Offer,
    private: PrivateFigures,
    judged: Judgement,
) -> int:
    offered = apply(offer, ask.changes, concession=True, round_number=publish_revision.round_of(work, deal))
    seller = replace(
        deal, actor=guard_rails.POLICY, actor_name=offer.seller.name, party="seller", role="admin"
    )
    published = publish.publish(work, seller, offered, private)
    open_asks.set_state(work, [ask.id], "answered")
    work.append(
        deal.id,
        seller.actor,
        publish.event(
            published,
            "policy",
            changed=publish.changed_subjects(offer, offered),
            counteroffers=(ask.id,),
        ),
        ledger.Personal(answers=_answers(ask, offer)),
    )
    _keep_use(work, deal, published.revision, judged)
    earned = margin.margin(offer, private), margin.margin(offered, private)
    work.append(
        deal.id,
        seller.actor,
        seller_events.AnsweredByPolicy(
            revision=published.revision,
            counteroffer=ask.id,
            grounds=judged.grounds,
            concession=judged.concession,
            currency=deal.currency,
            margin_before=_earned(earned[0]),
            margin_after=_earned(earned[1]),
        ),
    )
    told = {
        "revision": str(published.revision),
        **revision_values(work, deal, published, _answers(ask, offer)),
    }
    notify_buyers(work, seller, shared_events.RevisionPublished, offered, told)
    return published.revision


def _answers(ask: Counteroffer, offer: Offer) -> tuple[shared_events.Answered, ...]:
    return tuple(
        shared_events.Answered(
            change=change,
            verdict="accept",
            offered=changing.current(offer, change),
            answered=change.value,
        )
        for change in ask.changes
    )


def _keep_use(work: UnitOfWork, deal: Deal, revision: int, judged: Judgement) -> None:
    """What the offer prices by itself is no use of anything."""
    rows: Sequence[dict[str, object]] = [
        {
            "deal_id": deal.id,
            "revision": revision,
            "policy_id": policy_id,
            "concession": money.to_minor(given, deal.currency),
        }
        for policy_id, given in judged.conceded_by.items()
    ]
    if rows:
        work.connection.execute(insert(tables.policy_use).values(rows))


def _earned(earned: margin.Margin) -> seller_events.Earned:
    return seller_events.Earned(amount=earned.amount, percent=earned.percent)
