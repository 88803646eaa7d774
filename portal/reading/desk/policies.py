"""What the seller allows without asking, who changed it, and how often. For the seller's pages alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, select

from portal.domain.policy.authority import Authority
from portal.domain.policy.policy import Caps, Policy
from portal.errors import NotFound
from portal.reading.desk import installation
from portal.reading.desk.installation import Colleague
from portal.storage import guard_rails, tables
from portal.storage.session import Transaction

NEWEST = 30


@dataclass(frozen=True, kw_only=True)
class PolicyView:
    """`owner`: the name of the rep it is for, "" for all; `uses`: how often it has answered, in all deals."""

    id: str
    policy: Policy
    owner: str
    uses: int


@dataclass(frozen=True, kw_only=True)
class RailChange:
    """One entry of the history. `name` is what it was called then: the policy's or the rep's name, "" for the caps."""

    subject: str
    kind: str
    name: str
    number: int
    at: datetime
    who: str
    policy: Policy | None
    caps: Caps | None
    authority: Authority | None


@dataclass(frozen=True, kw_only=True)
class Policies:
    """Everything of the page, `changes` newest first."""

    policies: tuple[PolicyView, ...]
    caps: Caps
    reps: tuple[tuple[Colleague, Authority], ...]
    changes: tuple[RailChange, ...]


def load(transaction: Transaction) -> Policies:
    table, people = tables.policy, installation.colleagues(transaction)
    names = {person.id: person.name for person in people}
    use = tables.policy_use
    counts = select(use.c.policy_id, func.count()).group_by(use.c.policy_id)
    uses = {row[0]: row[1] for row in transaction.connection.execute(counts)}
    rows = transaction.connection.execute(select(table).order_by(table.c.active.desc(), table.c.name)).all()
    return Policies(
        policies=tuple(_view(row, names, uses) for row in rows),
        caps=guard_rails.read_caps(transaction),
        reps=tuple(
            (each, guard_rails.read_authority(transaction, f"rep:{each.id}"))
            for each in people
            if each.has_limits
        ),
        changes=_changes(transaction, names),
    )


def one(transaction: Transaction, policy_id: str) -> Policy:
    """NotFound when there is no such policy."""
    table = tables.policy
    document = transaction.connection.execute(
        select(table.c.document).where(table.c.id == policy_id)
    ).scalar()
    if document is None:
        raise NotFound("There is no such policy.")
    return msgspec.json.decode(document, type=Policy)


def _view(row: Any, names: dict[str, str], uses: dict[str, int]) -> PolicyView:
    policy = msgspec.json.decode(row.document, type=Policy)
    return PolicyView(id=row.id, policy=policy, owner=names.get(policy.owner, ""), uses=uses.get(row.id, 0))


def _changes(transaction: Transaction, names: dict[str, str]) -> tuple[RailChange, ...]:
    table = tables.rail_change
    rows: Sequence[Any] = transaction.connection.execute(
        select(table).order_by(table.c.changed_at.desc(), table.c.number.desc()).limit(NEWEST)
    ).all()
    return tuple(_change(row, names) for row in rows)


def _change(row: Any, names: dict[str, str]) -> RailChange:
    kind, _, key = row.subject.partition(":")
    policy = msgspec.json.decode(row.document, type=Policy) if kind == "policy" else None
    return RailChange(
        subject=row.subject,
        kind=kind,
        name=policy.name if policy else names.get(key, ""),
        number=row.number,
        at=row.changed_at,
        who=names.get(row.changed_by.removeprefix("rep:"), ""),
        policy=policy,
        caps=msgspec.json.decode(row.document, type=Caps) if kind == "caps" else None,
        authority=msgspec.json.decode(row.document, type=Authority) if kind == "rep" else None,
    )
