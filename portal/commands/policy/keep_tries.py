"""What is remembered of a try, so that nobody finds a secret limit by trying: which lines, and whose policy failed."""

from sqlalchemy import insert, select
from sqlalchemy.dialects import postgresql, sqlite

from portal.access import Deal
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change.counteroffer import Counteroffer
from portal.domain.policy.auto_answer import Judgement
from portal.storage import tables
from portal.storage.guard_rails import Tries


def keep_tries(
    work: UnitOfWork, deal: Deal, ask: Counteroffer, tries: Tries, judged: Judgement, *, failed: bool
) -> None:
    dialect = sqlite if work.connection.dialect.name == "sqlite" else postgresql
    rows = [
        {
            "deal_id": deal.id,
            "since": tries.since.get(subject, 1),
            "subject": subject,
            "counteroffer_id": ask.id,
            "failed": failed,
        }
        for subject in sorted(judged.tries)
    ]
    if rows:
        work.connection.execute(dialect.insert(tables.policy_try).values(rows).on_conflict_do_nothing())


def keep_failures(work: UnitOfWork, ask: Counteroffer, domain: str, judged: Judgement) -> None:
    rows = [
        {"policy_id": policy, "domain": domain, "counteroffer_id": ask.id, "at": work.now}
        for policy in sorted(judged.considered)
    ]
    if rows:
        work.connection.execute(insert(tables.policy_failure).values(rows))


def mail_domain(work: UnitOfWork, deal: Deal) -> str:
    contact = tables.contact
    email = work.connection.execute(select(contact.c.email).where(contact.c.id == deal.contact_id)).scalar()
    return (email or "").rpartition("@")[2]
