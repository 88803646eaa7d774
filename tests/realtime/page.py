"""The plainest page that live.js works on: a log, a state, a form, and the places it writes to."""

from functools import partial
from pathlib import Path
from typing import Any

from litestar import Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from portal.reading.deal_page import event_stream
from portal.session_cookies import buyer_session

STATIC = Path(__file__).resolve().parents[2] / "static"
SCRIPTS = (
    "vendor/htmx.min.js",
    "vendor/ext/hx-ws.min.js",
    "vendor/ext/hx-upsert.min.js",
    "js/live.js",
    "js/live-chat.js",
    "js/presence.js",
)
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Two presses</title><link rel="icon" href="data:,">
<meta name="htmx-config" content='{{"includeIndicatorCSS": false, "ws": {{"reconnectDelay": 200, "reconnectJitter": 0.5}}}}'>
<script src="/app.js" defer></script></head>
<body data-party="buyer" data-actor="{actor}" data-deal="{deal}" hx-headers:inherited='{{"X-CSRF-Token": "{csrf}"}}'>
<div id="live" hx-ws:connect="/deals/{deal}/live?after={after}&amp;epoch={epoch}" data-poll="/deals/{deal}/changes">
<span id="connection" role="status" aria-label="Connection"></span>
<section id="ended" role="alert" hidden><h2 tabindex="-1">This page has ended</h2></section>
<p id="presence" data-here="# here"></p>
<p id="state" data-at="{after}">rendered at {after}</p>
<ol id="log" role="log">{log}</ol>
<p id="typing" data-typing="# types"></p>
<form id="message-form" method="post" action="/deals/{deal}/messages" data-say>
<input type="hidden" name="csrf" value="{csrf}"><input type="hidden" name="key" value="">
<div data-problem role="alert"></div>
<label>Message <textarea name="body"></textarea></label><button>Send</button></form>
</div>
<p id="away" role="status" hidden data-one="1 update" data-many="# updates"></p>
</body></html>"""


@get("/deals/{deal_id:str}", media_type="text/html")
async def deal_page(request: Request[Any, Any, Any], deal_id: FromPath[str]) -> Response[str]:
    services, actor = request.app.state.services, buyer_session(request)
    assert actor is not None
    found = await services.database.read(
        partial(event_stream.opening, actor=actor, deal_id=deal_id, after=0, limit=10_000)
    )
    deal = found.deal
    items = [await services.frames.content(event, deal.party, deal.role, "en") for event in found.events]
    log = "".join(
        item.partition(">")[2].removesuffix("</hx-upsert>") for item in items if "<hx-upsert" in item
    )
    page = PAGE.format(
        actor=deal.actor,
        deal=deal.id,
        csrf="token",
        after=deal.position,
        epoch=found.epoch,
        log=log,
    )
    return Response(page, media_type="text/html", headers={"Content-Security-Policy": POLICY})


@get("/app.js", media_type="text/javascript", sync_to_thread=False)
def script() -> str:
    """One script, as the product joins them: htmx begins as soon as its own has run, without waiting for extensions."""
    return "\n;\n".join((STATIC / name).read_text() for name in SCRIPTS)


page_routes: list[HTTPRouteHandler] = [deal_page, script]
