"""The deal as its buyers see it, for the rep: the buyers' reader and templates, without their session and without effect."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from msgspec.structs import replace

from portal.access import deal_for
from portal.reading.buyer.tray import Tray
from portal.reading.deal_page import deal_page
from portal.reading.desk.frame import Frame
from portal.rendering import cached_parts
from portal.rendering.addresses import Urls
from portal.storage.session import Transaction
from portal.web.desk.request import Desk


@get("/desk/deals/{deal_id:str}/preview")
async def preview(desk: Desk, deal_id: str) -> Response[str]:
    """What a signer would find; nothing on it can be used, and no view is recorded."""

    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        context = buyers_view(transaction, desk, deal_id)
        render = desk.services.partial
        # Links lead the rep to the desk's own addresses, so that these parts are not those that buyers share.
        return context | {"drawn": cached_parts.drawn_alone(render, context, desk.language)}

    return await desk.page("desk/preview.html", read)


def buyers_view(transaction: Transaction, desk: Desk, deal_id: str) -> dict[str, Any]:
    """The context of the buyers' page. A token has no use there, so there is none."""
    found = deal_for(transaction, desk.actor, deal_id)
    deal = replace(found, party="buyer", role="signer", actor="contact:", actor_name="")
    return {
        "deal": deal,
        "table": deal_page.load(transaction, deal),
        "tray": Tray(),
        "urls": Urls.desk(deal_id),
        "csrf": "",
        "message_key": "",
        "tray_key": "",
        "problems_at": None,
        "sentence": "",
        "problems": (),
        "open_change": "",
        "open_comment": "",
        "dialog": "",
    }


routes = [preview]
