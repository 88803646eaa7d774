"""The buyer's page, and the parts of it that open on request."""

from typing import Any

from litestar import Response, get

from portal.request import remember_language
from portal.web.buyer.page import Opened
from portal.web.buyer.visit import Visit


def asked_at(place: str) -> list[str]:
    """Addresses of what a buyer can ask about: a line, a term, the whole deal's price, a line that is wanted."""
    named = ("lines/{line:str}", "terms/{term:str}", "whole/{whole:str}", "wishes/{wish:str}")
    return [f"/deals/{{deal_id:str}}/{each}/{place}" for each in named]


@get("/deals/{deal_id:str}")
async def show_deal(visit: Visit, deal_id: str) -> Response[Any]:
    """`change`, `comment`, `accept`, `decline` and `compose` open what they name, for browsers without scripts."""
    asked = visit.request.query_params
    dialog = next((name for name in ("accept", "decline", "compose") if name in asked), "")
    opened = Opened(change=asked.get("change", ""), comment=asked.get("comment", ""), dialog=dialog)
    return remember_language(visit.request, await visit.page(deal_id, opened))


@get(asked_at("change"))
async def open_change(  # noqa: PLR0917 - one of the four says what it is about
    visit: Visit, deal_id: str, line: str = "", term: str = "", whole: str = "", wish: str = ""
) -> Response[str]:
    opened = Opened(change=subject_of(line, term, whole, wish))
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


@get("/deals/{deal_id:str}/composition")
async def open_composition(visit: Visit, deal_id: str) -> Response[str]:
    return await visit.part("buyer/_dialog.html", deal_id, Opened(dialog="compose"))


def subject_of(line: str = "", term: str = "", whole: str = "", wish: str = "") -> str:
    """What an address names (see asked_at)."""
    named = {"line": line, "term": term, "deal": whole, "new": wish}
    return next(f"{kind}:{key}" for kind, key in named.items() if key)


routes = [show_deal, open_change, open_comment, show_tray, open_acceptance, open_refusal, open_composition]
