"""What stands round every page of the desk: who is signed in, and what waits."""

from dataclasses import dataclass

from sqlalchemy import func, select

from portal.access import DeskSession, Rep, rep_for
from portal.domain.deal import roles
from portal.reading.desk import inbox
from portal.storage import tables
from portal.storage.session import Transaction


@dataclass(frozen=True, kw_only=True)
class Frame:
    """`needs`: deals that wait for this rep; `approvals`: decisions that wait for a manager; `epoch`: the database's."""

    rep: Rep
    seller: str
    epoch: str
    needs: int
    approvals: int

    def may(self, capability: str) -> bool:
        return roles.may(self.rep.role, capability)

    def require(self, capability: str) -> None:
        roles.require(self.rep.role, capability)

    @property
    def gives_roles(self) -> tuple[str, ...]:
        """The roles that whoever is signed in may give."""
        return roles.roles_given_by(self.rep.role)


def frame(transaction: Transaction, actor: DeskSession) -> Frame:
    """SignInNeeded when the session has ended."""
    rep = rep_for(transaction, actor.id)
    installation = transaction.connection.execute(
        select(tables.installation.c.seller_name, tables.installation.c.epoch)
    ).first()
    approvals = transaction.connection.execute(
        select(func.count()).select_from(tables.approval).where(tables.approval.c.state == "waiting")
    ).scalar_one()
    return Frame(
        rep=rep,
        seller=installation.seller_name if installation else "",
        epoch=installation.epoch if installation else "",
        needs=inbox.needing(transaction, rep.id),
        approvals=approvals,
    )
