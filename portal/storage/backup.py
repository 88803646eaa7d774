"""Back up the database beside a running server, and restore it under a new epoch.

A restored database has lost the events after the backup. The new epoch makes every open page reload: otherwise it would
skip new events whose numbers it has already seen.
"""

import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import update
from sqlalchemy.engine import URL

from portal.errors import Refused
from portal.storage import tables
from portal.storage.session import Store

_SQLITE_MAGIC = b"SQLite format 3\x00"


def backup(store: Store, path: Path) -> None:
    """Write a consistent copy to `path`, which must not exist. Refused, without leaving a file, when that fails."""
    if path.exists():
        raise Refused("%(path)s exists already. Name a file that does not.", path=str(path))
    unfinished = path.with_name(path.name + ".unfinished")
    unfinished.unlink(missing_ok=True)
    try:
        if store.embedded:
            _copy(Path(str(store.url.database)), unfinished)
        else:
            _run("pg_dump", ["--format=custom", "--no-owner", f"--file={unfinished}"], store.url)
        unfinished.rename(path)
    except (OSError, sqlite3.Error) as error:
        raise Refused(
            "The backup could not be written to %(path)s: %(error)s", path=str(path), error=str(error)
        ) from error
    finally:
        unfinished.unlink(missing_ok=True)


def restore(store: Store, path: Path, *, new_epoch: str) -> None:
    """Replace the database by a backup, in one transaction. Refused, without a change, when `path` is not a backup."""
    if not path.is_file():
        raise Refused("There is no file %(path)s.", path=str(path))
    try:
        if store.embedded:
            _check_backup(path)
            _copy(path, Path(str(store.url.database)))
        else:
            arguments = ["--clean", "--if-exists", "--no-owner", "--single-transaction", "--exit-on-error"]
            _run("pg_restore", [*arguments, f"--dbname={_address(store.url)}", str(path)], store.url)
    except (OSError, sqlite3.Error) as error:
        raise Refused(
            "%(path)s could not be restored: %(error)s", path=str(path), error=str(error)
        ) from error
    with store.writer.connect() as connection, connection.begin():
        connection.execute(update(tables.installation).values(epoch=new_epoch))


def _copy(source: Path, target: Path) -> None:
    # SQLite's online backup includes the write-ahead log, and does not block writers for long.
    with (
        closing(sqlite3.connect(source, timeout=10)) as old,
        closing(sqlite3.connect(target, timeout=10)) as new,
    ):
        old.backup(new)


def _check_backup(path: Path) -> None:
    with path.open("rb") as file:
        if file.read(len(_SQLITE_MAGIC)) != _SQLITE_MAGIC:
            raise Refused("%(path)s is not a backup of a SQLite database.", path=str(path))
    with closing(sqlite3.connect(path)) as copy:
        (result,) = copy.execute("PRAGMA integrity_check").fetchone()
        rows = copy.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        tables_in_copy = {name for (name,) in rows}
    if result != "ok":
        raise Refused("%(path)s is damaged: %(result)s", path=str(path), result=str(result))
    if not {"installation", "deal", "event"} <= tables_in_copy:
        raise Refused("%(path)s is a SQLite database, but none of Parley's.", path=str(path))


def _run(program: str, arguments: list[str], url: URL) -> None:
    executable = shutil.which(program)
    if executable is None:
        raise Refused(
            "%(program)s is not installed. It comes with PostgreSQL's client programs.", program=program
        )
    if program == "pg_dump":
        arguments = [*arguments, f"--dbname={_address(url)}"]
    environment = {"PATH": str(Path(executable).parent), "PGPASSWORD": url.password or ""}
    command = [executable, *arguments]
    result = subprocess.run(command, capture_output=True, text=True, check=False, env=environment)  # noqa: S603 - from the operator's own PATH
    if result.returncode:
        *_, reason = result.stderr.strip().splitlines() or [""]
        raise Refused("%(program)s did not succeed: %(reason)s", program=program, reason=reason)


def _address(url: URL) -> str:
    # The password is passed in the environment: every user of the machine can read arguments.
    return url.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
