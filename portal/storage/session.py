"""Connections to the database, set up so that what a test reads is what a crash would leave.

SQLite: write-ahead log, synchronous=FULL, one writer with BEGIN IMMEDIATE, readers on connections of their own that
cannot write. PostgreSQL: READ COMMITTED for writers (deals are serialised by their row lock), one REPEATABLE READ
snapshot for each reading.
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
# SQLite: pages (of 4 KiB) in the write-ahead log before they are copied back. A busy ledger writes the same pages again and
# again, so that fewer are copied the longer one waits; with 16 MiB what a reader has to look through stays small, and a
# server that was killed is there again in a moment. What is in the log is as durable as what was copied.
LONGEST_LOG = 4_000
# PostgreSQL. A network that swallows packets has to look like a database that is down, not like one that thinks: seconds
# for a connection to come about, and for one that stands to prove that it lives (the last in milliseconds).
UNREACHABLE: dict[str, int] = {
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}


@dataclass(frozen=True)
class Transaction:
    """One snapshot of the database at one instant. `writing` says whether a deal that is looked up must be locked."""

    connection: Connection
    now: datetime
    writing: bool = False


class Store:
    """The two engines of one database: `writer` and `reader`. Errors name the statement, never its values."""

    def __init__(self, database_url: str) -> None:
        self.url = driver_url(database_url)
        self.embedded = self.url.get_backend_name() == "sqlite"
        self.writer, self.reader = _sqlite(self.url) if self.embedded else _postgresql(self.url)

    @contextmanager
    def reading(self, now: datetime) -> Iterator[Transaction]:
        """One read snapshot; anything written through it fails."""
        with self.reader.connect() as connection, connection.begin():
            yield Transaction(connection, now)

    def close(self) -> None:
        self.writer.dispose()
        self.reader.dispose()


def driver_url(database_url: str) -> URL:
    """The address with our driver; Misconfigured for anything but SQLite and PostgreSQL."""
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
    # The busy timeout lets a command-line command write beside a running server.
    arguments: dict[str, Any] = {"timeout": 10, "check_same_thread": False}
    writer = create_engine(url, connect_args=arguments, pool_size=1, max_overflow=0, hide_parameters=True)
    reader = create_engine(
        url, connect_args=arguments, pool_size=READERS, max_overflow=2, hide_parameters=True
    )
    durable = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
    _configure(writer, begin="BEGIN IMMEDIATE", pragmas=(*durable, f"wal_autocheckpoint={LONGEST_LOG}"))
    _configure(reader, begin="BEGIN", pragmas=("query_only=ON",))
    return writer, reader


def _configure(engine: Engine, begin: str, pragmas: tuple[str, ...]) -> None:
    @event.listens_for(engine, "connect")
    def on_connect(dbapi_connection: Any, record: Any) -> None:
        # Python's own transaction handling makes a released savepoint visible before COMMIT; ours is explicit.
        dbapi_connection.isolation_level = None
        for pragma in pragmas:
            dbapi_connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)


def _postgresql(url: URL) -> tuple[Engine, Engine]:
    # What the address itself says goes first.
    arguments = {name: value for name, value in UNREACHABLE.items() if name not in url.query}
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
