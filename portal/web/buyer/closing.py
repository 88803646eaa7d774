"""How a buyer brings a deal to its end: accept, decline, or ask that it go on."""

from functools import partial
from typing import Any

from litestar import Response, post

from portal.access import deal_for
from portal.commands.deal import ask_more_time, decline
from portal.commands.order import accept as accepting
from portal.domain.order.acceptance import AcceptanceForm
from portal.reading.deal_page import deal_page
from portal.request import address_of, agent_of
from portal.storage import documents
from portal.storage.session import Transaction
from portal.web.buyer.page import Opened
from portal.web.buyer.visit import Visit
from portal.web.forms import acceptance
from portal.web.forms.acceptance import Signing
from portal.web.forms.form_fields import FormFields

# A dialog: what it leaves behind when it is done, and where a refusal stands.
CLOSING: dict[str, Any] = {
    "at": "banner",
    "emptied": ["#dialog", "#problem"],
    "beside": "buyer/_dialog.html",
    "problems_at": "dialog",
}


@post("/deals/{deal_id:str}/acceptance", status_code=200)
async def accept(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    """Place the order, or show what has changed since."""
    signing = _signing(form)
    if form.one("look"):
        return await visit.refused(deal_id, "buyer/_dialog.html", Opened(dialog="accept", signing=signing))
    signed = await visit.read(partial(_signed, visit=visit, deal_id=deal_id, form=form, signing=signing))
    address, agent = address_of(visit.request), agent_of(visit.request)
    key = form.one("key") or None
    place_order = partial(accepting.accept, form=signed, key=key, address=address, agent=agent)
    return await visit.attempt(deal_id, place_order, **CLOSING, dialog="accept", signing=signing)


@post("/deals/{deal_id:str}/decline", status_code=200)
async def say_no(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    reason = form.one("reason")
    turn_down = partial(decline.decline, reason=reason, key=form.one("key") or None)
    return await visit.attempt(deal_id, turn_down, **CLOSING, dialog="decline", said=reason)


@post("/deals/{deal_id:str}/more-time", status_code=200)
async def wish_for_time(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    ask = partial(ask_more_time.ask_more_time, body=form.one("body"))
    return await visit.attempt(deal_id, ask, at="banner", emptied=["#problem"], problems_at="")


def _signing(form: FormFields) -> Signing:
    return Signing(
        name=form.one("name"),
        title=form.one("title"),
        order_reference=form.one("order_reference"),
        key=form.one("key"),
        seen=form.integer("revision") or 0,
    )


def _signed(
    transaction: Transaction, visit: Visit, deal_id: str, form: FormFields, signing: Signing
) -> AcceptanceForm:
    """The acceptance with the statement that was shown for the revision it names."""
    deal = deal_for(transaction, visit.actor, deal_id)
    seller = deal_page.load(transaction, deal).seller
    seen = documents.read_revision(transaction, deal_id, signing.seen or deal.revision)
    return AcceptanceForm(
        revision=signing.seen,
        digest=form.one("digest"),
        name=signing.name,
        title=signing.title,
        authority=form.checked("authority"),
        order_reference=signing.order_reference,
        statement=acceptance.statement(deal.number, signing.seen, seen, seller),
        language=visit.language,
        position=form.integer("position") or 0,
    )


routes = [accept, say_no, wish_for_time]
