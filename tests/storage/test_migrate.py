"""A database of an earlier version is brought up to date with all that is in it, by hand back again, and goes on."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, Table, inspect, select, text

from portal.access import System, deal_for
from portal.database.database import Database
from portal.reading.operator import verification
from portal.storage import migrate, tables
from portal.storage.session import Store
from tests import cast
from tests.storage.ledgers import CONFIDED, NOTED, SAID, goes_on


def go(store: Store, step: Callable[..., None], revision: str) -> None:
    config = migrate._config()
    with store.writer.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        step(config, revision)


# Columns that came after 0002.
LATER = {
    tables.revision.c.schema_version,
    tables.revision.c.signed_by,
    tables.approval.c.road,
    tables.policy_try.c.failed,
}
OLDER = [
    table
    for table in tables.metadata.sorted_tables
    if table not in {tables.imported_quote, tables.policy_failure}
]


def newest(url: str) -> None:
    store = Store(url)
    migrate.upgrade(store, new_epoch="test")
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def table(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[cast.Table]:
    """A deal that was negotiated, in the tables of 0002."""
    if request.param == "postgresql":
        url = request.getfixturevalue("create_database")(newest)
    else:
        newest(url := f"sqlite:///{tmp_path}/parley.db")
    database = Database(Store(url), clock=cast.Clock(), public_url="http://127.0.0.1:8000")
    table = cast.Table(database)
    goes_on(table, [SAID, NOTED, CONFIDED, SAID] * 20)
    table.bea.proposes("press", unit_price="17200")
    table.rita.publishes("accept")
    go(database.store, command.downgrade, "0002")
    yield table
    database.close()


def content(connection: Connection, table: Table) -> list[tuple[Any, ...]]:
    columns = [column for column in table.columns if column not in LATER]
    return [tuple(row) for row in connection.execute(select(*columns).order_by(*table.primary_key))]


def everything(store: Store) -> dict[str, list[tuple[Any, ...]]]:
    with store.reader.connect() as connection:
        return {table.name: content(connection, table) for table in OLDER}


def shape(store: Store) -> dict[str, Any]:
    """The ledger as the database has it."""
    with store.reader.connect() as connection:
        found = inspect(connection)
        unique = {each["name"]: each["column_names"] for each in found.get_unique_constraints("event")}
        indexes = {
            each["name"]: (each["column_names"], _spelt(each.get("dialect_options", {})))
            for each in found.get_indexes("event")
            if each["name"] not in unique
        }
        keys = {each["name"]: each["referred_table"] for each in found.get_foreign_keys("event")}
        columns = [(each["name"], str(each["type"]), each["nullable"]) for each in found.get_columns("event")]
        return {
            "columns": columns,
            "primary": found.get_pk_constraint("event")["constrained_columns"],
            "unique": unique,
            "indexes": indexes,
            "keys": keys,
        }


def _spelt(options: dict[str, Any]) -> dict[str, str]:
    return {name: str(value) for name, value in options.items()}


def made_by_hand(
    store: Store, request: pytest.FixtureRequest, tmp_path: Path, to: str | None
) -> dict[str, Any]:
    """The ledger of an empty database: of a revision, or as the tables say."""
    url = request.getfixturevalue("postgres_url") if not store.embedded else f"sqlite:///{tmp_path}/new.db"
    other = Store(url)
    if to is None:
        tables.metadata.create_all(other.writer)
    else:
        go(other, command.upgrade, to)
    try:
        return shape(other)
    finally:
        other.close()


def holds(table: cast.Table) -> None:
    store = table.database.store
    if store.embedded:
        with store.reader.connect() as connection:
            assert connection.execute(text("PRAGMA foreign_key_check")).all() == []
            assert connection.execute(text("PRAGMA integrity_check")).scalars().all() == ["ok"]
    for deal_id in (table.deal_id, table.rival_deal_id):
        verdict = table.database.read_now(
            lambda t, deal_id=deal_id: verification.verify(t, deal_for(t, System("cli"), deal_id))
        )
        assert verdict.broken is None


def test_a_ledger_of_0002_comes_along_byte_for_byte(
    table: cast.Table, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    store = table.database.store
    before = everything(store)
    assert len(before["event"]) > 80
    assert not migrate.is_current(store)
    migrate.upgrade(store, new_epoch="another")
    assert migrate.is_current(store)
    assert everything(store) == before
    assert shape(store) == made_by_hand(store, request, tmp_path, None)
    holds(table)
    table.bea.says("And on it goes.", key="once")
    assert table.bea.says("And on it goes.", key="once").position == table.bea.deal.position
    table.sol.accepts()
    holds(table)


def test_it_goes_back_as_it_came(table: cast.Table, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    store = table.database.store
    migrate.upgrade(store, new_epoch="another")
    table.bea.says("Said with the new tables.")
    after = everything(store)
    go(store, command.downgrade, "0002")
    assert everything(store) == after
    assert shape(store) == made_by_hand(store, request, tmp_path, "0002")
    holds(table)
    table.bea.says("Said with the old ones.")
    holds(table)
