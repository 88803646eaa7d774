"""The contents of frames by polling, for networks that do not allow sockets."""

from collections.abc import Sequence
from functools import partial

from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from portal.access import BuyerSession, DeskSession
from portal.errors import SignInNeeded
from portal.integers import parse_integer
from portal.reading.deal_page import event_stream
from portal.request import HttpRequest
from portal.session_cookies import buyer_session, desk_session
from realtime.sockets.handshake import language_of

MOST = 500
HTML, TEXT = "text/html; charset=utf-8", "text/plain; charset=utf-8"
BAD_POSITION = "Say in `after` the number of the last change this page has, such as after=41."
OTHER_EPOCH = "This page is from before the data was restored. Load it afresh."


@get("/deals/{deal_id:str}/changes", status_code=200)
async def buyer_changes(request: HttpRequest, deal_id: FromPath[str]) -> Response[str]:
    return await _changes(request, deal_id, buyer_session(request))


@get("/desk/deals/{deal_id:str}/changes", status_code=200)
async def rep_changes(request: HttpRequest, deal_id: FromPath[str]) -> Response[str]:
    return await _changes(request, deal_id, desk_session(request))


async def _changes(
    request: HttpRequest, deal_id: str, actor: BuyerSession | DeskSession | None
) -> Response[str]:
    """200 with the fragments in order, 400 for a bad `after`, 409 for another epoch; errors of `deal_for`."""
    if actor is None:
        raise SignInNeeded("Please sign in, or open the link from your mail.")
    query = request.query_params
    after = parse_integer(query.get("after", "0"))
    if after is None:
        return Response(BAD_POSITION, status_code=400, media_type=TEXT)
    found = await request.app.state.services.database.read(
        partial(event_stream.opening, actor=actor, deal_id=deal_id, after=after, limit=MOST)
    )
    if query.get("epoch", found.epoch) != found.epoch:
        return Response(OTHER_EPOCH, status_code=409, media_type=TEXT)
    return Response(await _contents(request, found), media_type=HTML, headers=_headers(found, after))


async def _contents(request: HttpRequest, found: event_stream.Opening) -> str:
    frames, language, deal = request.app.state.services.frames, language_of(request), found.deal
    frames.forget_erased(found.events)
    contents = [await frames.content(event, deal.party, deal.role, language) for event in found.events]
    return "\n".join(contents)


def _headers(found: event_stream.Opening, after: int) -> dict[str, str]:
    """`Parley-Position` is the last event of this answer, or the newest there is when nothing follows `after`."""
    last = found.events[-1].position(found.deal.party) if found.events else min(after, found.deal.position)
    more = {"Parley-More": "1"} if last is not None and last < found.deal.position else {}
    return {"Parley-Position": str(last), "Cache-Control": "no-store", **more}


routes: Sequence[HTTPRouteHandler] = [buyer_changes, rep_changes]
