"""Whether the session and the right behind an open socket still hold."""

from portal.reading.deal_page.socket_watch import SessionRights
from realtime.close_codes import NOT_ALLOWED, SIGN_IN
from realtime.hub.subscription import Subscription


def end_without_right(subscription: Subscription, rights: SessionRights) -> None:
    """End a socket whose session has ended or whose grant was revoked; another role needs another page."""
    session = subscription.actor.id
    if subscription.party == "seller":
        role, close_code = rights.reps.get(session), SIGN_IN
    elif session not in rights.sessions:
        role, close_code = None, SIGN_IN
    else:
        role, close_code = rights.grants.get((session, subscription.deal_id)), NOT_ALLOWED
    if role is None:
        subscription.end(close_code)
    elif role != subscription.role:
        subscription.end(must_reload=True)
