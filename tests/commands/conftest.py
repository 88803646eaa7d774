"""A table on each database that is supported."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.database.database import Database
from tests.cast import Clock, Table, open_database, prepare


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest, tmp_path: Path, clock: Clock) -> Iterator[Database]:
    url = (
        f"sqlite:///{tmp_path}/parley.db"
        if request.param == "sqlite"
        else request.getfixturevalue("create_database")(prepare)
    )
    database = open_database(url, clock)
    yield database
    database.close()


@pytest.fixture
def table(database: Database) -> Table:
    return Table(database)
