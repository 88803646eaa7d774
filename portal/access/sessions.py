"""The session behind an actor. It is read in each transaction, so a revocation takes effect at once."""

from portal.access.actors import Actor, BuyerSession, DeskSession, Rep, System
from portal.access.queries import CSRF, REP
from portal.domain.deal import roles
from portal.domain.ledger.event_body import PartyName
from portal.errors import NotFound, SignInNeeded
from portal.storage.session import Transaction


def rep_for(transaction: Transaction, session_id: str) -> Rep:
    """Return the rep who is signed in with this session; SignInNeeded when it has ended or the rep is not active."""
    row = transaction.connection.execute(REP, {"session": session_id, "now": transaction.now}).first()
    if row is None:
        raise SignInNeeded("You are signed out. Ask for a new sign-in link.")
    return Rep(**row._mapping)


def seller_role(transaction: Transaction, actor: Actor) -> str:
    """Return the actor's role in the installation (receivers, orders); NotFound for a buyer."""
    match actor:
        case DeskSession(id=session_id):
            return rep_for(transaction, session_id).role
        case System():
            return "admin"
        case BuyerSession():
            raise NotFound("There is no such page.")


def require(transaction: Transaction, actor: Actor, capability: str) -> None:
    """Raise NotAllowed when the actor's role does not have this capability; NotFound for a buyer."""
    roles.require(seller_role(transaction, actor), capability)


def csrf_for(transaction: Transaction, actor: BuyerSession | DeskSession) -> str:
    """Return the token that unsafe requests of this session must carry; SignInNeeded when the session has ended."""
    party: PartyName = "buyer" if isinstance(actor, BuyerSession) else "seller"
    parameters = {"session": actor.id, "now": transaction.now}
    token = transaction.connection.execute(CSRF[party], parameters).scalar()
    if token is None:
        raise SignInNeeded("This session has ended. Open the link from your mail again.")
    return str(token)
