"""What the seller allows without asking, and what has been tried and given. Apart from `documents`, as the private figures
are: code for buyers has nothing to read it with."""

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
# Who signs what is answered at once.
POLICY = "system:policy"


def active(transaction: Transaction, company: str, owner: str | None) -> Mapping[str, Policy]:
    """The policies that concern a deal with `company` led by `owner`, by id, in the order of their names."""
    table = tables.policy
    rows = transaction.connection.execute(
        select(table.c.id, table.c.document).where(table.c.active).order_by(table.c.name, table.c.id)
    )
    decoded = {row.id: msgspec.json.decode(row.document, type=Policy) for row in rows}
    return {key: each for key, each in decoded.items() if policies.concerns(each, company, owner)}


def caps(transaction: Transaction) -> Caps:
    """Of all that is given in one deal without a person; the defaults until somebody sets them."""
    return _rail(transaction, CAPS, Caps) or Caps()


def authority(transaction: Transaction, actor: str) -> Authority:
    """The limits of "rep:ID"; none for managers and admins, who approve, and none where none are set."""
    return _rail(transaction, actor, Authority) or Authority()


def last_by_rep(transaction: Transaction, deal_id: str, until: int) -> int:
    """The newest revision up to `until` that a person of the seller's (or an import) published."""
    table = tables.revision
    rows = transaction.connection.execute(
        select(table.c.number, table.c.published_by)
        .where(table.c.deal_id == deal_id, table.c.number <= until)
        .order_by(table.c.number.desc())
    )
    by_others = (row.number for row in rows if by_rep(row.published_by))
    return next(by_others, 1)


def by_rep(published_by: str) -> bool:
    """Whether a revision so signed lets secrets be tried anew: a buyer's choice or a policy's answer does not."""
    return published_by != POLICY and not published_by.startswith("contact:")


def spent(transaction: Transaction, deal_id: str, since: int) -> frozenset[str]:
    """Lines and terms on which something secret was tried since revision `since`."""
    table = tables.policy_try
    return frozenset(
        transaction.connection.execute(
            select(table.c.subject).where(table.c.deal_id == deal_id, table.c.since == since)
        ).scalars()
    )


def used(transaction: Transaction, deal_id: str, currency: str) -> tuple[Used, Mapping[str, Used]]:
    """What was given in this deal, in all and by policy id ("" for the private limits of lines)."""
    table = tables.policy_use
    rows = transaction.connection.execute(select(table).where(table.c.deal_id == deal_id)).all()
    whole = Used(
        uses=len({row.revision for row in rows}),
        concession=money.from_minor(sum(row.concession for row in rows), currency),
    )
    by: dict[str, Used] = {}
    for row in rows:
        so_far = by.get(row.policy_id, Used())
        given = money.add([so_far.concession, money.from_minor(row.concession, currency)])
        by[row.policy_id] = Used(uses=so_far.uses + 1, concession=given)
    return whole, by


def _rail(transaction: Transaction, subject: str, kind: type[R]) -> R | None:
    table = tables.guard_rail
    stored = transaction.connection.execute(
        select(table.c.document).where(table.c.subject == subject)
    ).scalar()
    return msgspec.json.decode(stored, type=kind) if stored else None
