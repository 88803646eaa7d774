"""What a rep writes: to the buyers, or for the seller's side alone. Two addresses, so that no field can mix them up."""

from functools import partial
from typing import Any

from litestar import Response, get, post

from portal.access import deal_for
from portal.commands.conversation.close_question import close_question
from portal.commands.conversation.keep_note import keep_note
from portal.commands.conversation.post_message import post_message
from portal.errors import Refused
from portal.integers import AddressNumber
from portal.reading.deal_page import conversation, deal_page, lines, people
from portal.reading.deal_page.conversation import Conversation
from portal.request import is_partial, wants_json
from portal.storage.session import Transaction
from portal.web.desk.deal import act, show
from portal.web.desk.request import Desk, Refusal, see
from portal.web.forms.form_fields import FormFields
from portal.web.http.message_rate import count_message


@post("/desk/deals/{deal_id:str}/messages")
async def send_message(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    """The chat's way without a socket: a chat line, or a comment on `anchor`. A program gets where it stands."""
    await count_message(desk.services, desk.actor, deal_id)
    anchor, body = form.one("anchor"), form.one("body")
    said = partial(post_message, body=body, anchor=anchor or None, key=form.one("key") or None)
    try:
        posted = await desk.write(partial(said, actor=desk.actor, deal_id=deal_id))
    except Refused as error:
        if wants_json(desk.request):
            raise
        opened = {"open_comment": anchor, "said": body}
        return await show(desk, deal_id, Refusal.of(error, "message", form), more=lambda page: opened)
    if wants_json(desk.request):
        return Response(posted, status_code=201)
    return see(f"/desk/deals/{deal_id}#{anchor.replace(':', '-') if anchor else 'conversation'}")


@post("/desk/deals/{deal_id:str}/notes")
async def keep(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    """A note has an address of its own and never travels by socket: no missing or wrong field can publish it."""
    anchor = form.one("anchor") or None
    note = partial(keep_note, body=form.one("body"), anchor=anchor, key=form.one("key") or None)
    return await act(desk, deal_id, "note", form, note, at="notes")


@post("/desk/deals/{deal_id:str}/questions")
async def mark_answered(desk: Desk, deal_id: str, form: FormFields) -> Response[Any]:
    """The comments on `anchor` need no reply any more."""
    anchor = form.one("anchor")
    return await act(
        desk, deal_id, "message", form, partial(close_question, anchor=anchor), at=anchor.replace(":", "-")
    )


@get("/desk/deals/{deal_id:str}/conversation")
async def earlier(desk: Desk, deal_id: str, before: AddressNumber) -> Response[str]:
    """What was said before a position: more of the log for htmx, a page of its own without scripts."""
    log = await desk.read(partial(_earlier, desk=desk, deal_id=deal_id, before=before))
    template = "table/_earlier.html" if is_partial(desk.request) else "buyer/earlier.html"
    return await show(desk, deal_id, more=lambda page: {"log": log}, template=template)


def _earlier(transaction: Transaction, desk: Desk, deal_id: str, before: int) -> Conversation:
    deal = deal_for(transaction, desk.actor, deal_id)
    now = deal_page.load(transaction, deal)
    rows = conversation.newest(transaction, deal_id, deal.party, before)
    known = people.at_table(transaction, deal_id, conversation.actors(rows), now.seller)
    return conversation.conversation(rows, deal.party, known, lines.names(now.offer))


routes = [mark_answered, send_message, keep, earlier]
