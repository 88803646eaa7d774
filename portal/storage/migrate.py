"""Migrations of the database, run by the command line and the demo, never by a server that starts.

A rolling upgrade migrates first, and releases of both ages serve the new schema until the last process is replaced. A
migration that the releases before it can live with says so in its revision: "0007_from_0004" is served by every release
whose newest migration is 0004 or later, although those before 0007 do not know it.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, func, insert, select

from portal.errors import Misconfigured, Sentence
from portal.storage import tables
from portal.storage.session import Store

_FOLDER = Path(__file__).parent / "migrations"
# Any number that nothing else locks in this database.
LOCK = 7_061_726_765
# SQLite: milliseconds in which another process may finish its migration; a ledger is written anew in minutes at most.
_PATIENCE = 600_000


@dataclass(frozen=True)
class Schema:
    """Where a database's schema stands, seen from this release."""

    status: Literal["behind", "current", "ahead"]
    revision: str | None
    # Whether code of this release can serve it.
    fits: bool

    @property
    def sentence(self) -> Sentence:
        """What to do where it is ahead."""
        return Sentence(
            "The database is at %(revision)s, which this release does not know. "
            "Install the newer release, or restore a backup.",
            revision=self.revision or "",
        )


def upgrade(store: Store, *, new_epoch: str) -> bool:
    """Bring the schema up to date, one process at a time, and return whether it was behind.

    A database that was empty gets its epoch. Raises Misconfigured when the schema is ahead of this release.
    """
    config = _config()
    with store.writer.connect() as connection:
        if store.embedded:
            connection.detach()  # nothing else is to wait for so long
            connection.connection.execute(f"PRAGMA busy_timeout={_PATIENCE}")
        with connection.begin():
            if not store.embedded:
                connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
            found = _schema(connection)
            if found.status == "ahead":
                raise Misconfigured(found.sentence)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
            if connection.execute(select(tables.installation.c.id)).first() is None:
                connection.execute(insert(tables.installation).values(id=1, epoch=new_epoch))
    return found.status == "behind"


def schema(store: Store) -> Schema:
    """Look where the database's schema stands."""
    with store.reader.connect() as connection:
        return _schema(connection)


def is_current(store: Store) -> bool:
    """Return whether the schema is the one this code was written for."""
    return schema(store).status == "current"


def _schema(connection: Connection) -> Schema:
    revision = MigrationContext.configure(connection).get_current_revision()
    newest, known = _revisions()
    if revision == newest:
        return Schema("current", revision, fits=True)
    if revision is None or revision in known:
        return Schema("behind", revision, fits=False)
    _, declared, oldest = revision.partition("_from_")
    return Schema("ahead", revision, fits=bool(declared) and oldest <= newest.partition("_")[0])


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


@cache
def _revisions() -> tuple[str, frozenset[str]]:
    """The newest revision of this release, and all that it knows."""
    # Load balancers ask every second, and the code does not change while it runs.
    scripts = ScriptDirectory.from_config(_config())
    return str(scripts.get_current_head()), frozenset(each.revision for each in scripts.walk_revisions())
