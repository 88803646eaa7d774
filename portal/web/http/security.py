"""The edge of the application, outside of every handler: who is really calling, from where, and what goes with the answer.

Order matters: the client's address first (the log and the limits need it), then the refusal of requests that another
site made a browser send, then the handlers; the headers of protection go on every answer, error pages included.
"""

import re
import secrets
import time
from typing import Any
from urllib.parse import urlsplit

import structlog
from litestar import Litestar
from litestar.types import ASGIApp, HTTPScope, Message, Receive, Scope, Send

from portal.errors import NotAllowed, NotFound, ParleyError
from portal.request import SAFE, HttpRequest
from portal.settings import Settings
from portal.web.http import errors, metrics
from portal.web.http.logs import without_tokens

log = structlog.get_logger("access")
FORM_LIMIT = 1_000_000
UPLOAD_LIMIT = 12_000_000
# Balancers and collectors; their answers are counted, and logged only when something is wrong.
_ASKED_ALL_THE_TIME = frozenset(("/healthz", "/readyz", "/metrics"))
_DEAL = re.compile(r"(?:/desk)?/deals/([\w-]{1,64})(?:/|$)", re.ASCII)
# Numbers are of revisions, and fit in four bytes. An id is longer and has letters.
_LONG_NUMBER = re.compile(r"/[+-]?[\d_]{10,}(?:/|$)")
_PERMISSIONS = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), browsing-topics=()"


def content_policy(settings: Settings) -> str:
    """The Content-Security-Policy of every page. Old WebKit does not count a socket as 'self', so it is named."""
    host = urlsplit(settings.public_url).netloc
    socket = f"{'wss' if settings.secure else 'ws'}://{host}"
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"connect-src 'self' {socket}; img-src 'self' data:; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'"
    )


def protect(app: Litestar, settings: Settings) -> None:
    """Put the edge around the application. Litestar's own middleware never sees an address without a handler."""
    app.asgi_handler = Edge(app.asgi_handler, settings)


class Edge:
    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app, self.settings = app, settings
        self.headers = {
            "content-security-policy": content_policy(settings),
            "x-content-type-options": "nosniff",
            # With no-referrer a plain form would send `Origin: null`.
            "referrer-policy": "strict-origin",
            "cross-origin-opener-policy": "same-origin",
            "cross-origin-resource-policy": "same-origin",
            "permissions-policy": _PERMISSIONS,
            "x-frame-options": "DENY",
            "x-robots-tag": "noindex, nofollow",
            "cache-control": "no-store",
        }
        if settings.secure:
            self.headers["strict-transport-security"] = "max-age=31536000"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A copy: the server decides by its own method whether a body may follow.
        edged: Any = {**scope, "client": self._client(scope), "request_id": secrets.token_hex(8)}
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request=edged["request_id"], **_deal_in(edged.get("path", "")))
        await (self._http if edged["type"] == "http" else self.app)(edged, receive, send)

    async def _http(self, scope: Any, receive: Receive, send: Send) -> None:
        answer = _Answer(send, self.headers, scope["request_id"])
        method, began = scope["method"], time.perf_counter()
        try:
            self._admit(scope)
            if method == "HEAD":
                scope["method"] = "GET"
            await self.app(scope, receive, answer)
        except ParleyError as error:
            request = HttpRequest(scope, receive, send)
            response = errors.answer(request, error).to_asgi_response(app=None, request=request)
            await response(scope, receive, answer)
        finally:
            took = time.perf_counter() - began
            metrics.answered(scope, answer.status, took)
            if scope["path"] not in _ASKED_ALL_THE_TIME or answer.status >= 400:
                log.info(
                    "request",
                    method=method,
                    path=without_tokens(scope["path"]),
                    status=answer.status,
                    ms=round(took * 1000, 1),
                    client=(scope["client"] or ("",))[0],
                )

    def _client(self, scope: Scope) -> tuple[str, int] | None:
        """The peer; behind trusted proxies the last forwarded address that is none of them."""
        peer = scope.get("client")
        if peer is None or not self.settings.trusted_proxies or not self.settings.trusts(peer[0]):
            return peer
        values = (value.decode("latin-1") for name, value in scope["headers"] if name == b"x-forwarded-for")
        chain = [part.strip() for value in values for part in value.split(",")]
        for address in reversed(chain):
            if not self.settings.trusts(address):
                return (address[:64], 0)
        return peer

    def _admit(self, scope: HTTPScope) -> None:
        """NotAllowed for an unsafe request of another site; NotFound for an address no database could hold."""
        path = scope["path"]
        if "\x00" in path or b"%00" in scope["query_string"] or _LONG_NUMBER.search(path):
            raise NotFound("There is no such page.")
        if scope["method"] in SAFE:
            return
        headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
        site, origin = headers.get(b"sec-fetch-site"), headers.get(b"origin")
        if site is not None:
            allowed = site in ("same-origin", "none")
        else:
            # A program sends neither header and is stopped by the form's token; every browser sends one of them.
            allowed = origin is None or origin == self.settings.public_url
        if not allowed:
            raise NotAllowed(
                "This form was sent from another address than this site's. Open it at %(public_url)s and try again.",
                public_url=self.settings.public_url,
            )


def _deal_in(path: str) -> dict[str, str]:
    """The deal that an address names, for every log line about it. Whether there is such a deal, nobody has asked yet."""
    found = _DEAL.match(path)
    return {"deal": found[1]} if found else {}


class _Answer:
    """Sends on, with the headers of protection where the handler has not set its own."""

    def __init__(self, send: Send, headers: dict[str, str], request_id: str) -> None:
        self.send, self.headers, self.status = send, {**headers, "x-request-id": request_id}, 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            present = {name.lower() for name, _ in message["headers"]}
            more = [
                (name.encode(), value.encode())
                for name, value in self.headers.items()
                if name.encode() not in present
            ]
            message = {**message, "headers": [*message["headers"], *more]}
        await self.send(message)
