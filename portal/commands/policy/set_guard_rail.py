"""Set what one deal may be given at once in all, or what one rep may publish alone; each change is kept, with its author."""

import msgspec
from sqlalchemy import func, insert, select
from sqlalchemy.dialects import postgresql, sqlite

from portal import access
from portal.access import Actor, DeskSession, System
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.offer import money
from portal.domain.policy.authority import Authority
from portal.domain.policy.policy import Caps
from portal.errors import Invalid, NotFound, Problem
from portal.storage import guard_rails, tables

MOST_USES = 1_000


class Set(msgspec.Struct, frozen=True, kw_only=True):
    subject: str


@command("set_guard_rail.set_caps")
def set_caps(work: UnitOfWork, actor: Actor, *, caps: Caps) -> Set:
    """Over all policies and private limits of a deal. NotAllowed for a rep; Invalid with a problem per field."""
    problems = _outside(concession_percent=caps.concession_percent, day_percent=caps.day_percent)
    if not 0 <= caps.uses <= MOST_USES:
        problems.append(
            Problem.of("uses", "This is not between 0 and %(limit)s.", "0 answers nothing.", limit=MOST_USES)
        )
    return _keep(work, actor, guard_rails.CAPS, caps, problems)


@command("set_guard_rail.set_authority")
def set_authority(work: UnitOfWork, actor: Actor, *, rep_id: str, authority: Authority) -> Set:
    """What this rep may publish without a manager, besides the floors; None takes a limit away."""
    managing(work, actor)
    if work.connection.execute(select(tables.rep.c.id).where(tables.rep.c.id == rep_id)).first() is None:
        raise NotFound("There is no such rep.")
    problems = _outside(
        discount_percent=authority.discount_percent, concession_percent=authority.concession_percent
    )
    return _keep(work, actor, f"rep:{rep_id}", authority, problems)


def managing(work: UnitOfWork, actor: Actor) -> str:
    """The actor as histories keep it; NotAllowed for a rep, NotFound for a buyer."""
    access.require(work, actor, "set_policies")
    match actor:
        case DeskSession(id=session_id):
            return f"rep:{access.rep_for(work, session_id).id}"
        case System(name=name):
            return f"system:{name}"
    raise NotFound("There is no such page.")


def keep_history(work: UnitOfWork, subject: str, who: str, document: msgspec.Struct) -> None:
    """One more state of a policy ("policy:ID") or guard rail; the row it is about must be locked already."""
    table = tables.rail_change
    last = work.connection.execute(
        select(func.max(table.c.number)).where(table.c.subject == subject)
    ).scalar()
    work.connection.execute(
        insert(table).values(
            subject=subject,
            number=(last or 0) + 1,
            document=msgspec.json.encode(document),
            changed_by=who,
            changed_at=work.now,
        )
    )


def _outside(**percents: object) -> list[Problem]:
    return [
        Problem(field, "This is not between 0 and 100 percent.")
        for field, value in percents.items()
        if value is not None and not money.ZERO <= value <= 100  # type: ignore[operator]
    ]


def _keep(
    work: UnitOfWork, actor: Actor, subject: str, document: msgspec.Struct, problems: list[Problem]
) -> Set:
    who = managing(work, actor)
    if problems:
        raise Invalid("These limits can't be kept as they are.", problems)
    dialect = sqlite if work.connection.dialect.name == "sqlite" else postgresql
    values = {"document": msgspec.json.encode(document), "changed_by": who, "changed_at": work.now}
    table = tables.guard_rail
    work.connection.execute(
        dialect.insert(table)
        .values(subject=subject, **values)
        .on_conflict_do_update(index_elements=[table.c.subject], set_=values)
    )
    keep_history(work, subject, who, document)
    return Set(subject=subject)
