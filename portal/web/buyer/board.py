"""Where the two stand, on a page of its own, and agreeing to single lines there or on the proposal's page."""

from collections.abc import Callable
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from portal.access import deal_for
from portal.commands.negotiation.agree_to import agree_to
from portal.errors import Refused
from portal.reading.deal_page import board as boards
from portal.reading.deal_page.constraints import constraints
from portal.rendering.addresses import Urls
from portal.rendering.regions import dom_id
from portal.storage.session import Transaction
from portal.web.buyer.page import NOTHING, Opened
from portal.web.buyer.visit import Visit
from portal.web.forms.form_fields import FormFields


@get("/deals/{deal_id:str}/board")
async def show_board(visit: Visit, deal_id: str) -> Response[str]:
    return await _board(visit, deal_id, "buyer/board.html")


@post("/deals/{deal_id:str}/agree", status_code=200)
async def agree(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    """`subject` once or more; `revision` is the one that was seen, `board` set when it was seen on the board."""
    subjects = form.all("subject")
    command = partial(agree_to, subjects=subjects, revision=form.integer("revision") or 0)
    if form.checked("board"):
        return await _agree_on_board(visit, deal_id, command)
    at = dom_id(subjects[0]) if subjects else ""
    return await visit.attempt(deal_id, command, at=at, emptied=["#problem"], problems_at="")


async def _agree_on_board(visit: Visit, deal_id: str, command: Callable[..., Any]) -> Response[Any]:
    part = "table/_board.html" if visit.partial else "buyer/board.html"
    try:
        await visit.act(command, deal_id)
    except Refused as error:
        return await _board(visit, deal_id, part, Opened.refused(error, problems_at="board"))
    if not visit.partial:
        return Redirect(f"{Urls.buyer(deal_id).board}#board", status_code=303)
    return await _board(visit, deal_id, part)


async def _board(visit: Visit, deal_id: str, template: str, opened: Opened = NOTHING) -> Response[str]:
    found = await visit.read(partial(_context, visit=visit, deal_id=deal_id))
    refused: dict[str, Any] = {
        "problems_at": opened.problems_at,
        "sentence": opened.sentence,
        "problems": opened.problems,
    }
    return visit.services.page(template, visit.request, status=opened.status, **found, **refused)


def _context(transaction: Transaction, visit: Visit, deal_id: str) -> dict[str, Any]:
    deal = deal_for(transaction, visit.actor, deal_id)
    view = boards.load(transaction, deal)
    found = {"deal": deal, "table": view.table, "view": view, "urls": Urls.buyer(deal_id)}
    return found | {"constraints": constraints(view.table.offer)}


routes = [show_board, agree]
