"""How a long-running process begins and ends under a supervisor: it says when it is ready, and ends in time, status 0."""

import contextlib
import os
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from portal.errors import Refused

# Seconds. A supervisor that has asked a process to end kills it after its own patience, which is longer than this.
DEADLINE = 9.0


def tell_supervisor(state: str) -> None:
    """systemd's protocol (sd_notify): READY=1 or STOPPING=1 to the socket it named, when it named one."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    # An address that begins with @ is in the abstract name space, written with a null byte.
    target = "\0" + address[1:] if address.startswith("@") else address
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as line:
        line.sendto(state.encode(), target)


def end_in_time() -> None:
    """Whatever still hangs after DEADLINE is left: what it had not acknowledged, nobody relies on."""
    last = threading.Timer(DEADLINE, leave)
    last.daemon = True
    last.start()


def leave() -> None:
    """End now, with status 0. A thread that waits for a mail server would keep the interpreter until it answers."""
    with contextlib.suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    os._exit(0)


@contextlib.contextmanager
def alone_at(database: Path) -> Iterator[None]:
    """Refused while another server has this SQLite file. The lock goes with the process, however that ends."""
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
