"""What handlers ask of a request beyond its fields: the kind of answer it wants, its language, and who sent it."""

from typing import Any, TypeAlias, TypeVar

from litestar import Request, Response, WebSocket
from litestar.connection import ASGIConnection

from portal.rendering import language

T = TypeVar("T")
HttpRequest: TypeAlias = Request[Any, Any, Any]
Socket: TypeAlias = WebSocket[Any, Any, Any]
Connection: TypeAlias = ASGIConnection[Any, Any, Any, Any]
# Methods that change nothing.
SAFE = ("GET", "HEAD", "OPTIONS")
LANGUAGE_COOKIE = "parley_language"
# A year, in seconds.
LANGUAGE_KEPT = 365 * 24 * 3600


def language_of(request: Connection) -> str:
    """What the address asks for, what the visitor chose, what the browser prefers: the first there is a catalog for."""
    return language.choose(
        request.query_params.get("language", ""),
        request.cookies.get(LANGUAGE_COOKIE, ""),
        request.headers.get("accept-language", ""),
    )


def keep_language(request: HttpRequest, page: Response[T]) -> Response[T]:
    """The page, which has the browser remember the language that the address asks for (`?language=de`)."""
    asked = request.query_params.get("language", "")
    if asked in language.available():
        page.set_cookie(
            key=LANGUAGE_COOKIE, value=asked, max_age=LANGUAGE_KEPT, path="/", samesite="lax", httponly=True
        )
    return page


def is_partial(request: Connection) -> bool:
    """Whether htmx asks for a fragment. Forgeable: for rendering only, never for a right."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-request-type") != "full"


def wants_json(request: Connection) -> bool:
    """Whether a program asks: its Accept header names JSON and no page."""
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


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
