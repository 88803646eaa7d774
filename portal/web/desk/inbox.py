"""The rep's inbox."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get

from portal.reading.desk import inbox
from portal.reading.desk.frame import Frame
from portal.reading.desk.inbox_row import View
from portal.storage.session import Transaction
from portal.web.desk.request import Desk


@get("/desk")
async def show_inbox(desk: Desk) -> Response[str]:
    """Deals by who waits longest; `tab`, `whose` and `search` narrow them."""

    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        return {"inbox": inbox.load(transaction, View.of(frame.rep.id, desk.request.query_params))}

    return await desk.page("desk/inbox.html", read)


routes = [show_inbox]
