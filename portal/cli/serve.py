"""`portal serve` and `portal worker`."""

import argparse
import asyncio
import socket
import sys
from collections.abc import Callable
from ipaddress import ip_address

import uvicorn
from litestar import Litestar
from uvicorn.supervisors import Multiprocess

from portal import settings
from portal.app import create_app
from portal.cli.console import Commands, require_current, verb
from portal.errors import Misconfigured, Refused
from portal.outbound import standalone
from portal.settings import Settings
from portal.storage.session import Store
from portal.web import logs

# Chat lines and form fields; a longer frame is closed with 1009.
LARGEST_FRAME = 65_536
GRACE = 10


def add_to(commands: Commands) -> None:
    parser = verb(commands, "serve", run_serve, "Serve the portal.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument(
        "--workers", type=int, default=1, help="processes; more than one needs PostgreSQL and Redis"
    )
    verb(commands, "worker", run_worker, "Deliver mails and hand-offs beside servers on PostgreSQL.")


def run_serve(arguments: argparse.Namespace) -> None:
    configured = settings.load()
    logs.configure(configured)
    check(configured, workers=arguments.workers)
    warn_about(configured, arguments.host)
    listening = listen(arguments.host, arguments.port)
    if arguments.workers == 1:
        serve(create_app(configured), listening, lambda: _say_ready(configured))
    else:
        options = uvicorn_config("portal.cli.serve:application", factory=True, workers=arguments.workers)
        Multiprocess(options, sockets=[listening]).run()


def application() -> Litestar:
    """One of several processes builds its own."""
    configured = settings.load()
    logs.configure(configured)
    return create_app(configured)


def check(configured: Settings, *, workers: int) -> None:
    """Misconfigured or Refused, each with what to do, for an installation that must not start like this."""
    if not configured.secret_keys:
        raise Misconfigured("PORTAL_SECRET_KEYS is not set. `portal keys new` makes a key.")
    store = Store(configured.database_url)
    try:
        if workers > 1 and (store.embedded or not configured.redis_url):
            raise Refused(
                "Several processes need PostgreSQL and Redis: set PORTAL_DATABASE_URL to postgresql://… "
                "and PORTAL_REDIS_URL, or leave --workers at 1."
            )
        require_current(store)
    finally:
        store.close()


def warn_about(configured: Settings, host: str) -> None:
    """Links over plain http from other machines can be read by anybody on the way."""
    if not configured.secure and not is_loopback(host):
        print(
            f"Warning: listening on {host} while PORTAL_PUBLIC_URL is plain http: sessions can be read on the way. "
            "Put a proxy with https in front and set PORTAL_PUBLIC_URL.",
            file=sys.stderr,
        )


def is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def listen(host: str, port: int) -> socket.socket:
    """A socket that is bound; Refused when the port is taken or the address is not this machine's."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or error
        raise Refused(f"Cannot listen on {host} port {port}: {reason}. Choose another with --port.") from None
    listening.set_inheritable(True)
    return listening


def serve(app: Litestar, listening: socket.socket, ready: Callable[[], None]) -> None:
    """Serve in this process until told to end; `ready` is called once it answers."""
    _Server(uvicorn_config(app), ready).run(sockets=[listening])


def uvicorn_config(app: Litestar | str, *, factory: bool = False, workers: int = 1) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        factory=factory,
        workers=workers,
        loop="uvloop" if sys.platform != "win32" else "asyncio",
        ws="websockets-sansio",
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


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started:
            self._ready()


def _say_ready(configured: Settings) -> None:
    print(f"Parley is at {configured.public_url}", flush=True)


def run_worker(arguments: argparse.Namespace) -> None:
    configured = settings.load()
    logs.configure(configured)
    store = Store(configured.database_url)
    if not store.embedded:
        require_current(store)
    asyncio.run(standalone.work(configured, store))
