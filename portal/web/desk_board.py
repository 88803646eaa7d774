"""Where the two stand, on a page of its own, for the seller's side."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get

from portal.access import deal_for
from portal.reading import board as boards
from portal.reading.desk import Frame
from portal.storage.session import Transaction
from portal.web.desk_request import Desk
from portal.web.urls import Urls


@get("/desk/deals/{deal_id:str}/board")
async def show_board(desk: Desk, deal_id: str) -> Response[str]:
    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        deal = deal_for(transaction, desk.actor, deal_id)
        view = boards.load(transaction, deal)
        return {"deal": deal, "table": view.table, "view": view, "urls": Urls.desk(deal_id)}

    return await desk.page("desk/board.html", read)


routes = [show_board]
