"""Sessions at the edge: cookies, the actor of a request, and the token that its forms must carry.

Routes of buyers and of the desk are mounted behind `buyer_guard` and `desk_guard`: no handler of theirs runs without a
living session, and no unsafe request without that session's token. Sockets are not behind a guard (a refusal before
accept would be retried for ever): they call `buyer_session` or `desk_session` and close with a code.
"""

import hmac
from datetime import timedelta

from litestar import Request
from litestar.datastructures import Cookie
from litestar.handlers.base import BaseRouteHandler

from portal import access
from portal.access import BuyerSession, DeskSession
from portal.errors import NotAllowed, SignInNeeded
from portal.settings import Settings
from portal.web.forms import read_form
from portal.web.language import marked as _l
from portal.web.request import SAFE, Connection, HttpRequest
from portal.web.state import Services

BUYER, DESK = "parley_buyer", "parley_desk"
STALE = _l("This page is from another session. Load it afresh; what you typed is still here if you go back.")


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


async def buyer_guard(connection: Connection, handler: BaseRouteHandler) -> None:
    await _guard(connection, buyer_session(connection))


async def desk_guard(connection: Connection, handler: BaseRouteHandler) -> None:
    await _guard(connection, desk_session(connection))


def buyer_of(request: HttpRequest) -> BuyerSession:
    """Who was let in; SignInNeeded on a page that lets in others, too."""
    actor = request.scope.get("actor")
    if not isinstance(actor, BuyerSession):
        raise SignInNeeded("Open the link from your mail.")
    return actor


def rep_of(request: HttpRequest) -> DeskSession:
    actor = request.scope.get("actor")
    if not isinstance(actor, DeskSession):
        raise SignInNeeded("Please sign in.")
    return actor


async def provide_buyer(request: HttpRequest) -> BuyerSession:
    return buyer_of(request)


async def provide_desk(request: HttpRequest) -> DeskSession:
    return rep_of(request)


async def _guard(connection: Connection, actor: BuyerSession | DeskSession | None) -> None:
    if not isinstance(connection, Request):
        return
    if actor is None:
        raise SignInNeeded("Please sign in, or open the link from your mail.")
    unsafe = connection.method not in SAFE
    # Before the database is asked: if it is away, the page that says so keeps what was typed.
    sent = (
        connection.headers.get("x-csrf-token") or (await read_form(connection)).one("csrf") if unsafe else ""
    )
    services: Services = connection.app.state.services
    csrf = await services.database.read(lambda transaction: access.csrf_for(transaction, actor))
    connection.scope["actor"] = actor  # type: ignore[typeddict-unknown-key]
    connection.scope["csrf"] = csrf  # type: ignore[typeddict-unknown-key]
    if unsafe and not hmac.compare_digest(sent.encode(), csrf.encode()):
        raise NotAllowed(STALE)


def _cookie(connection: Connection, name: str) -> str:
    services: Services = connection.app.state.services
    return connection.cookies.get(cookie_name(services.settings, name), "")
