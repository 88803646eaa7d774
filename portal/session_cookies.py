"""The session cookies: write them, and find the session of a request or a socket.

Buyers and reps have different cookies, so that one browser can hold a session of each.
"""

from datetime import timedelta

from litestar.datastructures import Cookie

from portal import access
from portal.access import BuyerSession, DeskSession
from portal.request import Connection
from portal.settings import Settings

BUYER, DESK = "parley_buyer", "parley_desk"


def cookie_name(settings: Settings, name: str) -> str:
    """Return the full name. With the prefix `__Host-` (https), no other host and no plain-http page can set the cookie."""
    return f"__Host-{name}" if settings.secure else name


def session_cookie(settings: Settings, name: str, value: str, life: timedelta) -> Cookie:
    return Cookie(
        key=cookie_name(settings, name),
        value=value,
        max_age=int(life.total_seconds()),
        path="/",
        httponly=True,
        secure=settings.secure,
        samesite="lax",
    )


def expired_cookie(settings: Settings, name: str) -> Cookie:
    return session_cookie(settings, name, "", timedelta(0))


def buyer_session(connection: Connection) -> BuyerSession | None:
    """Return the buyer's session that the cookie names. It may have ended."""
    value = _cookie(connection, BUYER)
    return BuyerSession(access.token_hash(value)) if value else None


def desk_session(connection: Connection) -> DeskSession | None:
    """Return the rep's session that the cookie names. It may have ended."""
    value = _cookie(connection, DESK)
    return DeskSession(access.token_hash(value)) if value else None


def _cookie(connection: Connection, name: str) -> str:
    settings: Settings = connection.app.state.services.settings
    return connection.cookies.get(cookie_name(settings, name), "")
