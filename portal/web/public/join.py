"""Magic links. Looking at one has no effect (mail scanners look); pressing the button makes a session.

Unknown, expired and revoked links look alike, and asking for a new one has one answer for every address.
"""

from datetime import timedelta
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from portal import signing
from portal.access import token_hash
from portal.commands.people import join
from portal.errors import NotFound
from portal.rendering.language import marked as _l
from portal.request import HttpRequest, address_of, agent_of, remember_language
from portal.session_cookies import BUYER, buyer_session, session_cookie
from portal.web.forms.form_fields import FormFields
from portal.web.http.constant_response import answered_alike
from realtime.services import Services

# How long a join page may lie open before its button asks to be pressed again.
OPEN_FOR = timedelta(hours=12)
PRESS_AGAIN = _l("This page had been open for too long. Press the button again.")
PUBLIC: dict[str, Any] = {"audience": "public"}


@get("/j/{token:str}", opt=PUBLIC)
async def look(request: HttpRequest, services: Services, token: str) -> Response[str]:
    return remember_language(request, await _link_page(request, services, token))


@post("/j/{token:str}", opt=PUBLIC)
async def open_link(request: HttpRequest, services: Services, form: FormFields, token: str) -> Response[Any]:
    if signing.read(services.settings, "join", form.one("csrf"), within=OPEN_FOR) != _bound(token):
        return await _link_page(request, services, token, status=403, notice=PRESS_AGAIN)
    before = buyer_session(request)
    command = partial(
        join.join, token=token, session_id=before.id if before else None, agent=agent_of(request)
    )
    try:
        joined = await services.database.write(lambda work: command(work, address=address_of(request)))
    except NotFound:
        return await _link_page(request, services, token)
    cookie = session_cookie(services.settings, BUYER, joined.cookie, join.SESSION)
    return Redirect(f"/deals/{joined.deal_id}", status_code=303, cookies=[cookie])


@post("/links", opt=PUBLIC)
async def ask_for_link(request: HttpRequest, services: Services, form: FormFields) -> Response[Any]:
    if signing.read(services.settings, "new-link", form.one("csrf"), within=OPEN_FOR) is None:
        return new_link_page(
            request,
            services,
            status=403,
            deal_id=form.one("deal"),
            token=form.one("token"),
            notice=PRESS_AGAIN,
        )
    email, token = form.one("email")[:320], form.one("token")
    asked = partial(
        join.request_link,
        token=None if email else token or None,
        deal_id=form.one("deal") or None,
        email=email or None,
    )
    await answered_alike(request, services, asked)
    return Redirect("/links/sent", status_code=303)


@get("/links/sent", opt=PUBLIC)
async def link_sent(request: HttpRequest, services: Services) -> Response[str]:
    return services.page("join/sent.html", request)


def new_link_page(
    request: HttpRequest,
    services: Services,
    *,
    status: int,
    deal_id: str = "",
    token: str = "",
    notice: str = "",
) -> Response[str]:
    """Offers to mail a new link: for a deal without a session, and for a link that opens nothing."""
    csrf = signing.sign(services.settings, "new-link", "")
    return services.page(
        "join/new_link.html",
        request,
        status=status,
        csrf=csrf,
        deal_id=deal_id[:60],
        token=token[:100],
        notice=notice,
    )


async def _link_page(
    request: HttpRequest, services: Services, token: str, *, status: int = 200, notice: str = ""
) -> Response[str]:
    invitation = await services.database.read(lambda transaction: join.look_at_link(transaction, token))
    if invitation is None:
        return new_link_page(request, services, status=404, token=token)
    return services.page(
        "join/open.html",
        request,
        status=status,
        csrf=signing.sign(services.settings, "join", _bound(token)),
        invitation=invitation,
        token=token,
        notice=notice,
    )


def _bound(token: str) -> str:
    """What ties a form's token to one link, without giving the link away."""
    return token_hash(token)[:16]


routes = [look, open_link, ask_for_link, link_sent]
