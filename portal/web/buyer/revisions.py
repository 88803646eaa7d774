"""Earlier revisions as they were offered, and what differs between two."""

from functools import partial
from typing import Any

from litestar import Response, get
from msgspec.structs import replace

from portal.access import deal_for
from portal.integers import AddressNumber
from portal.reading.deal_page import deal_page, differences, offer_preview, visible_revisions
from portal.rendering.addresses import Urls
from portal.storage.session import Transaction
from portal.web.buyer.visit import Visit


@get("/deals/{deal_id:str}/revisions/{number:int}")
async def show_revision(visit: Visit, deal_id: str, number: AddressNumber) -> Response[str]:
    context = await visit.read(partial(_revision, visit=visit, deal_id=deal_id, number=number))
    return visit.services.page("buyer/revision.html", visit.request, **context)


@get("/deals/{deal_id:str}/compare")
async def show_comparison(visit: Visit, deal_id: str) -> Response[str]:
    """`from` and `to` are numbers of revisions; without them the newest two."""
    context = await visit.read(partial(_comparison, visit=visit, deal_id=deal_id))
    return visit.services.page("buyer/compare.html", visit.request, **context)


def _revision(transaction: Transaction, visit: Visit, deal_id: str, number: int) -> dict[str, Any]:
    """The revision as a table of its own, on which nobody can do anything."""
    deal = deal_for(transaction, visit.actor, deal_id)
    table = deal_page.load(transaction, deal)
    then = offer_preview.of_offer(visible_revisions.read(transaction, deal, number).offer)
    entry = next((each for each in table.history if each.number == number), None)
    reader = replace(deal, role="")
    return {
        "deal": reader,
        "table": then,
        "present": table,
        "shown": number,
        "entry": entry,
        "urls": Urls.buyer(deal_id),
    }


def _comparison(transaction: Transaction, visit: Visit, deal_id: str) -> dict[str, Any]:
    deal = deal_for(transaction, visit.actor, deal_id)
    found = differences.load(transaction, deal, visit.request.query_params)
    table = deal_page.load(transaction, deal)
    return {"deal": deal, "table": table, "urls": Urls.buyer(deal_id), **vars(found)}


routes = [show_revision, show_comparison]
