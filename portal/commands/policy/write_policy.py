"""Write, change or switch a policy. What it said before is kept, with who changed it and when."""

from typing import Any

import msgspec
from msgspec.structs import replace
from sqlalchemy import insert, select, update

from portal.access import Actor, new_id
from portal.commands.policy.set_guard_rail import keep_history, managing
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.offer import money
from portal.domain.policy.policy import MOST_STARS, Policy
from portal.errors import Invalid, NotFound, Problem
from portal.storage import tables

MOST_USES = 1_000
_policies = msgspec.json.Decoder(Policy)


class Written(msgspec.Struct, frozen=True, kw_only=True):
    id: str


@command("write_policy")
def write_policy(work: UnitOfWork, actor: Actor, *, policy: Policy, policy_id: str | None = None) -> Written:
    """A new policy, or another wording of one that is there. NotAllowed for a rep; Invalid with a problem per field."""
    who = managing(work, actor)
    said = _checked(policy)
    if policy_id is None:
        policy_id = new_id()
        work.connection.execute(insert(tables.policy).values(id=policy_id, **_row(work, who, said)))
    else:
        _stored(work, policy_id)
        _update(work, policy_id, who, said)
    keep_history(work, f"policy:{policy_id}", who, said)
    return Written(id=policy_id)


@command("write_policy.switch_policy")
def switch_policy(work: UnitOfWork, actor: Actor, *, policy_id: str, active: bool) -> Written:
    """Off: it answers nothing any more. What it has given stays given."""
    who = managing(work, actor)
    said = replace(_stored(work, policy_id), active=active)
    _update(work, policy_id, who, said)
    keep_history(work, f"policy:{policy_id}", who, said)
    return Written(id=policy_id)


def _stored(work: UnitOfWork, policy_id: str) -> Policy:
    table = tables.policy
    # Locked, so that of two who change it at once each is kept in the history.
    document = work.connection.execute(
        select(table.c.document).where(table.c.id == policy_id).with_for_update()
    ).scalar()
    if document is None:
        raise NotFound("There is no such policy.")
    return _policies.decode(document)


def _update(work: UnitOfWork, policy_id: str, who: str, policy: Policy) -> None:
    table = tables.policy
    work.connection.execute(update(table).where(table.c.id == policy_id).values(**_row(work, who, policy)))


def _row(work: UnitOfWork, who: str, policy: Policy) -> dict[str, Any]:
    return {
        "name": policy.name,
        "active": policy.active,
        "document": msgspec.json.encode(policy),
        "changed_by": who,
        "changed_at": work.now,
    }


def _checked(policy: Policy) -> Policy:
    problems: list[Problem] = []
    for field in ("discount_percent", "margin_percent", "concession_percent"):
        value = getattr(policy, field)
        if value is not None and not money.ZERO <= value <= 100:
            problems.append(Problem(field, "This is not between 0 and 100 percent."))
    if not 1 <= policy.uses <= MOST_USES:
        problems.append(
            Problem.of(
                "uses", "This is not between 1 and %(limit)s.", "Switch it off instead.", limit=MOST_USES
            )
        )
    if not (policy.discount_percent or policy.quantities or policy.terms):
        problems.append(
            Problem("discount_percent", "It allows nothing yet.", "Give a discount, quantities or a term.")
        )
    problems += [
        Problem.of(field, "At most %(count)s stars fit.", count=MOST_STARS)
        for field in ("product", "company")
        if getattr(policy, field).count("*") > MOST_STARS
    ]
    if problems:
        raise Invalid("This policy can't be kept as it is.", problems)
    return replace(
        policy,
        name=written(policy.name, "name", longest=200),
        product=written(policy.product, "product", longest=200, required=False),
        company=written(policy.company, "company", longest=200, required=False),
    )
