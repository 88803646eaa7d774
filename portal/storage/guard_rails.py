"""Policies and limits of the seller, and how far each deal has used them.

This is separate from `documents`, so that code for buyers cannot import it.
"""

from collections.abc import Mapping
from typing import TypeVar

import msgspec
from sqlalchemy import select

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


def read_tried_subjects(transaction: Transaction, deal_id: str, since: int) -> frozenset[str]:
    """Return the lines and terms on which a secret limit was tried since revision `since`."""
    table = tables.policy_try
    return frozenset(
        transaction.connection.execute(
            select(table.c.subject).where(table.c.deal_id == deal_id, table.c.since == since)
        ).scalars()
    )


def read_usage(transaction: Transaction, deal_id: str, currency: str) -> tuple[Used, Mapping[str, Used]]:
    """Return what was conceded in this deal: in total, and by policy id ("" for the private limits of lines)."""
    table = tables.policy_use
    rows = transaction.connection.execute(select(table).where(table.c.deal_id == deal_id)).all()
    total = Used(
        uses=len({row.revision for row in rows}),
        concession=money.from_minor(sum(row.concession for row in rows), currency),
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
