"""The cookies that name a session, and whose session a request or a socket comes with.

A buyer's session and a rep's are different cookies, so that one browser can hold both.
"""

from datetime import timedelta

from litestar.datastructures import Cookie

from portal import access
from portal.access import BuyerSession, DeskSession
from portal.request import Connection
from portal.settings import Settings

BUYER, DESK = "parley_buyer", "parley_desk"


def cookie_name(settings: Settings, name: str) -> str:
    """`__Host-` on https: then no other host and no plain-http page can set it."""
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


def ended_cookie(settings: Settings, name: str) -> Cookie:
    return session_cookie(settings, name, "", timedelta(0))


def buyer_session(connection: Connection) -> BuyerSession | None:
    """The buyer's session that the cookie names, alive or not."""
    value = _cookie(connection, BUYER)
    return BuyerSession(access.token_hash(value)) if value else None


def desk_session(connection: Connection) -> DeskSession | None:
    """The rep's session that the cookie names, alive or not."""
    value = _cookie(connection, DESK)
    return DeskSession(access.token_hash(value)) if value else None


def _cookie(connection: Connection, name: str) -> str:
    settings: Settings = connection.app.state.services.settings
    return connection.cookies.get(cookie_name(settings, name), "")
