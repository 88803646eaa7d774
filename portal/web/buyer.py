"""The buyer's page, and the parts of it that open on request."""

from typing import Any

from litestar import Response, get

from portal.web.buyer_page import Opened
from portal.web.buyer_visit import Visit
from portal.web.request import keep_language


@get("/deals/{deal_id:str}")
async def show_deal(visit: Visit, deal_id: str) -> Response[Any]:
    """`change`, `comment`, `accept` and `decline` open what they name, for browsers without scripts."""
    asked = visit.request.query_params
    dialog = next((name for name in ("accept", "decline") if name in asked), "")
    opened = Opened(change=asked.get("change", ""), comment=asked.get("comment", ""), dialog=dialog)
    return keep_language(visit.request, await visit.page(deal_id, opened))


@get(["/deals/{deal_id:str}/lines/{line:str}/change", "/deals/{deal_id:str}/terms/{term:str}/change"])
async def open_change(visit: Visit, deal_id: str, line: str = "", term: str = "") -> Response[str]:
    opened = Opened(change=subject_of(line, term))
    return await visit.part("table/_change_form.html", deal_id, opened)


@get(["/deals/{deal_id:str}/lines/{line:str}/comment", "/deals/{deal_id:str}/terms/{term:str}/comment"])
async def open_comment(visit: Visit, deal_id: str, line: str = "", term: str = "") -> Response[str]:
    opened = Opened(comment=subject_of(line, term))
    return await visit.part("table/_comment_form.html", deal_id, opened)


@get("/deals/{deal_id:str}/counteroffer")
async def show_tray(visit: Visit, deal_id: str) -> Response[str]:
    """The reader's own tray, for a page that hears that a revision has come."""
    return await visit.part("buyer/_tray.html", deal_id)


@get("/deals/{deal_id:str}/acceptance")
async def open_acceptance(visit: Visit, deal_id: str) -> Response[str]:
    return await visit.part("buyer/_dialog.html", deal_id, Opened(dialog="accept"))


@get("/deals/{deal_id:str}/decline")
async def open_refusal(visit: Visit, deal_id: str) -> Response[str]:
    return await visit.part("buyer/_dialog.html", deal_id, Opened(dialog="decline"))


def subject_of(line: str, term: str) -> str:
    """What an address names, of a line or of a term."""
    return f"line:{line}" if line else f"term:{term}"


routes = [show_deal, open_change, open_comment, show_tray, open_acceptance, open_refusal]
