"""Migrations of the database, run by the command line and the demo, never by a server that starts."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import insert, select

from portal.storage import tables
from portal.storage.session import Store

_FOLDER = Path(__file__).parent / "migrations"


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    return config


def upgrade(store: Store, *, new_epoch: str) -> None:
    """Bring the schema up to date; a database that was empty gets its epoch."""
    config = _config()
    with store.writer.connect() as connection, connection.begin():
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        if connection.execute(select(tables.installation.c.id)).first() is None:
            connection.execute(insert(tables.installation).values(id=1, epoch=new_epoch))


def is_current(store: Store) -> bool:
    """Whether the schema is the one this code was written for."""
    with store.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == _newest()


@cache
def _newest() -> str | None:
    # Load balancers ask every second, and the code does not change while it runs.
    return ScriptDirectory.from_config(_config()).get_current_head()
