"""A server of sockets alone, with the plainest rendering there is: `python -m tests.realtime.server CONFIGURATION`.

The real handlers, hub, doorbell, commands and database; only templates are missing. CONFIGURATION is Configuration as JSON.
"""

import html
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from types import SimpleNamespace
from typing import Any

import msgspec
import uvicorn
from litestar import Litestar, Request, Response, get, post
from litestar.params import FromPath

from portal.access import DeskSession
from portal.commands.conversation.post_message import post_message
from portal.database.database import Database
from portal.domain.ledger import ledger
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.stored_event import StoredEvent
from portal.errors import ParleyError
from portal.session_cookies import buyer_session
from portal.settings import Settings
from portal.storage.session import Store
from portal.web.http.message_rate import count_message
from realtime.hub.doorbell import doorbell_for
from realtime.hub.hub import Hub
from realtime.hub.rate import Rate
from realtime.sockets import connection, handshake, polling, routes
from realtime.sockets.frames import Frames
from realtime.sockets.protocol import SocketProtocol
from tests.realtime.page import page_routes


class Configuration(msgspec.Struct):
    """Times in seconds, shorter than a server's own so that tests need not wait."""

    database_url: str
    port: int
    public_url: str
    redis_url: str | None = None
    message_rate: int = 30
    poll: float = 0.2
    heartbeat: float = 0.3
    send_timeout: float = 10.0
    close_timeout: float = 10.0
    ping: float = 20.0
    # Rings nobody, as a doorbell does whose every ring is lost.
    deaf: bool = False


class PlainFragments:
    """A list item per message, and the kind of any other event."""

    async def content(self, event: StoredEvent, party: PartyName, role: str, language: str) -> str:
        return self._render(event, party)

    def content_now(self, event: StoredEvent, party: PartyName, language: str) -> str | None:
        return self._render(event, party) if event.kind == "message" else None

    def _render(self, event: StoredEvent, party: PartyName) -> str:
        position = event.position(party)
        if event.kind not in ("message", "note"):
            return partial_of("state", "outerMorph", f'<p id="state" data-at="{position}">{event.kind}</p>')
        text = html.escape(ledger.decode_personal(event.personal).body)
        key = html.escape(event.key or "")
        names = f'id="log-{position}" data-seq="{position}" data-key="{key}" data-author="{event.actor}"'
        return f'<hx-upsert hx-target="#log" key="data-seq"><li {names}>{text}</li></hx-upsert>'

    async def inbox_list(self, actor: DeskSession, query: Mapping[str, str]) -> str:
        return partial_of("inbox-list", "innerMorph", f"<p>{html.escape(str(dict(query)))}</p>")

    async def inbox_row(self, actor: DeskSession, deal_id: str, query: Mapping[str, str]) -> str:
        return f'<hx-upsert hx-target="#inbox-list"><p id="deal-{deal_id}">row</p></hx-upsert>'


def partial_of(target: str, swap: str, content: str) -> str:
    return f'<hx-partial hx-target="#{target}" hx-swap="{swap}">{content}</hx-partial>'


@post("/deals/{deal_id:str}/messages", status_code=200)
async def messages(request: Request[Any, Any, Any], deal_id: FromPath[str]) -> dict[str, Any]:
    """The chat's way without a socket, as the page's form uses it."""
    form, services = await request.form(), request.app.state.services
    actor = buyer_session(request)
    assert actor is not None
    await count_message(services, actor, deal_id)
    command = partial(post_message, body=form["body"], anchor=form.get("anchor") or None, key=form["key"])
    posted = await services.database.write(lambda work: command(work, actor, deal_id))
    return {"position": posted.position, "key": posted.key}


@get("/state")
async def state(request: Request[Any, Any, Any]) -> dict[str, Any]:
    hub = request.app.state.services.hub
    return {
        "sockets": hub.open_sockets(),
        "connected": hub.doorbell_status.connected,
        "polled": hub.polled_at is not None,
    }


def refused(request: Request[Any, Any, Any], error: ParleyError) -> Response[str]:
    return Response(error.sentence, status_code=error.status, media_type="text/plain")


def create(configuration: Configuration) -> Litestar:
    settings = Settings(
        database_url=configuration.database_url,
        redis_url=configuration.redis_url,
        public_url=configuration.public_url,
        message_rate=configuration.message_rate,
    )
    hub = Hub(
        doorbell_for(settings.redis_url), poll_every=configuration.poll, messages=Rate(settings.message_rate)
    )
    ring = (lambda deals, events: None) if configuration.deaf else hub.ring
    database = Database(Store(settings.database_url), ring=ring)

    @asynccontextmanager
    async def running(app: Litestar) -> AsyncIterator[None]:
        await hub.start(database)
        yield
        await hub.stop()
        database.close()

    app = Litestar(
        [*routes.routes, *polling.routes, messages, state, *page_routes],
        lifespan=[running],
        exception_handlers={ParleyError: refused},
        openapi_config=None,
    )
    app.state.services = SimpleNamespace(
        settings=settings, database=database, hub=hub, frames=Frames(PlainFragments())
    )
    return app


def config(configuration: Configuration) -> uvicorn.Config:
    connection.HEARTBEAT, connection.SEND_TIMEOUT = configuration.heartbeat, configuration.send_timeout
    handshake.CLOSE_TIMEOUT = SocketProtocol.close_timeout = configuration.close_timeout
    return uvicorn.Config(
        create(configuration),
        host="127.0.0.1",
        port=configuration.port,
        ws="realtime.sockets.protocol:SocketProtocol",
        ws_max_size=65536,
        ws_per_message_deflate=False,
        ws_ping_interval=configuration.ping,
        ws_ping_timeout=configuration.ping,
        timeout_graceful_shutdown=10,
        log_level="warning",
        log_config=None,
    )


if __name__ == "__main__":
    uvicorn.Server(config(msgspec.json.decode(sys.argv[1], type=Configuration))).run()
