"""The server's process, or several of them. Apart from `serve`, so that other commands start without these imports."""

import socket
import sys

import uvicorn
from litestar import Litestar
from uvicorn.supervisors import Multiprocess

from portal import settings
from portal.app import create_app
from portal.settings import Settings
from portal.web import logs

# Chat lines and form fields; a longer frame is closed with 1009.
LARGEST_FRAME = 65_536
# Seconds for requests under way when the server is told to end. Sockets are closed with 1012 at once.
GRACE = 10


def serve(configured: Settings, listening: socket.socket, welcome: str) -> None:
    """Serve in this process until told to end; prints `welcome` once it answers."""
    logs.configure(configured)
    _Server(_config(create_app(configured)), welcome).run(sockets=[listening])


def serve_in_processes(configured: Settings, listening: socket.socket, workers: int) -> None:
    """Serve in several processes, which share one listening socket; one that dies is replaced."""
    logs.configure(configured)
    options = _config("portal.cli.serving:application", factory=True, workers=workers)
    Multiprocess(options, sockets=[listening]).run()


def application() -> Litestar:
    """One of several processes builds its own, from the same environment."""
    configured = settings.load()
    logs.configure(configured)
    return create_app(configured)


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, welcome: str) -> None:
        super().__init__(config)
        self._welcome = welcome

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            print(self._welcome, flush=True)


def _config(app: Litestar | str, *, factory: bool = False, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=factory,
        workers=workers,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        ws="realtime.protocol:SocketProtocol",
        # Compression costs 32 KiB a socket and leaks what it compresses together with secrets.
        ws_per_message_deflate=False,
        ws_max_size=LARGEST_FRAME,
        timeout_graceful_shutdown=GRACE,
        # The edge looks at forwarded addresses itself, and writes the access log without tokens.
        proxy_headers=False,
        access_log=False,
        log_config=None,
        server_header=False,
    )
