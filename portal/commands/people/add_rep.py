"""Add somebody of the seller's, or change their name and role."""

import msgspec
from sqlalchemy import insert, select, update

from portal.access import DeskSession, System, new_id, rep_for
from portal.commands.people.add_contact import checked_address
from portal.commands.text import written
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal import lifecycle, roles
from portal.errors import Invalid, NotAllowed, Sentence, either
from portal.storage import tables


class RepAdded(msgspec.Struct, frozen=True, kw_only=True):
    id: str


@command("add_rep")
def add_rep(
    work: UnitOfWork, *, email: str, name: str, role: str, actor: DeskSession | System | None = None
) -> RepAdded:
    """Adding a known address again changes name and role. A manager may add reps, an admin everybody; None: the operator."""
    if role not in lifecycle.SELLER_ROLES:
        raise Invalid.field(
            "role",
            "“%(role)s” is not a role.",
            Sentence("Choose one of %(roles)s.", roles=either(lifecycle.SELLER_ROLES)),
            role=role,
        )
    address, rep = checked_address(email), tables.rep
    known = work.connection.execute(select(rep.c.id, rep.c.role).where(rep.c.email == address)).first()
    if isinstance(actor, DeskSession):
        mine = rep_for(work, actor.id).role
        changed = {role, known.role} if known else {role}
        denied = changed - set(roles.roles_given_by(mine))
        if denied:
            raise NotAllowed(
                "With the role %(own)s you can't give or take the role %(role)s.",
                own=lifecycle.ROLE_NAMES[mine],
                role=lifecycle.ROLE_NAMES[max(denied)],
            )
    values = {"name": written(name, "name", longest=200), "role": role, "active": True}
    if known:
        work.connection.execute(update(rep).where(rep.c.id == known.id).values(**values))
        return RepAdded(id=known.id)
    rep_id = new_id()
    work.connection.execute(insert(rep).values(id=rep_id, email=address, created_at=work.now, **values))
    return RepAdded(id=rep_id)
