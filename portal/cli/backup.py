"""`portal backup` and `portal restore`."""

import argparse
from pathlib import Path

from portal import settings
from portal.access import new_id
from portal.cli.console import Answer, Commands, add_verb, open_database
from portal.storage import backup
from portal.storage.session import Store


def add_to(commands: Commands) -> None:
    parser = add_verb(commands, "backup", run_backup, "Copy the database to a file, beside a running server.")
    parser.add_argument("path", metavar="PATH", type=Path)
    parser = add_verb(commands, "restore", run_restore, "Replace the database by a backup.")
    parser.add_argument("path", metavar="PATH", type=Path)


def run_backup(arguments: argparse.Namespace) -> Answer:
    with open_database() as (_, database):
        backup.backup(database.store, arguments.path)
    return Answer(
        lines=[f"Copied to {arguments.path}. Keep PORTAL_SECRET_KEYS and the folder of files beside it."]
    )


def run_restore(arguments: argparse.Namespace) -> Answer:
    store = Store(settings.load().database_url)
    try:
        backup.restore(store, arguments.path, new_epoch=new_id())
    finally:
        store.close()
    return Answer(lines=[f"Restored from {arguments.path}. Open pages reload themselves."])
