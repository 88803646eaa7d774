"""Commands that are promised and not there yet: each says what can be used instead."""

import argparse

from portal.cli.console import Commands, verb, with_json
from portal.errors import Refused

_INSTEAD = {
    "backup": "Stop the server and copy the database file and the folder of files; on PostgreSQL use pg_dump.",
    "restore": "Stop the server and put the copied database file and folder of files back.",
    "verify": "The digests of a deal's revisions are shown by `portal deal show`.",
}


def add_to(commands: Commands) -> None:
    for name in ("backup", "restore"):
        parser = verb(commands, name, run, f"{name.capitalize()} the installation (not yet).")
        parser.add_argument("path", metavar="PATH")
    verify = with_json(
        verb(commands, "verify", run, "Verify a receipt, a ledger export or a deal (not yet).")
    )
    verify.add_argument("file", metavar="FILE", nargs="?")
    verify.add_argument("--key", metavar="FINGERPRINT")
    verify.add_argument("--deal", metavar="DEAL")
    for name, parser in commands.choices.items():
        if name in _INSTEAD:
            parser.set_defaults(command=name)


def run(arguments: argparse.Namespace) -> None:
    raise Refused(f"`portal {arguments.command}` is not there yet. {_INSTEAD[arguments.command]}")
