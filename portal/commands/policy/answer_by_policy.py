"""Answer a counteroffer at once, in the transaction that makes it, when all of it lies inside what the seller pre-approved.

Whatever comes out, a buyer learns one bit at most of each line and term, until a rep's next revision: what is tried is
written down whether it held or not, and before anything else can be asked.
"""

from collections.abc import Sequence
from datetime import timedelta

import structlog
from msgspec.structs import replace
from sqlalchemy import insert
from sqlalchemy.exc import SQLAlchemyError

from portal.access import Deal
from portal.commands.mail.notify import notify_buyers
from portal.commands.negotiation import open_asks
from portal.commands.policy.keep_tries import keep_failures, keep_tries, mail_domain
from portal.commands.revision import publish, publish_revision
from portal.commands.revision.revision_mail import revision_values
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change import change as changing
from portal.domain.change import price_ask
from portal.domain.change.counteroffer import Counteroffer
from portal.domain.change.fields import PRICE
from portal.domain.difference.changed_subjects import changed_subjects
from portal.domain.ledger import ledger, seller_events, shared_events
from portal.domain.offer import money
from portal.domain.offer.revision import Offer, PrivateFigures
from portal.domain.policy import auto_answer, margin
from portal.domain.policy.auto_answer import Judgement
from portal.domain.policy.gate import Cleared
from portal.domain.policy.situation import Situation
from portal.errors import Refused
from portal.storage import documents, guard_rails, private_documents, signatures, tables

log = structlog.get_logger()
# How long a buyer's mail domain is remembered for the tries that failed.
DOMAIN_MEMORY = timedelta(days=90)


def answer_by_policy(work: UnitOfWork, deal: Deal, ask: Counteroffer) -> int:
    """The number of the revision that answers it; 0 when it goes to a person."""
    private = private_documents.read_private_figures(work, deal.id, deal.revision)
    before = signatures.read_before(work, deal.id, deal.revision)
    tries, domain, caps = (
        guard_rails.read_tries(work, deal.id),
        mail_domain(work, deal),
        guard_rails.read_caps(work),
    )
    person = signatures.read_person_number(work, deal.id)
    used, used_by = guard_rails.read_usage(work, deal.id, deal.currency, until=person)
    failing = guard_rails.read_failing_policies(work, domain, work.now - DOMAIN_MEMORY)
    policies = guard_rails.read_policies(work, deal.company, deal.owner_id)
    judged = auto_answer.judge(
        Situation(
            before=before,
            changes=ask.changes,
            private=private,
            asked_of=documents.read_revision(work, deal.id, ask.base_revision).offer,
            person=documents.read_revision(work, deal.id, person).offer,
            policies={key: each for key, each in policies.items() if key not in failing},
            caps=caps,
            spent=tries.spent,
            used=used,
            used_by=used_by,
            day_percent=caps.day_percent,
        ),
        round_number=publish_revision.round_of(work, deal),
    )
    revision = _published(work, deal, ask, private, judged)
    keep_tries(work, deal, ask, tries, judged, failed=not revision)
    if not revision and judged.tries.isdisjoint(tries.spent):
        keep_failures(work, ask, domain, judged)
    return revision


def _published(
    work: UnitOfWork, deal: Deal, ask: Counteroffer, private: PrivateFigures, judged: Judgement
) -> int:
    """The revision, or 0. Whatever goes wrong in publishing ends like a refusal: an error would tell that it was granted."""
    if judged.cleared is None:
        return 0
    appended, changed = len(work.appended), set(work.changed_deals)
    try:
        with work.connection.begin_nested():
            return _publish(work, deal, ask, private, judged, judged.cleared)
    except (Refused, ArithmeticError, ValueError, SQLAlchemyError):
        log.exception("automatic_answer_failed", deal=deal.number)
        del work.appended[appended:]
        work.changed_deals.intersection_update(changed)
        return 0


def _publish(  # noqa: PLR0917 - what was asked, and what it is judged by
    work: UnitOfWork,
    deal: Deal,
    ask: Counteroffer,
    private: PrivateFigures,
    judged: Judgement,
    cleared: Cleared,
) -> int:
    offer = documents.read_revision(work, deal.id, deal.revision).offer
    offered = cleared.offer
    seller = replace(
        deal, actor=guard_rails.POLICY, actor_name=offer.seller.name, party="seller", role="admin"
    )
    published = publish.publish(work, seller, cleared)
    open_asks.set_state(work, [ask.id], "answered")
    work.append(
        deal.id,
        seller.actor,
        publish.event(
            published,
            "policy",
            changed=changed_subjects(offer, offered),
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
    nets = price_ask.asked_nets(offer, ask.changes)
    return tuple(
        shared_events.Answered(
            change=change,
            verdict="accept",
            offered=changing.current(offer, change),
            answered=change.value,
            net=nets.get(change.subject, "") if change.field in PRICE else "",
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
