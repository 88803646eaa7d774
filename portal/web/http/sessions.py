"""Sessions at the edge: cookies, the actor of a request, and the token that its forms must carry.

Routes of buyers and of the desk are mounted behind `buyer_guard` and `desk_guard`: no handler of theirs runs without a
living session, and no unsafe request without that session's token. Sockets are not behind a guard (a refusal before
accept would be retried for ever): they call `buyer_session` or `desk_session` and close with a code.
"""

import hmac

from litestar import Request
from litestar.handlers.base import BaseRouteHandler

from portal import access
from portal.access import BuyerSession, DeskSession
from portal.errors import NotAllowed, SignInNeeded
from portal.rendering.language import marked as _l
from portal.request import SAFE, Connection, HttpRequest
from portal.session_cookies import buyer_session, desk_session
from portal.web.forms.form_fields import read_form
from realtime.services import Services

STALE = _l("This page is from another session. Load it afresh; what you typed is still here if you go back.")


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
