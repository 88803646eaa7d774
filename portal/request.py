"""Facts about a request: the kind of response it wants, its language, and its sender."""

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
LANGUAGE_MAX_AGE = 365 * 24 * 3600


def language_of(request: Connection) -> str:
    """Return the first supported language of: the URL, the visitor's earlier choice, the browser's preferences."""
    return language.choose(
        request.query_params.get("language", ""),
        request.cookies.get(LANGUAGE_COOKIE, ""),
        request.headers.get("accept-language", ""),
    )


def remember_language(request: HttpRequest, page: Response[T]) -> Response[T]:
    """Return the page with a cookie for the language that the URL asks for (`?language=de`)."""
    chosen = request.query_params.get("language", "")
    if chosen in language.available():
        page.set_cookie(
            key=LANGUAGE_COOKIE,
            value=chosen,
            max_age=LANGUAGE_MAX_AGE,
            path="/",
            samesite="lax",
            httponly=True,
        )
    return page


def is_partial(request: Connection) -> bool:
    """Whether htmx asks for a fragment. The header can be forged, so it must not decide about access."""
    return request.headers.get("hx-request") == "true" and request.headers.get("hx-request-type") != "full"


def wants_json(request: Connection) -> bool:
    """Whether a program sent it: its Accept header names JSON and not HTML."""
    accept = request.headers.get("accept", "")
    return "json" in accept and "text/html" not in accept


def address_of(request: Connection) -> str:
    """Return the client's IP address; behind a trusted proxy the forwarded one (see security.Edge)."""
    client = request.scope.get("client")
    return client[0] if client else ""


def agent_of(request: Connection) -> str:
    """Return the browser's user agent, shortened for the list of sessions."""
    return request.headers.get("user-agent", "")[:300]


def is_local(request: Connection) -> bool:
    """Whether the client is on this machine. Behind a proxy that is not trusted it never is."""
    return address_of(request) in ("127.0.0.1", "::1") and "x-forwarded-for" not in request.headers
