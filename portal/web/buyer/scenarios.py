"""A buyer's scenarios: several drafts beside each other and beside what is offered, each kept, shared, sent or given up.

Everything here is a plain form that leads back to the page.
"""

from collections.abc import Callable
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from portal.access import deal_for, new_id
from portal.commands.negotiation import scenarios as drafts
from portal.commands.negotiation.send_scenario import send_scenario
from portal.commands.negotiation.share_scenario import share_scenario, stop_sharing
from portal.errors import Invalid, Refused
from portal.integers import parse_integer
from portal.reading.buyer import scenarios
from portal.reading.buyer.side_by_side import side_by_side
from portal.reading.deal_page import deal_page
from portal.rendering.addresses import Urls
from portal.storage.session import Transaction
from portal.web.buyer.visit import Visit
from portal.web.forms.form_fields import FormFields

# Beside what is offered.
MOST = 3


@get("/deals/{deal_id:str}/scenarios")
async def show_scenarios(visit: Visit, deal_id: str) -> Response[Any]:
    """`with` names those that stand beside each other; without it the reader's own do."""
    return await _page(visit, deal_id)


@post("/deals/{deal_id:str}/scenarios", status_code=200)
async def begin(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    name = form.one("name")
    new = partial(drafts.begin, name=name, copy_of=form.one("copy_of"))
    return await _attempt(visit, deal_id, new, "new", typed=name)


@post("/deals/{deal_id:str}/scenarios/{scenario:str}/name", status_code=200)
async def rename(visit: Visit, deal_id: str, scenario: str, form: FormFields) -> Response[Any]:
    named = partial(drafts.rename, scenario_id=scenario, name=form.one("name"))
    return await _attempt(visit, deal_id, named, scenario)


@post("/deals/{deal_id:str}/scenarios/{scenario:str}/open", status_code=200)
async def switch(visit: Visit, deal_id: str, scenario: str) -> Response[Any]:
    """Into the tray, where it is worked on."""
    to_tray = partial(drafts.switch, scenario_id=scenario)
    return await _attempt(visit, deal_id, to_tray, scenario, to="#tray")


@post("/deals/{deal_id:str}/scenarios/{scenario:str}/share", status_code=200)
async def share(visit: Visit, deal_id: str, scenario: str) -> Response[Any]:
    return await _attempt(visit, deal_id, partial(share_scenario, scenario_id=scenario), scenario)


@post("/deals/{deal_id:str}/scenarios/{scenario:str}/unshare", status_code=200)
async def unshare(visit: Visit, deal_id: str, scenario: str) -> Response[Any]:
    return await _attempt(visit, deal_id, partial(stop_sharing, scenario_id=scenario), scenario)


@post("/deals/{deal_id:str}/scenarios/{scenario:str}/send", status_code=200)
async def send(visit: Visit, deal_id: str, scenario: str, form: FormFields) -> Response[Any]:
    sent = partial(
        send_scenario,
        scenario_id=scenario,
        revision=parse_integer(visit.request.query_params.get("revision", "")) or 0,
        key=form.one("key") or None,
    )
    return await _attempt(visit, deal_id, sent, scenario, to="#sent")


@post("/deals/{deal_id:str}/scenarios/{scenario:str}/delete", status_code=200)
async def delete(visit: Visit, deal_id: str, scenario: str) -> Response[Any]:
    gone = partial(drafts.delete_one, scenario_id=scenario)
    return await _attempt(visit, deal_id, gone, scenario, to="/scenarios#kept")


async def _attempt(
    visit: Visit, deal_id: str, command: Callable[..., Any], at: str, *, to: str = "", typed: str = ""
) -> Response[Any]:
    """Back to where it was done, or with `to` to another place of the deal; a refusal stands at the scenario it is about."""
    try:
        await visit.act(command, deal_id)
    except Refused as error:
        problems = error.problems if isinstance(error, Invalid) else ()
        refused: dict[str, Any] = {
            "sentence": error.sentence,
            "problems": problems,
            "problems_at": at,
            "typed": typed,
        }
        return await _page(visit, deal_id, error.status, **refused)
    # Whoever goes on by keyboard goes on from there.
    place = "#kept" if at == "new" else f"#scenario-{at}"
    return Redirect(f"/deals/{deal_id}{to or '/scenarios' + place}", status_code=303)


async def _page(visit: Visit, deal_id: str, status: int = 200, **more: Any) -> Response[Any]:
    context = await visit.read(partial(_context, visit=visit, deal_id=deal_id))
    return visit.services.page("scenarios/page.html", visit.request, status=status, **{**context, **more})


def _context(transaction: Transaction, visit: Visit, deal_id: str) -> dict[str, Any]:
    deal = deal_for(transaction, visit.actor, deal_id)
    table = deal_page.load(transaction, deal)
    found = scenarios.load(transaction, deal, table.offer)
    beside = scenarios.chosen(found, visit.request.query_params.getall("with", []), MOST)
    return {
        "deal": deal,
        "table": table,
        "scenarios": found,
        "beside": beside,
        "comparison": side_by_side(table.offer, [each.tray for each in beside]),
        "room_for_more": sum(each.mine for each in found) < drafts.MOST,
        "urls": Urls.buyer(deal_id),
        "key": new_id(),
        "typed": "",
        "problems_at": None,
    }


routes = [show_scenarios, begin, rename, switch, share, unshare, send, delete]
