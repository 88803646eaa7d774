"""Databases of either kind, closed when the test ends."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from portal.database.database import Database
from tests.cast import Clock, open_database, prepare


@pytest.fixture
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], Database]]:
    """`opened("sqlite")` or `opened("postgresql")`: a migrated, empty database."""
    databases: list[Database] = []

    def open_one(kind: str) -> Database:
        url = f"sqlite:///{tmp_path}/parley.db"
        if kind == "postgresql":
            url = request.getfixturevalue("create_database")(prepare)
        databases.append(open_database(url, Clock()))
        return databases[-1]

    yield open_one
    for database in databases:
        database.close()
