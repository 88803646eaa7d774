"""What a buyer asks for: changes gathered in the tray, sent as a counteroffer, and withdrawn."""

from functools import partial
from typing import Any

from litestar import Response, post

from portal.access import Actor, deal_for
from portal.commands.negotiation import (
    draft_counteroffer,
    keep_ask,
    make_counteroffer,
    withdraw_counteroffer,
)
from portal.database.unit_of_work import UnitOfWork
from portal.domain.change.items import Item, find_item
from portal.domain.offer.revision import Offer
from portal.errors import Invalid, NotFound
from portal.reading.buyer import tray as trays
from portal.reading.deal_page import preview as previews
from portal.rendering.language import gettext as _
from portal.rendering.regions import dom_id
from portal.storage import documents
from portal.storage.session import Transaction
from portal.web.buyer.deal import asked_at, subject_of
from portal.web.buyer.page import GONE
from portal.web.buyer.visit import Visit
from portal.web.forms import part_form, typed_change
from portal.web.forms.form_fields import FormFields
from portal.web.forms.typed_change import Typed

TRAY_PROBLEM = "#tray-problem"


@post(asked_at("change"), status_code=200)
async def add_change(  # noqa: PLR0917 - one of the four says what it is about
    visit: Visit,
    deal_id: str,
    form: FormFields,
    line: str = "",
    term: str = "",
    whole: str = "",
    wish: str = "",
) -> Response[Any]:
    """Into the tray; nothing is sent."""
    subject = subject_of(line, term, whole, wish)
    typed = await visit.read(partial(_typed, visit=visit, deal_id=deal_id, subject=subject, form=form))
    slot, form_part = f"[id='change-{dom_id(subject)}']", "table/_change_form.html"
    put = partial(_put, typed=typed, revision=form.integer("revision") or 0)
    return await visit.attempt(
        deal_id, put, at="tray", emptied=[slot], beside=form_part, change=subject, typed=typed
    )


@post(asked_at("preview"), status_code=200)
async def preview(  # noqa: PLR0917 - one of the four says what it is about
    visit: Visit,
    deal_id: str,
    form: FormFields,
    line: str = "",
    term: str = "",
    whole: str = "",
    wish: str = "",
) -> Response[str]:
    """What it would come to. Published prices and limits only; nothing is kept."""
    subject = subject_of(line, term, whole, wish)
    effect = await visit.read(partial(_effect, visit=visit, deal_id=deal_id, subject=subject, form=form))
    return await visit.part("table/_preview_reply.html", deal_id, **effect)


@post("/deals/{deal_id:str}/counteroffer", status_code=200)
async def send(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    """Send what is in the tray."""
    key = form.one("key") or None
    make = partial(
        make_counteroffer.make_counteroffer,
        revision=form.integer("revision") or 0,
        confirmed=form.all("confirmed"),
        package=form.checked("package"),
        ends=form.all("ends"),
        key=key,
    )
    return await visit.attempt(deal_id, make, at="sent", emptied=[TRAY_PROBLEM], problems_at="tray")


@post("/deals/{deal_id:str}/counteroffer/drop", status_code=200)
async def drop(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    leave_out = partial(draft_counteroffer.drop_change, change_id=form.one("change_id"))
    return await visit.attempt(deal_id, leave_out, at="tray", emptied=[TRAY_PROBLEM], problems_at="tray")


@post("/deals/{deal_id:str}/counteroffer/keep", status_code=200)
async def keep(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    """Stay with an ask whose field has moved since."""
    stay = partial(keep_ask.keep_ask, change_id=form.one("change_id"))
    return await visit.attempt(deal_id, stay, at="tray", emptied=[TRAY_PROBLEM], problems_at="tray")


@post("/deals/{deal_id:str}/counteroffer/discard", status_code=200)
async def discard(visit: Visit, deal_id: str) -> Response[Any]:
    drop_all = draft_counteroffer.drop_all
    return await visit.attempt(deal_id, drop_all, at="tray", emptied=[TRAY_PROBLEM], problems_at="tray")


@post("/deals/{deal_id:str}/counteroffer/package", status_code=200)
async def bind(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    set_package = partial(draft_counteroffer.set_package, package=form.checked("package"))
    return await visit.attempt(deal_id, set_package, at="tray", shown=True, problems_at="tray")


@post("/deals/{deal_id:str}/counteroffers/{counteroffer:str}/withdraw", status_code=200)
async def take_back(visit: Visit, deal_id: str, counteroffer: str) -> Response[Any]:
    withdraw = partial(withdraw_counteroffer.withdraw_counteroffer, counteroffer_id=counteroffer)
    return await visit.attempt(deal_id, withdraw, at="settlement", emptied=["#problem"], problems_at="")


def _put(work: UnitOfWork, actor: Actor, deal_id: str, typed: Typed, revision: int) -> object:
    if typed.problems:
        raise Invalid(_("Check your request."), typed.problems)
    changes, reason = part_form.named(typed.changes, ()), typed.reason
    return draft_counteroffer.put_changes(
        work, actor, deal_id, changes=changes, reason=reason, revision=revision
    )


def _offered(transaction: Transaction, visit: Visit, deal_id: str, subject: str) -> tuple[Offer, Item]:
    deal = deal_for(transaction, visit.actor, deal_id)
    deal.require("counter")
    offer = documents.read_revision(transaction, deal_id, deal.revision).offer
    found = find_item(offer, subject)
    if found is None:
        raise NotFound(GONE)
    return offer, found


def _typed(transaction: Transaction, visit: Visit, deal_id: str, subject: str, form: FormFields) -> Typed:
    return typed_change.read(form, *_offered(transaction, visit, deal_id, subject))


def _effect(
    transaction: Transaction, visit: Visit, deal_id: str, subject: str, form: FormFields
) -> dict[str, Any]:
    offer, found = _offered(transaction, visit, deal_id, subject)
    typed = typed_change.read(form, offer, found)
    problems = typed_change.check(offer, typed, today=transaction.now.date())
    tray = trays.load(transaction, deal_for(transaction, visit.actor, deal_id), offer)
    shown: previews.Preview | None = None
    if not problems:
        shown = typed_change.preview_of(offer, found, tray.asked, typed)
    return {"preview": shown, "problems": problems, "fields": typed_change.fields_of(found)}


routes = [add_change, preview, send, drop, keep, discard, bind, take_back]
