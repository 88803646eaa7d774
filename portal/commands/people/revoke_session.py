"""End a session of somebody of the seller's; its sockets close within seconds."""

from sqlalchemy import select, update

from portal.access import DeskSession, System, rep_for
from portal.commands.people.sign_in import Done
from portal.database.command_metrics import command
from portal.database.unit_of_work import UnitOfWork
from portal.domain.deal import roles
from portal.errors import NotFound
from portal.storage import tables


@command("revoke_session")
def revoke_session(work: UnitOfWork, actor: DeskSession | System, session_id: str) -> Done:
    """One's own always; others' as a manager. NotFound when there is no such session."""
    session = tables.session
    row = work.connection.execute(
        select(session.c.rep_id).where(session.c.id == session_id, session.c.party == "seller")
    ).first()
    if row is None:
        raise NotFound("There is no such session.")
    if isinstance(actor, DeskSession):
        rep = rep_for(work, actor.id)
        if row.rep_id != rep.id:
            roles.require(rep.role, "end_sessions")
    work.connection.execute(
        update(session)
        .where(session.c.id == session_id, session.c.revoked_at.is_(None))
        .values(revoked_at=work.now)
    )
    return Done()
