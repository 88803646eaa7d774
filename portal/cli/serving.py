"""The server's process, or several of them. Apart from `serve`, so that other commands start without these imports."""

import contextlib
import signal
import socket
import sys
from collections.abc import Generator
from functools import partial
from pathlib import Path
from types import FrameType

import uvicorn
from litestar import Litestar
from uvicorn.config import STARTUP_FAILURE
from uvicorn.supervisors import Multiprocess

from portal import settings
from portal.app import create_app
from portal.cli import interpreter
from portal.cli.ending import alone_at, end_in_time, leave, tell_supervisor
from portal.errors import Refused
from portal.settings import Settings
from portal.storage.session import driver_url
from portal.web.http import logs

# Chat lines and form fields; a longer frame is closed with 1009.
LARGEST_FRAME = 65_536
# Seconds for requests under way when the server is told to end. Sockets are closed with 1012 at once.
GRACE = 5
# Seconds: for the first start of several processes, and for the answer of one to its parent, or of its successor.
START_WITHIN, ANSWER_WITHIN = 60.0, 15


def serve(configured: Settings, listening: socket.socket, welcome: str, *, outbox: bool = True) -> None:
    """Serve until told to end, and end this process with status 0; prints `welcome` once it answers.

    Refused when another server already has the SQLite file. `outbox`: deliver mails and hand-offs as well.
    """
    logs.configure(configured)
    url = driver_url(configured.database_url)
    embedded = url.get_backend_name() == "sqlite"
    with alone_at(Path(str(url.database))) if embedded else contextlib.nullcontext():
        app = create_app(configured, outbox=outbox)
        interpreter.prepare()
        _Server(_config(app), welcome).run(sockets=[listening])
        leave()


def serve_in_processes(
    configured: Settings, listening: socket.socket, workers: int, welcome: str, *, outbox: bool = True
) -> None:
    """Serve in several processes, which share one listening socket; one that dies is replaced.

    Refused when one cannot start.
    """
    logs.configure(configured)
    options = _config(partial(application, outbox=outbox), factory=True, workers=workers)
    processes = _Processes(options, [listening], welcome)
    processes.run()
    if any(process.exitcode == STARTUP_FAILURE for process in processes.processes):
        raise Refused("A server process could not start; its lines above say why.")


def application(*, outbox: bool) -> Litestar:
    """One of several processes builds its own, from the same environment."""
    # uvicorn has taken the signal by now, and its server for these processes can't be another.
    asked_to_end = signal.getsignal(signal.SIGTERM)

    def end(number: int, frame: FrameType | None) -> None:
        end_in_time()
        if callable(asked_to_end):
            asked_to_end(number, frame)

    signal.signal(signal.SIGTERM, end)
    configured = settings.load()
    logs.configure(configured)
    app = create_app(configured, outbox=outbox)
    interpreter.prepare()
    return app


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, welcome: str) -> None:
        super().__init__(config)
        self._welcome = welcome

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            print(self._welcome, flush=True)
            tell_supervisor("READY=1")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            tell_supervisor("STOPPING=1")
            end_in_time()
        super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        with super().capture_signals():
            yield
            # Raised again, the signal would be the exit status of a server that ended in order.
            self._captured_signals.clear()


class _Processes(Multiprocess):
    """Says when all of its processes answer. SIGHUP replaces one after the other, each once its successor serves."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], welcome: str) -> None:
        super().__init__(config, sockets)
        self._welcome = welcome

    def init_processes(self) -> None:
        super().init_processes()
        if all(process.wait_until_ready(START_WITHIN) for process in self.processes):
            print(self._welcome, flush=True)
            tell_supervisor("READY=1")

    def terminate_all(self) -> None:
        tell_supervisor("STOPPING=1")
        super().terminate_all()


def _config(app: Litestar | partial[Litestar], *, factory: bool = False, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=factory,
        workers=workers,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        ws="realtime.sockets.protocol:SocketProtocol",
        # Compression costs 32 KiB a socket and leaks what it compresses together with secrets.
        ws_per_message_deflate=False,
        ws_max_size=LARGEST_FRAME,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=ANSWER_WITHIN,
        # The edge looks at forwarded addresses itself, and writes the access log without tokens.
        proxy_headers=False,
        access_log=False,
        log_config=None,
        server_header=False,
    )
