"""Real `portal serve` processes that start quickly, hurry, and have a clock and a doorbell that trials can tamper with.

Importing the application takes seconds; a process that has done so forks one server after the other. What a server
does is the command's own; only its waiting times are shorter (Pace), so that a trial need not wait for them.
"""

from __future__ import annotations

import ctypes
import multiprocessing
import os
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any

from portal.settings import Settings
from portal.storage import migrate
from portal.storage.session import Store
from tests.server import KEY
from tests.services.process import READY_WITHIN, answers, free_port

_forks = multiprocessing.get_context("forkserver")
_forks.set_forkserver_preload(
    ["portal.cli.serving", "uvloop", "realtime.sockets.protocol", "tests.chaos.servers"]
)
READY = 4 * READY_WITHIN  # seconds; the first server waits for the imports of all
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, kw_only=True)
class Pace:
    """Seconds, where a server in production takes 2, 20, 10 (20 for the last frames), 5, 60, 30, 5, 5, 3 and 9.

    What a busy machine could run out of by itself, or what would heal a page whatever had broken it, is short only in the
    trial that is about it: `patience`, `lease` and `heartbeat`.
    """

    poll: float = 0.4
    heartbeat: float = 20.0
    patience: float = 10.0
    silence: float = 0.4
    lease: float = 60.0
    sweep: float = 0.4
    # The least that PostgreSQL's library takes seriously.
    connect: int = 2
    # In the end: for requests under way, then for deliveries, and for everything.
    grace: int = 5
    last: float = 3.0
    deadline: float = 9.0


@dataclass
class Tampering:
    """What a trial does to a running server from outside, over memory that both share."""

    # Seconds that the server's clock is ahead of the machine's.
    ahead: Synchronized[float] = field(default_factory=lambda: _forks.Value("d", 0.0))
    # Of the server's own rings after a commit: 0 rings once, 1 never, 2 twice and for others' deals as well,
    # 3 with events that are missing, late or in another order.
    rings: Synchronized[int] = field(default_factory=lambda: _forks.Value("i", 0))

    def now(self) -> datetime:
        """The server's clock, for the trial's own database."""
        from portal.database.database import utc_now

        return utc_now() + timedelta(seconds=self.ahead.value)


class Server:
    """One server process. It keeps port, settings and data over `start`, `stop` and `kill`."""

    def __init__(
        self, folder: Path, *, pace: Pace | None = None, tampering: Tampering | None = None, **options: str
    ) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.pace, self.tampering = pace or Pace(), tampering or Tampering()
        values = {
            "database_url": f"sqlite:///{folder / 'parley.db'}",
            "files_dir": str(folder / "files"),
            "secret_keys": KEY,
            "public_url": self.url,
            "message_rate": "100000",
            **options,
        }
        self.environment = {f"PORTAL_{name.upper()}": value for name, value in values.items()}
        self.settings = Settings(_env_file=None, **values)  # type: ignore[call-arg, arg-type]
        store = Store(self.settings.database_url)
        if not migrate.is_current(store):
            migrate.upgrade(store, new_epoch="test")
        store.close()
        self.log = folder / f"server-{self.port}.log"

    @property
    def pid(self) -> int:
        assert self.process.pid is not None
        return self.process.pid

    def start(self) -> None:
        """Begin to start; `ready` waits until it answers."""
        self.process = self._begin("serve", "--port", str(self.port))

    def ready(self) -> Server:
        while not answers(f"{self.url}/healthz"):
            self.process.join(0.02)
            assert self.process.exitcode is None, f"the server ended:\n{self.output()}"
        return self

    def kill(self) -> None:
        """SIGKILL: no chance to tidy up."""
        self.process.kill()
        self.process.join()

    def restart(self) -> None:
        self.start()
        self.ready()

    def portal(self, *arguments: str) -> int:
        """A command of the command line, in a process of its own beside the server; its exit status."""
        process = self._begin(*arguments)
        process.join(READY)
        assert process.exitcode is not None, f"portal {arguments[0]} does not end"
        return process.exitcode

    def stop(self) -> None:
        os.kill(self.pid, signal.SIGCONT)
        self.process.terminate()
        self.process.join(READY_WITHIN)
        self.kill()

    def _begin(self, *arguments: str) -> Any:
        facts = (self.environment, self.folder, self.log, self.pace, self.tampering, arguments)
        process = _forks.Process(target=_run, args=facts)
        process.start()
        return process

    def output(self) -> str:
        return self.log.read_text(errors="replace") if self.log.exists() else ""


def _run(  # noqa: PLR0917 - a process's facts
    environment: dict[str, str],
    folder: Path,
    log: Path,
    pace: Pace,
    tampering: Tampering,
    arguments: tuple[str, ...],
) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    with log.open("ab") as output:
        os.dup2(output.fileno(), 1)
        os.dup2(output.fileno(), 2)
    os.chdir(folder)
    for name in [name for name in os.environ if name.startswith("PORTAL_")]:
        del os.environ[name]
    os.environ.update(environment)
    _hurry(pace)
    _tamper(tampering)
    from portal.cli import main

    sys.exit(main(list(arguments)))


def _hurry(pace: Pace) -> None:
    from portal import app
    from portal.cli import serving, supervision
    from portal.commands.outbox import lease_deliveries
    from portal.outbound.worker import Worker
    from portal.storage import session
    from realtime.hub import redis_doorbell
    from realtime.hub.hub import Hub
    from realtime.sockets import connection, handshake

    _defaults(Hub, poll_every=pace.poll)
    connection.HEARTBEAT = pace.heartbeat
    connection.SEND_TIMEOUT = handshake.CLOSE_TIMEOUT = pace.patience
    redis_doorbell.SILENCE = pace.silence
    lease_deliveries.LEASE = timedelta(seconds=pace.lease)
    _defaults(
        Worker, poll_every=timedelta(seconds=pace.poll / 4), renew_every=timedelta(seconds=pace.lease / 3)
    )
    app.SWEEP_EVERY = pace.sweep
    serving.GRACE, supervision.DEADLINE = pace.grace, pace.deadline
    Worker.stop.__defaults__ = (pace.last,)
    session.CONNECTION_TIMEOUTS["connect_timeout"] = pace.connect


def _tamper(tampering: Tampering) -> None:
    from portal.database.database import Database
    from realtime.hub.hub import Hub

    _defaults(Database, clock=tampering.now)
    Hub.ring = _tampered(Hub.ring, tampering)  # type: ignore[method-assign]


Ring = Callable[[Any, Iterable[str], Sequence[Any]], None]


def _tampered(ring: Ring, tampering: Tampering) -> Ring:
    held: list[Any] = []

    def rings(hub: Any, deals: Iterable[str], events: Sequence[Any] = ()) -> None:
        match tampering.rings.value:
            case 0:
                ring(hub, deals, events)
            case 2:
                ring(hub, [*deals, "no such deal"], events)
                ring(hub, list(hub.feeds.by_deal), events)
            case 3:
                # The one before comes after this one, and every third never.
                held.extend(events)
                ring(hub, deals, held[1::3] + held[::3])
                held[:] = events

    return rings


def _defaults(owner: type[Any], **values: Any) -> None:
    """Other defaults for keyword arguments of the constructor."""
    known = owner.__init__.__kwdefaults__
    assert values.keys() <= known.keys(), f"{owner.__name__} has no {values.keys() - known.keys()}"
    known.update(values)
