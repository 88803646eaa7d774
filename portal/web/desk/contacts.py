"""The buyer's people on a deal: add, change role, send or show a link, take the right back."""

from functools import partial
from typing import Any

from litestar import Response, post

from portal.commands.people.add_contact import add_contact
from portal.commands.people.change_contact_role import change_contact_role
from portal.commands.people.issue_link import issue_link
from portal.commands.people.revoke_links import revoke_links
from portal.errors import Refused
from portal.web.desk.deal import act, show
from portal.web.desk.request import Desk, Refusal
from portal.web.forms.form_fields import FormFields

PEOPLE = "contacts"


@post("/desk/deals/{deal_id:str}/contacts")
async def add(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    contact = partial(add_contact, name=form.one("name"), email=form.one("email"), role=form.one("role"))
    return await act(desk, deal_id, "add-contact", form, contact, at=PEOPLE)


@post("/desk/deals/{deal_id:str}/contacts/{contact_id:str}/role")
async def change_role(desk: Desk, deal_id: str, contact_id: str, form: FormFields) -> Response[Any]:
    change = partial(change_contact_role, contact_id=contact_id, role=form.one("role"))
    return await act(desk, deal_id, f"role-{contact_id}", form, change, at=PEOPLE)


@post("/desk/deals/{deal_id:str}/contacts/{contact_id:str}/mail")
async def mail_link(desk: Desk, deal_id: str, contact_id: str, form: FormFields) -> Response[Any]:
    mail = partial(issue_link, contact_id=contact_id, channel="mailed")
    return await act(desk, deal_id, f"mail-{contact_id}", form, mail, at=PEOPLE)


@post("/desk/deals/{deal_id:str}/contacts/{contact_id:str}/link")
async def show_link(desk: Desk, deal_id: str, contact_id: str, form: FormFields) -> Response[Any]:
    """The address is shown in this one answer and can't be read again."""
    try:
        issued = await desk.write(
            partial(issue_link, actor=desk.actor, deal_id=deal_id, contact_id=contact_id, channel="shown")
        )
    except Refused as error:
        return await show(desk, deal_id, Refusal.of(error, f"link-{contact_id}", form))
    return await show(desk, deal_id, more=lambda page: {"link": (contact_id, issued.url)})


@post("/desk/deals/{deal_id:str}/contacts/{contact_id:str}/revoke")
async def revoke(desk: Desk, deal_id: str, contact_id: str, form: FormFields) -> Response[Any]:
    take_back = partial(revoke_links, contact_id=contact_id)
    return await act(desk, deal_id, f"revoke-{contact_id}", form, take_back, at=PEOPLE)


routes = [add, change_role, mail_link, show_link, revoke]
