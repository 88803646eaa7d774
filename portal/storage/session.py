"""Database connections. What a committed transaction wrote survives a crash.

SQLite: write-ahead log, synchronous=FULL, one writer with BEGIN IMMEDIATE, and separate read-only connections for readers.
PostgreSQL: READ COMMITTED for writers (a row lock serialises the writers of a deal), and one REPEATABLE READ snapshot for
each read.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url

from portal.errors import Misconfigured

READERS = 4
# SQLite: pages of 4 KiB in the write-ahead log before a checkpoint copies them back. A busy ledger writes the same pages
# repeatedly, so a longer log means fewer copies. At 16 MiB, readers stay fast and recovery after a crash is quick. Pages in
# the log are as durable as copied ones.
CHECKPOINT_PAGES = 4_000
# PostgreSQL: when a network that drops packets counts as a database that is down. Seconds; the last is milliseconds.
CONNECTION_TIMEOUTS: dict[str, int] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


@dataclass(frozen=True)
class Transaction:
    """One snapshot of the database at one instant. `writing`: a deal that is read must be locked."""

    connection: Connection
    now: datetime
    writing: bool = False


class Store:
    """The two engines of one database: `writer` and `reader`. Errors show the statement without its values."""

    def __init__(self, database_url: str) -> None:
        self.url = driver_url(database_url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        self.writer, self.reader = _sqlite(self.url) if self.embedded else _postgresql(self.url)

    @contextmanager
    def reading(self, now: datetime) -> Iterator[Transaction]:
        """Open a read snapshot. Writing through it fails."""
        with self.reader.connect() as connection, connection.begin():
            yield Transaction(connection, now)

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def driver_url(database_url: str) -> URL:
    """Return the URL with our driver; Misconfigured for anything but SQLite and PostgreSQL."""
    try:
        url = make_url(database_url)
    except Exception as error:
        raise Misconfigured(
            "PORTAL_DATABASE_URL is not a database address such as sqlite:///./var/parley.db"
        ) from error
    match url.get_backend_name():
        case "sqlite":
            if not url.database or url.database == ":memory:":
                raise Misconfigured(
                    "PORTAL_DATABASE_URL needs a file: an in-memory database would lose every deal"
                )
            return url.set(drivername="sqlite")
        case "postgresql":
            return url.set(drivername="postgresql+psycopg")
        case other:
            raise Misconfigured(
                "PORTAL_DATABASE_URL: %(other)s is not supported; use sqlite or postgresql", other=other
            )


def _sqlite(url: URL) -> tuple[Engine, Engine]:
    Path(str(url.database)).parent.mkdir(parents=True, exist_ok=True)
    # With the busy timeout, a command of the command line can write beside a running server.
    arguments: dict[str, Any] = {"timeout": 10, "check_same_thread": False}
    writer = create_engine(url, connect_args=arguments, pool_size=1, max_overflow=0, hide_parameters=True)
    reader = create_engine(
        url, connect_args=arguments, pool_size=READERS, max_overflow=2, hide_parameters=True
    )
    durable = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
    _configure(writer, begin="BEGIN IMMEDIATE", pragmas=(*durable, f"wal_autocheckpoint={CHECKPOINT_PAGES}"))
    _configure(reader, begin="BEGIN", pragmas=("query_only=ON",))
    return writer, reader


def _configure(engine: Engine, begin: str, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(dbapi_connection: Any, record: Any) -> None:
        # Explicit transactions: with Python's own handling a released savepoint is visible before COMMIT.
        dbapi_connection.isolation_level = None
        for pragma in pragmas:
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _postgresql(url: URL) -> tuple[Engine, Engine]:
    # Parameters of the URL have precedence.
    arguments = {name: value for name, value in CONNECTION_TIMEOUTS.items() if name not in url.query}
    shared: dict[str, Any] = {"connect_args": arguments, "pool_pre_ping": True, "hide_parameters": True}
    writer = create_engine(url, pool_size=8, max_overflow=4, **shared)
    reader = create_engine(
        url,
        **shared,
        pool_size=READERS,
        max_overflow=4,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
    )
    return writer, reader
