"""Run the server in one process or several. Separate from `serve`, so that other commands start without these imports."""

import asyncio
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
from portal.cli.supervision import (
    exit_now,
    exit_when_hanging,
    exit_within_deadline,
    lock_database,
    notify_supervisor,
)
from portal.errors import Refused
from portal.settings import Settings
from portal.storage.session import driver_url
from portal.web.http import logs

# Bytes. A longer frame from a client closes the socket with 1009.
MAX_FRAME_SIZE = 65_536
# Seconds for requests in progress when the server is asked to end. Sockets are closed with 1012 at once.
GRACE = 5
# Seconds for several processes to start, and for a process to answer its parent's health check.
START_TIMEOUT, HEALTH_CHECK_TIMEOUT = 60.0, 15


def serve(configured: Settings, listening: socket.socket, welcome: str, *, outbox: bool = True) -> None:
    """Serve until asked to end, then exit with status 0. Prints `welcome` once it accepts requests.

    Refused when another server has the SQLite file. `outbox`: deliver mails and hand-offs as well.
    """
    logs.configure(configured)
    url = driver_url(configured.database_url)
    embedded = url.get_backend_name() == "sqlite"
    with lock_database(Path(str(url.database))) if embedded else contextlib.nullcontext():
        app = _watched(create_app(configured, outbox=outbox))
        interpreter.tune()
        _Server(_config(app), welcome).run(sockets=[listening])
        exit_now()


def serve_in_processes(
    configured: Settings, listening: socket.socket, workers: int, welcome: str, *, outbox: bool = True
) -> None:
    """Serve in several processes that share one listening socket. A process that dies is replaced.

    Refused when a process cannot start.
    """
    logs.configure(configured)
    options = _config(partial(application, outbox=outbox), factory=True, workers=workers)
    processes = _Processes(options, [listening], welcome)
    processes.run()
    if any(process.exitcode == STARTUP_FAILURE for process in processes.processes):
        raise Refused("A server process could not start; its lines above say why.")


def application(*, outbox: bool) -> Litestar:
    """Create the application of one of several processes, from the environment."""
    # uvicorn has installed its handler already, and does not let these processes use another server class.
    uvicorn_handler = signal.getsignal(signal.SIGTERM)

    def end(number: int, frame: FrameType | None) -> None:
        exit_within_deadline()
        if callable(uvicorn_handler):
            uvicorn_handler(number, frame)

    signal.signal(signal.SIGTERM, end)
    configured = settings.load()
    logs.configure(configured)
    app = _watched(create_app(configured, outbox=outbox))
    interpreter.tune()
    return app


def _watched(app: Litestar) -> Litestar:
    """Have the process exit when its event loop hangs, from start to end."""
    watching: list[asyncio.Task[None]] = []

    def start() -> None:
        watching.append(asyncio.get_running_loop().create_task(exit_when_hanging()))

    def stop() -> None:
        while watching:
            watching.pop().cancel()

    app.on_startup.append(start)
    app.on_shutdown.append(stop)
    return app


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, welcome: str) -> None:
        super().__init__(config)
        self._welcome = welcome

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            print(self._welcome, flush=True)
            notify_supervisor("READY=1")

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if not self.should_exit:
            notify_supervisor("STOPPING=1")
            exit_within_deadline()
        super().handle_exit(sig, frame)

    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        with super().capture_signals():
            yield
            # uvicorn would raise the signal again, and the exit status would not be 0.
            self._captured_signals.clear()


class _Processes(Multiprocess):
    """Reports when all processes are ready. SIGHUP replaces them one after the other, without interruption."""

    def __init__(self, config: uvicorn.Config, sockets: list[socket.socket], welcome: str) -> None:
        super().__init__(config, sockets)
        self._welcome = welcome

    def init_processes(self) -> None:
        super().init_processes()
        if all(process.wait_until_ready(START_TIMEOUT) for process in self.processes):
            print(self._welcome, flush=True)
            notify_supervisor("READY=1")

    def terminate_all(self) -> None:
        notify_supervisor("STOPPING=1")
        super().terminate_all()


def _config(app: Litestar | partial[Litestar], *, factory: bool = False, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=factory,
        workers=workers,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        ws="realtime.sockets.protocol:SocketProtocol",
        # Compression costs 32 KiB a socket, and can leak secrets that are compressed together with user input.
        ws_per_message_deflate=False,
        ws_max_size=MAX_FRAME_SIZE,
        timeout_graceful_shutdown=GRACE,
        timeout_worker_healthcheck=HEALTH_CHECK_TIMEOUT,
        # The application handles forwarded addresses itself, and writes an access log without tokens.
        proxy_headers=False,
        access_log=False,
        log_config=None,
        server_header=False,
    )
