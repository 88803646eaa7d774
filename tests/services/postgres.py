"""A PostgreSQL of the tests' own: a cluster in a temporary folder, a free port, fresh databases by the copy."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import tempfile
from collections.abc import Callable
from itertools import count
from pathlib import Path

import psycopg
from psycopg import sql

from tests.services.process import Process, free_port

# fsync is off because only a crash of the machine could tell; synchronous_commit stays on, because a killed server
# would lose acknowledged commits without it, and tests kill it.
CONFIGURATION = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "64MB",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


class PostgresServer:
    """Keeps its port and data over `kill` and `restart`."""

    def __init__(self) -> None:
        self.port = free_port()
        self._user = _user_for_postgres()
        # Not under pytest's own folder: root's is closed to the user that the server has to run as.
        self._folder = Path(tempfile.mkdtemp(prefix="parley-postgres-"))
        self._process: Process | None = None
        self._numbers = count(1)
        self._templates: dict[Callable[[str], object], str] = {}
        try:
            self._create_cluster()
            self.start()
        except BaseException:
            self.remove()
            raise

    def start(self) -> None:
        settings = [part for name, value in CONFIGURATION.items() for part in ("-c", f"{name}={value}")]
        self._process = Process(
            "postgres",
            [_program("postgres"), "-D", self._folder / "data", "-p", str(self.port), *settings],
            log=self._folder / "postgres.log",
            user=self._user,
        )
        self._process.wait_until(self._accepts_queries)

    def restart(self, how: signal.Signals = signal.SIGINT) -> None:
        """SIGINT ends sessions and shuts down in order; SIGQUIT ends them in the middle and recovers on start."""
        self.stop(how)
        self.start()

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        if self._process:
            self._process.stop(how)

    def kill(self) -> None:
        """A crash: the server and its backends end at once; `start` recovers from its log."""
        if self._process:
            self._process.kill()

    def pause(self) -> None:
        """New connections hang. Sessions that are open go on, since each has a process of its own."""
        if self._process:
            self._process.pause()

    def resume(self) -> None:
        if self._process:
            self._process.resume()

    def remove(self) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql://parley@127.0.0.1:{self.port}/{database}"

    def create_database(self, prepared_by: Callable[[str], object] | None = None) -> str:
        """The address of a fresh database.

        `prepared_by` gets the address of a template once (to migrate it, say); each later call with the same
        function copies that template. It must leave no connection open. Without it, the database is empty.
        """
        template = "template1"
        if prepared_by is not None:
            if prepared_by not in self._templates:
                name = self._copy("template1")
                prepared_by(self.url(name))
                self._templates[prepared_by] = name
            template = self._templates[prepared_by]
        return self.url(self._copy(template))

    def _copy(self, template: str) -> str:
        name = f"test_{next(self._numbers)}"
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)
        return name

    def _create_cluster(self) -> None:
        data = self._folder / "data"
        data.mkdir(mode=0o700)
        if self._user:
            for folder in (self._folder, data):
                shutil.chown(folder, self._user)
        initdb = Process(
            "initdb",
            [
                _program("initdb"),
                "-D",
                data,
                "-U",
                "parley",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
                "--no-sync",
            ],
            log=self._folder / "initdb.log",
            user=self._user,
            cwd=self._folder,
        )
        if initdb.wait_for_exit(seconds=60):
            raise RuntimeError(f"initdb failed:\n{initdb.output()}")

    def _accepts_queries(self) -> bool:
        # A listening port is not enough: a starting or recovering server accepts and then refuses.
        try:
            psycopg.connect(self.url("postgres"), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def find_program(name: str) -> str | None:
    """On PATH, or where Debian and Red Hat keep server programs, the newest version first."""
    folders = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
    newest_first = sorted(folders, key=lambda folder: _version_in(folder.parent.name), reverse=True)
    return shutil.which(name) or shutil.which(name, path=os.pathsep.join(map(str, newest_first)))


def _version_in(name: str) -> float:
    digits = name.removeprefix("pgsql-")
    return float(digits) if digits.replace(".", "", 1).isdigit() else 0.0


def _program(name: str) -> str:
    found = find_program(name)
    if found is None:
        raise RuntimeError(f"PostgreSQL's {name} is not installed; `make services` installs it")
    return found


def _user_for_postgres() -> str | None:
    """PostgreSQL refuses to run as root; anybody else runs it as themselves."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    return next((name for name in ("postgres", "nobody") if name in known), None)
