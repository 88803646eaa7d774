"""Opening and closing a socket.

A wrong Origin is refused before the socket is accepted, so that a hostile page learns nothing. Every other refusal accepts
the socket first and then closes it with a code: to the browser a refused handshake looks like a lost network, and is
retried for ever.
"""

import asyncio
from contextlib import suppress
from urllib.parse import urlsplit

from litestar.exceptions import WebSocketDisconnect

from portal.rendering import language
from portal.request import LANGUAGE_COOKIE, Connection, Socket
from realtime.close_codes import NOT_ALLOWED
from realtime.services import Services

# Seconds a reader may take to read what was sent before the close frame.
CLOSE_TIMEOUT = 20.0
# What reading from and writing to a socket raise when the client has left.
DISCONNECTED = (WebSocketDisconnect, OSError)


async def accept(socket: Socket) -> bool:
    """Accept a socket of our own pages; one that another site's page opens gets status 403."""
    services: Services = socket.app.state.services
    if not _is_same_origin(socket.headers.get("origin", ""), services.settings.public_url):
        await socket.close(NOT_ALLOWED)
        return False
    await socket.accept()
    return True


async def close(socket: Socket, code: int) -> None:
    """Close with a code, and stop waiting for a reader after CLOSE_TIMEOUT."""
    with suppress(TimeoutError, *DISCONNECTED):
        async with asyncio.timeout(CLOSE_TIMEOUT):
            await socket.close(code)


def language_of(connection: Connection) -> str:
    """Return the page's language: what its address names (`lang`), else as for any page."""
    query, cookies = connection.query_params, connection.cookies
    wishes = (
        query.get("lang", ""),
        cookies.get(LANGUAGE_COOKIE, ""),
        connection.headers.get("accept-language", ""),
    )
    return language.choose(*wishes)


def _is_same_origin(origin: str, public_url: str) -> bool:
    ours = urlsplit(public_url)
    return origin.lower() == f"{ours.scheme}://{ours.netloc}".lower()
