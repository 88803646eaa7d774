"""`portal serve` and `portal worker`."""

import argparse
import asyncio
import socket
import sys
from ipaddress import ip_address

from portal import settings
from portal.cli import supervision
from portal.cli.console import Commands, add_verb, require_current
from portal.errors import Misconfigured, Refused
from portal.settings import Settings
from portal.storage.session import Store


def add_to(commands: Commands) -> None:
    parser = add_verb(commands, "serve", run_serve, "Serve the portal.")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port to listen on (8000)")
    parser.add_argument(
        "--workers", type=int, default=1, help="processes; more than one needs PostgreSQL and Redis"
    )
    parser.add_argument(
        "--no-outbox",
        action="store_true",
        help="leave mails and hand-offs to `portal worker`; needs PostgreSQL",
    )
    add_verb(commands, "worker", run_worker, "Deliver mails and hand-offs beside servers on PostgreSQL.")


def run_serve(arguments: argparse.Namespace) -> None:
    configured = settings.load()
    check(configured, workers=arguments.workers, outbox=not arguments.no_outbox)
    warn_about(configured, arguments.host)
    listening = listen(arguments.host, arguments.port)
    from portal.cli import serving  # takes a second to import, which other commands do not need

    welcome, outbox = f"Parley is at {configured.public_url}", not arguments.no_outbox
    if arguments.workers > 1:
        welcome = f"{welcome}, in {arguments.workers} processes"
        serving.serve_in_processes(configured, listening, arguments.workers, welcome, outbox=outbox)
    else:
        serving.serve(configured, listening, welcome, outbox=outbox)


def check(configured: Settings, *, workers: int, outbox: bool) -> None:
    """Raise Misconfigured or Refused when the installation must not start with these settings."""
    if not configured.secret_keys:
        raise Misconfigured("PORTAL_SECRET_KEYS is not set. `portal keys new` makes a key.")
    store = Store(configured.database_url)
    try:
        if workers > 1 and (store.embedded or not configured.redis_url):
            raise Refused(
                "Several processes need PostgreSQL and Redis: set PORTAL_DATABASE_URL to postgresql://… "
                "and PORTAL_REDIS_URL, or leave --workers at 1."
            )
        if store.embedded and not outbox:
            raise Refused("On SQLite nothing else delivers mails and hand-offs: leave --no-outbox away.")
        require_current(store)
    finally:
        store.close()


def warn_about(configured: Settings, host: str) -> None:
    """Warn when sessions would travel over plain http to other machines."""
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
    """Return a bound socket; Refused when the port is in use or the address is not one of this machine."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except (OSError, OverflowError) as error:
        listening.close()
        reason = getattr(error, "strerror", None) or error
        raise Refused(
            "Cannot listen on %(host)s port %(port)s: %(reason)s. Choose another with --port.",
            host=host,
            port=str(port),
            reason=str(reason),
        ) from None
    listening.set_inheritable(True)
    return listening


def run_worker(arguments: argparse.Namespace) -> None:
    from portal.outbound import standalone
    from portal.web.http import logs

    configured = settings.load()
    logs.configure(configured)
    store = Store(configured.database_url)
    if not store.embedded:
        require_current(store)

    async def work() -> None:
        watching = asyncio.create_task(supervision.exit_when_hanging())
        try:
            await standalone.work(configured, store, ready=lambda: supervision.notify_supervisor("READY=1"))
        finally:
            watching.cancel()

    asyncio.run(work())
    supervision.exit_now()
