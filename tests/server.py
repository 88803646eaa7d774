"""A real `portal serve` on a free port, with a database of its own.

start_portal()             a server for one test; options are settings: start_portal(message_rate="5")
portal_server              one for the whole session, in demo mode and with Kestrel's world; leave it running
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

import pytest

from portal.database.database import Database
from portal.settings import Settings
from portal.storage import migrate
from portal.storage.session import Store
from portal.worlds import kestrel
from portal.worlds.kestrel import World
from tests.services.process import Process, answers, free_port

KEY = "a key for servers under test"
# Seconds. Several processes import everything at the same time; only a failure takes so long.
START_WITHIN = 90.0


class PortalServer:
    """One server process. It keeps its port, data and settings over `start`, `stop` and `kill`."""

    def __init__(self, folder: Path, *, workers: int = 1, **options: str) -> None:
        self.folder, self.workers, self.port = folder, workers, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        values = {
            "database_url": f"sqlite:///{folder / 'parley.db'}",
            "files_dir": str(folder / "files"),
            "secret_keys": KEY,
            "public_url": self.url,
            **options,
        }
        self.environment = {f"PORTAL_{name.upper()}": value for name, value in values.items()}
        self.settings = Settings(_env_file=None, **values)  # type: ignore[call-arg, arg-type]
        store = Store(self.settings.database_url)
        migrate.upgrade(store, new_epoch="test")
        store.close()
        self.start()

    def start(self) -> None:
        command = [*PORTAL, "serve", "--port", str(self.port), "--workers", str(self.workers)]
        log, environment = self.folder / "server.log", clean(self.environment)
        self.process = Process("portal serve", command, log=log, env=environment, cwd=self.folder)
        self.process.wait_until(lambda: answers(f"{self.url}/healthz"), seconds=START_WITHIN)

    def stop(self) -> None:
        """As an operator does: requests under way are finished, sockets get 1012."""
        self.process.stop()

    def kill(self) -> None:
        self.process.kill()

    @contextmanager
    def database(self) -> Iterator[Database]:
        """Beside the server, as a command line is: what is written here rings nobody."""
        database = Database(Store(self.settings.database_url), public_url=self.url)
        try:
            yield database
        finally:
            database.close()

    def world(self) -> World:
        """Kestrel's world, written at the first call, with fresh links."""
        with self.database() as database:
            return kestrel.load(database, self.settings)

    def portal(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of the command line, on the same installation."""
        return run_portal(*arguments, folder=self.folder, environment=self.environment)


PORTAL = (sys.executable, "-c", "import sys; from portal.cli import main; sys.exit(main())")


def run_portal(
    *arguments: str, folder: Path, environment: Mapping[str, str], **options: Any
) -> subprocess.CompletedProcess[str]:
    """`portal …` as a process of its own, with nothing of this process's settings."""
    return subprocess.run(
        [*PORTAL, *arguments],
        cwd=folder,
        env=os.environ | clean(environment),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        **options,
    )


def clean(environment: Mapping[str, str]) -> dict[str, str]:
    """These settings and no others of ours; the repository's packages wherever the program runs."""
    return {"PYTHONPATH": str(Path(__file__).resolve().parent.parent), **environment}


class StartPortal(Protocol):
    def __call__(self, *, workers: int = 1, **options: str) -> PortalServer: ...


@pytest.fixture
def start_portal(tmp_path: Path) -> Iterator[StartPortal]:
    servers: list[PortalServer] = []

    def start(*, workers: int = 1, **options: str) -> PortalServer:
        folder = tmp_path / f"portal-{len(servers)}"
        folder.mkdir()
        servers.append(PortalServer(folder, workers=workers, **options))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


@pytest.fixture(scope="session")
def portal_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    server = PortalServer(tmp_path_factory.mktemp("portal"), environment="demo")
    server.world()
    yield server
    server.stop()
