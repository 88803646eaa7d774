"""How reps sign in: by a mailed link that works once, for 15 minutes. Looking at it has no effect."""

from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from portal import signing
from portal.access import DeskSession, token_hash
from portal.commands.people import sign_in
from portal.errors import NotFound
from portal.rendering.language import marked as _l
from portal.request import HttpRequest, address_of, agent_of
from portal.session_cookies import DESK, expired_cookie, session_cookie
from portal.web.forms.form_fields import FormFields
from portal.web.http.constant_response import answered_alike
from portal.web.public.join import OPEN_FOR, PRESS_AGAIN, PUBLIC
from realtime.services import Services

USED_UP = _l("This sign-in link was used already or has expired. Ask for a new one.")


@get("/desk/sign-in", opt=PUBLIC)
async def show(request: HttpRequest, services: Services) -> Response[str]:
    return request_page(request, services)


@post("/desk/sign-in", opt=PUBLIC)
async def ask(request: HttpRequest, services: Services, form: FormFields) -> Response[Any]:
    if signing.read(services.settings, "sign-in-request", form.one("csrf"), within=OPEN_FOR) is None:
        return request_page(request, services, status=403, notice=PRESS_AGAIN)
    await answered_alike(request, services, partial(sign_in.request_sign_in, email=form.one("email")[:320]))
    return services.page("sign_in/sent.html", request)


@get("/desk/sign-in/{token:str}", opt=PUBLIC)
async def look(request: HttpRequest, services: Services, token: str) -> Response[str]:
    return await _link_page(request, services, token)


@post("/desk/sign-in/{token:str}", opt=PUBLIC)
async def use_link(request: HttpRequest, services: Services, form: FormFields, token: str) -> Response[Any]:
    if signing.read(services.settings, "sign-in", form.one("csrf"), within=OPEN_FOR) != _bound(token):
        return await _link_page(request, services, token, status=403, notice=PRESS_AGAIN)
    command = partial(sign_in.sign_in, token=token, agent=agent_of(request), address=address_of(request))
    try:
        signed_in = await services.database.write(command)
    except NotFound:
        return request_page(request, services, status=404, notice=USED_UP)
    cookie = session_cookie(services.settings, DESK, signed_in.cookie, sign_in.SESSION)
    return Redirect("/desk", status_code=303, cookies=[cookie])


@post("/desk/sign-out")
async def sign_out(services: Services, actor: DeskSession) -> Redirect:
    await services.database.write(partial(sign_in.sign_out, actor=actor))
    return Redirect("/desk/sign-in", status_code=303, cookies=[expired_cookie(services.settings, DESK)])


def request_page(
    request: HttpRequest, services: Services, *, status: int = 200, notice: str = ""
) -> Response[str]:
    """Asks for the address of whoever wants in; also what the desk shows to somebody signed out."""
    csrf = signing.sign(services.settings, "sign-in-request", "")
    return services.page("sign_in/request.html", request, status=status, csrf=csrf, notice=notice)


async def _link_page(
    request: HttpRequest, services: Services, token: str, *, status: int = 200, notice: str = ""
) -> Response[str]:
    name = await services.database.read(lambda transaction: sign_in.look_at_sign_in(transaction, token))
    if name is None:
        return request_page(request, services, status=404, notice=USED_UP)
    csrf = signing.sign(services.settings, "sign-in", _bound(token))
    return services.page(
        "sign_in/open.html", request, status=status, csrf=csrf, name=name, token=token, notice=notice
    )


def _bound(token: str) -> str:
    return token_hash(token)[:16]


routes = [show, ask, look, use_link]
desk_routes = [sign_out]
