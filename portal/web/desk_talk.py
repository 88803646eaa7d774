"""What a rep writes: to the buyers, or for the seller's side alone. Two addresses, so that no field can mix them up."""

from functools import partial
from typing import Any

from litestar import Response, post

from portal.commands.keep_note import keep_note
from portal.commands.post_message import post_message
from portal.web.desk_deal import act
from portal.web.desk_request import Desk
from portal.web.forms import FormFields
from portal.web.request import wants_json


@post("/desk/deals/{deal_id:str}/messages")
async def send_message(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    """The chat's way without a socket; a program gets where the message stands."""
    said = partial(
        post_message, body=form.one("body"), anchor=form.one("anchor") or None, key=form.one("key") or None
    )
    if wants_json(desk.request):
        posted = await desk.write(partial(said, actor=desk.actor, deal_id=deal_id))
        return Response(posted, status_code=201)
    return await act(desk, deal_id, "message", form, said, at="conversation")


@post("/desk/deals/{deal_id:str}/notes")
async def keep(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    note = partial(
        keep_note, body=form.one("body"), anchor=form.one("anchor") or None, key=form.one("key") or None
    )
    return await act(desk, deal_id, "note", form, note, at="notes")


routes = [send_message, keep]
