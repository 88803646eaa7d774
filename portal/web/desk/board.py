"""Where the two stand, on pages of their own, for the seller's side: the board, and what was given for what."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get

from portal.access import deal_for
from portal.reading.deal_page import board as boards
from portal.reading.deal_page import deal_page
from portal.reading.desk import concessions
from portal.reading.desk.frame import Frame
from portal.rendering.addresses import Urls
from portal.storage.session import Transaction
from portal.web.desk.request import Desk


@get("/desk/deals/{deal_id:str}/board")
async def show_board(desk: Desk, deal_id: str) -> Response[str]:
    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        deal = deal_for(transaction, desk.actor, deal_id)
        view = boards.load(transaction, deal)
        return {"deal": deal, "table": view.table, "view": view, "urls": Urls.desk(deal_id)}

    return await desk.page("desk/board.html", read)


@get("/desk/deals/{deal_id:str}/concessions")
async def show_concessions(desk: Desk, deal_id: str) -> Response[str]:
    """What each round cost and what came back: margins are told here."""

    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        deal = deal_for(transaction, desk.actor, deal_id)
        table = deal_page.load(transaction, deal)
        found = concessions.load(transaction, deal)
        return {"deal": deal, "table": table, "concessions": found, "urls": Urls.desk(deal_id)}

    return await desk.page("desk/concessions.html", read)


routes = [show_board, show_concessions]
