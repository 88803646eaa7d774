"""Shared parts of all commands: arguments, the database, and output."""

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import msgspec

from portal import settings
from portal.access import System
from portal.database.database import Database
from portal.errors import Misconfigured, Sentence
from portal.settings import Settings
from portal.storage import migrate
from portal.storage.session import Store

CLI = System("cli")
Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


@dataclass(frozen=True)
class Answer:
    """The result of a command: a JSON document, the same as lines for a person, warnings, and the exit status."""

    document: Any = None
    lines: Sequence[str] = ()
    warnings: Sequence[str] = ()
    status: int = 0

    def print(self, *, as_json: bool) -> None:
        for warning in self.warnings:
            print(f"Note: {warning}", file=sys.stderr)
        if as_json:
            print(msgspec.json.encode(self.document, enc_hook=_in_english).decode())
        else:
            for line in self.lines:
                print(line)


def _in_english(value: Any) -> str:
    if isinstance(value, Sentence):
        return str(value)
    raise NotImplementedError(f"a document of {type(value)}")


def add_noun(commands: Commands, name: str, about: str) -> Commands:
    """Add the noun `portal NAME …` and return its verbs."""
    parser = commands.add_parser(name, help=about, description=about)
    return parser.add_subparsers(title="commands", metavar="COMMAND", required=True)


def add_verb(
    commands: Commands, name: str, run: Callable[[argparse.Namespace], Answer | None], about: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=about, description=about)
    parser.set_defaults(run=run)
    return parser


def add_json_flag(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--json", action="store_true", help="print one JSON object and nothing else")
    return parser


@contextmanager
def open_database(configured: Settings | None = None) -> Iterator[tuple[Settings, Database]]:
    """The settings and the database; Misconfigured when its schema does not fit. Safe beside a running server."""
    configured = configured or settings.load()
    store = Store(configured.database_url)
    try:
        require_current(store)
    except BaseException:
        store.close()
        raise
    database = Database(store, public_url=configured.public_url, mail_figures=configured.mail_figures)
    try:
        yield configured, database
    finally:
        database.close()


def require_current(store: Store) -> migrate.Schema:
    """Return the schema; a newer one that fits this release warns. Misconfigured, with what to do, when it does not fit."""
    found = migrate.schema(store)
    if found.status == "behind":
        raise Misconfigured("The database's schema is behind this version. Run `portal migrate` first.")
    if not found.fits:
        raise Misconfigured(found.sentence)
    if found.status == "ahead":
        newer = f"the database is at {found.revision}, newer than this release. Install the newer release."
        print(f"Warning: {newer}", file=sys.stderr)
    return found


def align_columns(rows: Sequence[Sequence[Any]]) -> list[str]:
    """Align rows in columns. The last column is not padded."""
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[index]) for row in texts) for index in range(len(texts[0]))] if texts else []
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in texts
    ]
