"""What a buyer says: the chat's way without a socket, and what was said before the page begins."""

from functools import partial
from typing import Any

from litestar import Response, get, post

from portal.access import deal_for
from portal.commands.conversation.close_question import close_question
from portal.commands.conversation.post_message import post_message
from portal.integers import AddressNumber
from portal.reading.deal_page import conversation, deal_page, lines, people
from portal.reading.deal_page.conversation import Conversation
from portal.rendering.regions import dom_id
from portal.request import wants_json
from portal.storage.session import Transaction
from portal.web.buyer.visit import Visit
from portal.web.forms.form_fields import FormFields
from portal.web.http.message_rate import count_message


@post("/deals/{deal_id:str}/messages", status_code=200)
async def say(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    """A chat line, or a comment on `anchor`. A program gets where the message stands."""
    anchor, body = form.one("anchor"), form.one("body")
    await count_message(visit.services, visit.actor, deal_id)
    said = partial(post_message, body=body, anchor=anchor or None, key=form.one("key") or None)
    if wants_json(visit.request):
        return Response((await visit.act(said, deal_id)).result, status_code=201)
    slots = [f"[id='comment-{dom_id(anchor)}']"] if anchor else []
    at = f"thread-{dom_id(anchor)}" if anchor else "conversation"
    kept: dict[str, Any] = {"comment": anchor, "said": body, "problems_at": anchor or "conversation"}
    return await visit.attempt(deal_id, said, at=at, emptied=slots, **kept)


@post("/deals/{deal_id:str}/questions", status_code=200)
async def mark_answered(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    """The comments on `anchor` need no reply any more."""
    anchor = form.one("anchor")
    command = partial(close_question, anchor=anchor)
    return await visit.attempt(deal_id, command, at=dom_id(anchor), emptied=["#problem"], problems_at="")


@get("/deals/{deal_id:str}/conversation")
async def earlier(visit: Visit, deal_id: str, before: AddressNumber) -> Response[str]:
    """What was said before a position: more of the log for htmx, a page of its own without scripts."""
    read = partial(_earlier, visit=visit, deal_id=deal_id, before=before)
    log = await visit.read(read)
    template = "table/_earlier.html" if visit.partial else "buyer/earlier.html"
    return await visit.part(template, deal_id, log=log)


def _earlier(transaction: Transaction, visit: Visit, deal_id: str, before: int) -> Conversation:
    deal = deal_for(transaction, visit.actor, deal_id)
    table = deal_page.load(transaction, deal)
    rows = conversation.newest(transaction, deal_id, "buyer", before)
    known = people.at_table(transaction, deal_id, conversation.actors(rows), table.seller)
    return conversation.conversation(rows, "buyer", known, lines.names(table.offer))


routes = [mark_answered, say, earlier]
