"""The buyers' room: a page, and two addresses of its own to write to. Nothing of it is drawn for the desk."""

from collections.abc import Callable
from functools import partial
from typing import Any

from litestar import Response, get, post
from litestar.response import Redirect

from portal.access import deal_for, new_id
from portal.commands.conversation import buyer_room
from portal.errors import Invalid, Refused
from portal.integers import AddressNumber
from portal.reading.buyer import room
from portal.reading.deal_page import deal_page
from portal.rendering import regions
from portal.rendering.addresses import Urls
from portal.storage.session import Transaction
from portal.web.buyer.visit import Visit
from portal.web.forms.form_fields import FormFields
from realtime.services import HTML

# Where a refusal stands, and the form that is drawn anew once its words are kept.
SAY, SIGN_OFF = ("room", "room/_say.html", "#room-say"), ("sign-off", "room/_sign_off.html", "#sign-off")


@get("/deals/{deal_id:str}/room")
async def show_room(visit: Visit, deal_id: str, before: AddressNumber | None = None) -> Response[Any]:
    """What was said among the buyers; `before` a position, what came earlier."""
    return await _page(visit, deal_id, before=before)


@post("/deals/{deal_id:str}/room", status_code=200)
async def confide(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    visit.services.hub.messages.take(visit.actor.id, deal_id)
    said = partial(buyer_room.confide, body=form.one("body"), key=form.one("key") or None)
    return await _attempt(visit, deal_id, said, SAY, said=form.one("body"))


@post("/deals/{deal_id:str}/room/sign-offs", status_code=200)
async def sign_off(visit: Visit, deal_id: str, form: FormFields) -> Response[Any]:
    """From the form; or `word`, a verdict and its topic, from one of the buttons."""
    verdict, _colon, topic = form.one("word").partition(":")
    word = {
        "topic": topic or form.one("topic"),
        "verdict": verdict or form.one("verdict"),
        "note": form.one("note"),
    }
    say = partial(buyer_room.sign_off, topic=word["topic"], verdict=word["verdict"], note=word["note"])
    said = partial(say, key=form.one("key") or None)
    return await _attempt(visit, deal_id, said, SIGN_OFF, typed=word)


async def _attempt(
    visit: Visit, deal_id: str, command: Callable[..., Any], at: tuple[str, str, str], **typed: Any
) -> Response[Any]:
    """What has been added, in place with scripts; or the refusal, with what was typed."""
    place, form, target = at
    try:
        done = await visit.act(command, deal_id)
    except Refused as error:
        problems = error.problems if isinstance(error, Invalid) else ()
        refused: dict[str, Any] = {"sentence": error.sentence, "problems": problems, "problems_at": place}
        template = "table/_problems.html" if visit.partial else "room/page.html"
        return await _page(visit, deal_id, template, error.status, **refused, **typed)
    if not visit.partial:
        # The form of a sign-off is folded away again.
        heading = "words-title" if place == SIGN_OFF[0] else place
        return Redirect(f"/deals/{deal_id}/room#{heading}", status_code=303)
    context = await visit.read(partial(_context, visit=visit, deal_id=deal_id)) | visit.token
    fresh = visit.services.partial(form, visit.language, **context)
    parts = [*await visit.news(deal_id, done.before), regions.replaced(target, fresh)]
    return Response("".join([*parts, regions.emptied(f"#{place}-problem")]), media_type=HTML)


async def _page(
    visit: Visit,
    deal_id: str,
    template: str = "room/page.html",
    status: int = 200,
    before: AddressNumber | None = None,
    **more: Any,
) -> Response[Any]:
    context = await visit.read(partial(_context, visit=visit, deal_id=deal_id, before=before))
    return visit.services.page(template, visit.request, status=status, **{**context, **more})


def _context(
    transaction: Transaction, visit: Visit, deal_id: str, before: int | None = None
) -> dict[str, Any]:
    deal = deal_for(transaction, visit.actor, deal_id)
    return {
        "deal": deal,
        "table": deal_page.load(transaction, deal),
        "room": room.load(transaction, deal, before),
        "urls": Urls.buyer(deal_id),
        "key": new_id(),
        "said": "",
        "typed": {},
        "problems_at": None,
    }


routes = [show_room, confide, sign_off]
