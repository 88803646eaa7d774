"""Releases follow each other on one database: three migrate at once, an old one meets a newer schema."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from subprocess import CompletedProcess

import httpx
import psutil
import pytest
from sqlalchemy import Connection, func, select, text

from portal.storage import migrate
from portal.storage.session import Store
from tests.server import KEY, PORTAL, StartPortal, clean, run_portal
from tests.services.process import Process

NEWER = "9999"
# Declares that releases since the first can go on with it.
NEWER_BUT_FITS = "9999_from_0001"


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database."""
    if request.param == "postgresql":
        return str(request.getfixturevalue("postgres_url"))
    return f"sqlite:///{tmp_path}/parley.db"


def portal(folder: Path, database_url: str, *arguments: str) -> CompletedProcess[str]:
    environment = {"PORTAL_DATABASE_URL": database_url, "PORTAL_SECRET_KEYS": KEY}
    return run_portal(*arguments, folder=folder, environment=environment)


def at(database_url: str, revision: str) -> None:
    """Give the database the revision of a later release."""
    store = Store(database_url)
    with store.writer.connect() as connection, connection.begin():
        connection.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    store.close()


def test_migrating_three_times_at_once_migrates_once(database_url: str, tmp_path: Path) -> None:
    with ThreadPoolExecutor(3) as pool:
        ended = list(pool.map(lambda _: portal(tmp_path, database_url, "migrate"), range(3)))
    assert [each.returncode for each in ended] == [0, 0, 0], [each.stderr for each in ended]
    done = "The schema is up to date now.\n"
    assert sorted(each.stdout for each in ended) == [done, *["The schema was up to date.\n"] * 2]
    store = Store(database_url)
    with store.reader.connect() as connection:
        assert len(connection.execute(text("SELECT epoch FROM installation")).all()) == 1
    assert migrate.is_current(store)
    store.close()


def test_migrations_wait_for_the_one_that_runs(database_url: str, tmp_path: Path) -> None:
    store = Store(database_url)
    with store.writer.connect() as connection, connection.begin():
        if not store.embedded:
            connection.execute(select(func.pg_advisory_xact_lock(migrate.LOCK)))
        started = [migration(database_url, tmp_path / f"migrate-{number}.log") for number in range(3)]
        for each in started:
            each.wait_until(lambda each=each: waits(connection, each))  # type: ignore[misc]
    assert [each.wait_for_exit() for each in started] == [0, 0, 0]
    assert sum("up to date now" in each.output() for each in started) == 1
    store.close()


def migration(database_url: str, log: Path) -> Process:
    environment = clean({"PORTAL_DATABASE_URL": database_url})
    return Process("portal migrate", [*PORTAL, "migrate"], log=log, env=environment, cwd=log.parent)


def waits(connection: Connection, process: Process) -> bool:
    """Whether it has come to the lock: PostgreSQL tells; on SQLite it has the database open, and can't go on."""
    if connection.dialect.name == "sqlite":
        return any(file.path.endswith(".db-wal") for file in psutil.Process(process.pid).open_files())
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    return bool(connection.execute(waiting).scalar_one() == 3)


@pytest.mark.parametrize("command", ["migrate", "serve"])
def test_an_older_release_says_that_the_database_is_newer(
    command: str, database_url: str, tmp_path: Path
) -> None:
    assert portal(tmp_path, database_url, "migrate").returncode == 0
    at(database_url, NEWER)
    refused = portal(tmp_path, database_url, command)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "The database is at 9999, which this release does not know." in refused.stderr
    assert "Install the newer release, or restore a backup." in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_running_server_stays_ready_when_the_database_is_migrated_further(
    start_portal: StartPortal, database_url: str
) -> None:
    server = start_portal(database_url=database_url)
    at(database_url, NEWER)
    answer = httpx.get(f"{server.url}/readyz")
    assert answer.status_code == 200
    document = answer.json()
    assert document["ready"] is True
    assert document["schema"] == "ahead: at 9999, which this release does not know"
    assert document["outbox"]["waiting"] == 0
    assert [notice for notice in document["notices"] if "9999" in notice]


def test_a_release_starts_beside_a_newer_schema_that_declares_it_fits(start_portal: StartPortal) -> None:
    server = start_portal()
    server.stop()
    at(server.settings.database_url, NEWER_BUT_FITS)
    server.start()
    assert httpx.get(f"{server.url}/readyz").status_code == 200
    assert f"Warning: the database is at {NEWER_BUT_FITS}" in server.process.output()
    assert "schema ahead" in server.portal("doctor").stdout
