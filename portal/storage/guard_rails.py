"""Policies and limits of the seller, and how far each deal has used them.

This is separate from `documents`, so that code for buyers cannot import it.
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple, TypeVar

import msgspec
from sqlalchemy import func, select

from portal.domain.ledger import ledger
from portal.domain.ledger.shared_events import RevisionPublished
from portal.domain.offer import money
from portal.domain.policy import policy as policies
from portal.domain.policy.authority import Authority
from portal.domain.policy.policy import Caps, Policy, Used
from portal.storage import tables
from portal.storage.session import Transaction

R = TypeVar("R", bound=msgspec.Struct)
CAPS = "caps"
# The publisher of revisions that answer a counteroffer automatically.
POLICY = "system:policy"
# A line whose tries failed so often in one deal is for a person, and so is a policy for one buyer's mail domain.
MOST_FAILURES = 3
MOST_DOMAIN_FAILURES = 5


def read_policies(transaction: Transaction, company: str, owner: str | None) -> Mapping[str, Policy]:
    """Return the active policies for a deal with `company` owned by `owner`: by id, in the order of their names."""
    table = tables.policy
    rows = transaction.connection.execute(
        select(table.c.id, table.c.document).where(table.c.active).order_by(table.c.name, table.c.id)
    )
    decoded = {row.id: msgspec.json.decode(row.document, type=Policy) for row in rows}
    return {key: each for key, each in decoded.items() if policies.concerns(each, company, owner)}


def read_caps(transaction: Transaction) -> Caps:
    """Return the limits on what policies may concede in one deal; the defaults until they are set."""
    return _read_rail(transaction, CAPS, Caps) or Caps()


def read_authority(transaction: Transaction, actor: str) -> Authority:
    """Return the limits of "rep:ID"; none for managers and admins, and none when none are set."""
    return _read_rail(transaction, actor, Authority) or Authority()


def read_last_rep_revision(transaction: Transaction, deal_id: str, until: int) -> int:
    """Return the newest revision up to `until` that a rep or an import published."""
    table = tables.revision
    rows = transaction.connection.execute(
        select(table.c.number, table.c.published_by)
        .where(table.c.deal_id == deal_id, table.c.number <= until)
        .order_by(table.c.number.desc())
    )
    numbers = (row.number for row in rows if is_by_rep(row.published_by))
    return next(numbers, 1)


def is_by_rep(published_by: str) -> bool:
    """Whether a rep or an import published the revision, so that secret limits may be tried again."""
    return published_by != POLICY and not published_by.startswith("contact:")


class Tries(NamedTuple):
    """What was tried in one deal. `since`: the revision in which a person last answered or changed a line or term; 1 for
    those that are not named. `spent`: those whose one try since then is used up, or whose tries failed too often."""

    since: Mapping[str, int]
    spent: frozenset[str]


def read_tries(transaction: Transaction, deal_id: str) -> Tries:
    """Return on which lines and terms a secret limit was tried."""
    table, events = tables.policy_try, tables.event
    rows = transaction.connection.execute(
        select(events.c.body, events.c.personal)
        .where(events.c.deal_id == deal_id, tables.kind_is("revision"))
        .order_by(events.c.seq)
    )
    since: dict[str, int] = {}
    for row in rows:
        body = ledger.decode_body(row.body, row.personal)
        # A take-back changes lines back, and decides nothing about them.
        if isinstance(body, RevisionPublished) and body.signed == "rep" and not body.takes_back:
            subjects = {*body.changed, *(each.change.subject for each in body.answers)}
            since |= dict.fromkeys(subjects, body.revision)
    tries = transaction.connection.execute(select(table).where(table.c.deal_id == deal_id)).all()
    failed = Counter(row.subject for row in tries if row.failed)
    used_up = {row.subject for row in tries if row.since >= since.get(row.subject, 1)}
    return Tries(
        since, frozenset(used_up | {each for each, times in failed.items() if times >= MOST_FAILURES})
    )


def read_failing_policies(transaction: Transaction, domain: str, after: datetime) -> frozenset[str]:
    """Return the policies that failed too often for one buyer's mail domain since `after`."""
    table = tables.policy_failure
    return frozenset(
        transaction.connection.execute(
            select(table.c.policy_id)
            .where(table.c.domain == domain, table.c.at >= after)
            .group_by(table.c.policy_id)
            .having(func.count() >= MOST_DOMAIN_FAILURES)
        ).scalars()
    )


def read_usage(
    transaction: Transaction, deal_id: str, currency: str, *, until: int
) -> tuple[Used, Mapping[str, Used]]:
    """Return what was conceded in this deal: in total, and by policy id ("" for the private limits of lines).

    The total's concession is what was given up to revision `until`; what came later is measured against that one.
    """
    table = tables.policy_use
    rows = transaction.connection.execute(select(table).where(table.c.deal_id == deal_id)).all()
    total = Used(
        uses=len({row.revision for row in rows}),
        concession=money.from_minor(sum(row.concession for row in rows if row.revision <= until), currency),
    )
    by_policy: dict[str, Used] = {}
    for row in rows:
        before = by_policy.get(row.policy_id, Used())
        concession = money.add([before.concession, money.from_minor(row.concession, currency)])
        by_policy[row.policy_id] = Used(uses=before.uses + 1, concession=concession)
    return total, by_policy


def _read_rail(transaction: Transaction, subject: str, kind: type[R]) -> R | None:
    table = tables.guard_rail
    stored = transaction.connection.execute(
        select(table.c.document).where(table.c.subject == subject)
    ).scalar()
    return msgspec.json.decode(stored, type=kind) if stored else None
