"""Reminders switched off and on: by the link of a mail, without a session, and by a contact on a page of the deal."""

from functools import partial
from typing import Any

from litestar import Response, get, post

from portal import signing
from portal.access import deal_for
from portal.commands.mail.set_reminders import choose_reminders, switch_reminder
from portal.errors import NotFound
from portal.reading.deal_page import deal_page
from portal.reading.operator import reminders
from portal.rendering.addresses import Urls
from portal.rendering.language import marked as _l
from portal.request import HttpRequest
from portal.storage.session import Transaction
from portal.web.buyer.visit import Visit
from portal.web.forms.form_fields import FormFields
from portal.web.public.join import PUBLIC
from realtime.services import Services

NOTHING_HERE = _l("This link does not switch anything off.")


@get("/unsubscribe/{token:str}", opt=PUBLIC)
async def look(request: HttpRequest, services: Services, token: str) -> Response[str]:
    """No effect: mail scanners look."""
    _person, kind = _meant(services, token)
    return services.page("join/unsubscribe.html", request, token=token, kind=kind, done="")


@post("/unsubscribe/{token:str}", opt=PUBLIC, status_code=200)
async def switch(request: HttpRequest, services: Services, form: FormFields, token: str) -> Response[str]:
    """The button, and the one press of a mail program (RFC 8058), which brings nothing but the link itself."""
    person, kind = _meant(services, token)
    on = form.one("do") == "on"
    await services.database.write(partial(switch_reminder, person=person, kind=kind, on=on))
    done = "on" if on else "off"
    return services.page("join/unsubscribe.html", request, token=token, kind=kind, done=done)


@get("/deals/{deal_id:str}/reminders")
async def show(visit: Visit, deal_id: str) -> Response[str]:
    return await _page(visit, deal_id, saved=False)


@post("/deals/{deal_id:str}/reminders", status_code=200)
async def choose(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    await visit.act(partial(choose_reminders, wanted=form.all("kind")), deal_id)
    return await _page(visit, deal_id, saved=True)


async def _page(visit: Visit, deal_id: str, *, saved: bool) -> Response[str]:
    def read(transaction: Transaction) -> dict[str, Any]:
        deal = deal_for(transaction, visit.actor, deal_id)
        off = reminders.switched_off(transaction, deal.actor)
        return {
            "deal": deal,
            "table": deal_page.load(transaction, deal),
            "urls": Urls.buyer(deal_id),
            "off": off,
        }

    context = await visit.read(read) | {"csrf": visit.request.scope.get("csrf", ""), "saved": saved}
    return visit.services.page("buyer/reminders.html", visit.request, **context)


def _meant(services: Services, token: str) -> tuple[str, str]:
    """Person and kind; NotFound when nobody here signed the link."""
    meant = signing.read(services.settings, "unsubscribe", token)
    if not (isinstance(meant, list) and len(meant) == 2):
        raise NotFound(NOTHING_HERE)
    return str(meant[0]), str(meant[1])


public_routes = [look, switch]
buyer_routes = [show, choose]
