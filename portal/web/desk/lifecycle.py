"""The verbs that open, close and prolong a deal, and whose it is."""

from datetime import date
from functools import partial
from typing import Any

from litestar import Response, post

from portal.commands.deal.assign_owner import assign_owner
from portal.commands.deal.give_more_time import give_more_time
from portal.commands.deal.offer_again import offer_again
from portal.commands.deal.reopen import reopen
from portal.commands.deal.send_proposal import send_proposal
from portal.commands.deal.withdraw import withdraw
from portal.commands.revision.take_back_revision import take_back_revision
from portal.domain.ledger.ledger import by_buyer
from portal.errors import Invalid, Refused, Sentence
from portal.integers import AddressNumber
from portal.web.desk.deal import act, show
from portal.web.desk.request import Desk, Refusal
from portal.web.forms.form_fields import FormFields


@post("/desk/deals/{deal_id:str}/send")
async def send(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    return await act(desk, deal_id, "send", form, partial(send_proposal, key=form.one("key") or None))


@post("/desk/deals/{deal_id:str}/withdraw")
async def take_back(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    command = partial(withdraw, reason=form.one("reason"), key=form.one("key") or None)
    return await act(desk, deal_id, "withdraw", form, command)


@post("/desk/deals/{deal_id:str}/revisions/{number:int}/take-back")
async def correct(desk: Desk, deal_id: str, number: AddressNumber, form: FormFields) -> Response[Any]:
    """Only while nobody of the buyer's has opened it; a page of theirs that is open now shows it, so that counts as well."""
    people = desk.services.hub.presence.people(deal_id)
    present = any(by_buyer(person.actor) for person in people)
    command = partial(take_back_revision, revision=number, present=present, key=form.one("key") or None)
    return await act(desk, deal_id, "take-back", form, command)


@post("/desk/deals/{deal_id:str}/reopen")
async def open_again(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    try:
        command = partial(reopen, valid_until=_day(form), key=form.one("key") or None)
    except Refused as error:
        return await show(desk, deal_id, Refusal.of(error, "reopen", form))
    return await act(desk, deal_id, "reopen", form, command)


@post("/desk/deals/{deal_id:str}/offer-again")
async def offer_earlier(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    try:
        command = partial(
            offer_again,
            revision=form.integer("revision") or 0,
            valid_until=_day(form),
            key=form.one("key") or None,
        )
    except Refused as error:
        return await show(desk, deal_id, Refusal.of(error, "offer-again", form))
    return await act(desk, deal_id, "offer-again", form, command)


@post("/desk/deals/{deal_id:str}/more-time")
async def prolong(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    try:
        command = partial(give_more_time, valid_until=_day(form), key=form.one("key") or None)
    except Refused as error:
        return await show(desk, deal_id, Refusal.of(error, "more-time", form))
    return await act(desk, deal_id, "more-time", form, command)


@post("/desk/deals/{deal_id:str}/owner")
async def own(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    """Without a rep the deal goes back into everybody's inbox."""
    return await act(desk, deal_id, "owner", form, partial(assign_owner, rep_id=form.one("rep") or None))


def _day(form: FormFields) -> date:
    text = form.one("valid_until")
    try:
        return date.fromisoformat(text)
    except ValueError:
        hint = "Write it like 2030-06-30."
        raise Invalid.field(
            "valid_until",
            Sentence("“%(text)s” is not a day.", text=text) if text else "Choose a day.",
            hint,
        ) from None


routes = [send, take_back, correct, open_again, offer_earlier, prolong, own]
