"""Start and end of a long-running process under a supervisor: it reports when it is ready, and exits in time, status 0."""

import asyncio
import contextlib
import faulthandler
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from portal.errors import Refused

# Seconds. Shorter than the time after which a supervisor kills a process that it has asked to end.
DEADLINE = 9.0
# Seconds that an event loop may stand still. Nobody waits so long for a page.
HANG_LIMIT = 60.0


def notify_supervisor(state: str) -> None:
    """Send READY=1 or STOPPING=1 to systemd's notification socket (sd_notify), if there is one."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    # "@" at the start means a socket in the abstract name space, which begins with a null byte.
    target = "\0" + address[1:] if address.startswith("@") else address
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notifier:
        notifier.sendto(state.encode(), target)


async def exit_when_hanging() -> None:
    """Exit with status 1, saying where every thread was, once the event loop has not run for HANG_LIMIT.

    A thread that needs no interpreter lock does it, so even code that never gives the lock back cannot hold it up.
    Whatever supervises the process starts another.
    """
    try:
        while True:
            faulthandler.dump_traceback_later(HANG_LIMIT, exit=True)
            await asyncio.sleep(HANG_LIMIT / 10)
    finally:
        faulthandler.cancel_dump_traceback_later()


def exit_within_deadline() -> None:
    """Exit after DEADLINE even when work still hangs: nobody relies on work that was not acknowledged."""
    timer = threading.Timer(DEADLINE, exit_now)
    timer.daemon = True
    timer.start()


def exit_now() -> None:
    """Exit now with status 0, without waiting for threads, which may be waiting for a mail server."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)


@contextlib.contextmanager
def lock_database(database: Path) -> Iterator[None]:
    """Lock this SQLite file for one server. Refused when another has it. The lock ends with the process."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    with database.with_name(f"{database.name}.serving").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Refused(
                "Another server already serves %(database)s. With SQLite there is one process; several need "
                "PostgreSQL and Redis: set PORTAL_DATABASE_URL to postgresql://… and PORTAL_REDIS_URL.",
                database=str(database),
            ) from None
        yield
