"""What handlers ask of a request beyond its fields: the kind of answer it wants, its language, and who sent it."""

from typing import Any, TypeAlias

from litestar import Request, WebSocket
from litestar.connection import ASGIConnection

from portal.web import language

HttpRequest: TypeAlias = Request[Any, Any, Any]
Socket: TypeAlias = WebSocket[Any, Any, Any]
Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]
# Methods that change nothing.
SAFE = ("GET", "HEAD", "OPTIONS")
LANGUAGE_COOKIE = "parley_language"


def language_of(request: Connection) -> str:
    """What the visitor chose, else what the browser prefers, among the languages there are."""
    return language.choose(
        request.cookies.get(LANGUAGE_COOKIE, ""), request.headers.get("accept-language", "")
    )


def is_partial(request: Connection) -> bool:
    """Whether htmx asks for a fragment. Forgeable: for rendering only, never for a right."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-request-type") != "full"


def wants_json(request: Connection) -> bool:
    """Whether a program asks: an address of the API, or an Accept header that names JSON and no page."""
    accept = request.headers.get("accept", "")
    return request.scope["path"].startswith("/api/") or ("json" in accept and "text/html" not in accept)


def address_of(request: Connection) -> str:
    """The client's address; behind a trusted proxy the one it forwarded (see security.Edge)."""
    client = request.scope.get("client")
    return client[0] if client else ""


def agent_of(request: Connection) -> str:
    """What the browser calls itself, shortened: it is shown in the list of sessions."""
    return request.headers.get("user-agent", "")[:300]


def is_local(request: Connection) -> bool:
    """Whether the client is on this machine. A proxy that is not trusted counts as its own address."""
    return address_of(request) in ("127.0.0.1", "::1") and "x-forwarded-for" not in request.headers
