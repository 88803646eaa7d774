"""Earlier revisions as they were offered, and what differs between two, for the seller's side."""

from collections.abc import Mapping
from typing import Any

from litestar import Response, get
from msgspec.structs import replace

from portal.integers import AddressNumber
from portal.reading.deal_page import differences, offer_preview
from portal.reading.desk import deal
from portal.reading.desk.frame import Frame
from portal.storage import documents
from portal.storage.session import Transaction
from portal.web.desk.deal import context
from portal.web.desk.request import Desk


@get("/desk/deals/{deal_id:str}/revisions/{number:int}")
async def show_revision(desk: Desk, deal_id: str, number: AddressNumber) -> Response[str]:
    """The revision as a table of its own, on which nobody can do anything."""

    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        found = context(deal.load(transaction, desk.actor, deal_id))
        present = found["table"]
        return found | {
            "deal": replace(found["deal"], role=""),
            "table": offer_preview.of_offer(documents.read_revision(transaction, deal_id, number).offer),
            "present": present,
            "shown": number,
            "entry": next((each for each in present.history if each.number == number), None),
            "line_template": "table/_line.html",
        }

    return await desk.page("buyer/revision.html", read)


@get("/desk/deals/{deal_id:str}/compare")
async def show_comparison(desk: Desk, deal_id: str) -> Response[str]:
    """`from` and `to` are numbers of revisions; without them the newest two."""

    def read(transaction: Transaction, frame: Frame) -> Mapping[str, Any]:
        found = context(deal.load(transaction, desk.actor, deal_id))
        return found | vars(differences.load(transaction, found["deal"], desk.request.query_params))

    return await desk.page("buyer/compare.html", read)


routes = [show_revision, show_comparison]
