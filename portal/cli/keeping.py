"""Commands that keep an installation safe: `backup`, `restore`, `verify`."""

import argparse
from pathlib import Path

from portal import seal, settings
from portal.access import deal_for, new_id
from portal.cli.console import CLI, Answer, Commands, opened, verb, with_json
from portal.domain.order import receipt as receipts
from portal.errors import Refused
from portal.reading.operator import deals, verification
from portal.storage import backup
from portal.storage.session import Store, Transaction


def add_to(commands: Commands) -> None:
    saves = verb(commands, "backup", run_backup, "Copy the database to a file, beside a running server.")
    saves.add_argument("path", metavar="PATH", type=Path)
    restores = verb(commands, "restore", run_restore, "Put a copy in the place of the database.")
    restores.add_argument("path", metavar="PATH", type=Path)
    verifies = with_json(
        verb(commands, "verify", run_verify, "Verify a stored deal, a receipt or a ledger export.")
    )
    verifies.add_argument("file", metavar="FILE", nargs="?", type=Path)
    verifies.add_argument("--key", metavar="FINGERPRINT", help="of the key that sealed the file")
    verifies.add_argument("--deal", metavar="DEAL", help="a stored deal, instead of a file")


def run_backup(arguments: argparse.Namespace) -> Answer:
    with opened() as (_, database):
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
    return Answer(lines=[f"Restored from {arguments.path}. Open pages load themselves afresh."])


def run_verify(arguments: argparse.Namespace) -> Answer:
    """Status 1 names the first entry that does not hold."""
    if bool(arguments.deal) == bool(arguments.file):
        raise Refused("Name either a receipt's file or, with --deal, a stored deal.")
    if arguments.file:
        return _verify_file(arguments.file, arguments.key)

    def verify(transaction: Transaction) -> verification.Verdict:
        deal = deal_for(transaction, CLI, deals.identify(transaction, arguments.deal))
        return verification.verify(transaction, deal)

    with opened() as (_, database):
        verdict = database.read_now(verify)
    said = f"intact: {verdict.events} events, {verdict.revisions} revisions"
    return Answer(
        {"deal": verdict.deal, "intact": verdict.intact, "events": verdict.events, "broken": verdict.broken},
        [said if verdict.intact else f"not intact: {verdict.broken}"],
        status=0 if verdict.intact else 1,
    )


def _verify_file(path: Path, known: str | None) -> Answer:
    """A receipt needs no installation to be checked: this runs anywhere."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(
            "%(path)s could not be read: %(reason)s.", path=str(path), reason=str(error.strerror)
        ) from None
    fault = seal.broken(content, known=known)
    if fault:
        return Answer({"intact": False, "origin": None, "broken": fault}, [f"not intact: {fault}"], status=1)
    sealed = receipts.decode(content)
    origin = sealed.seal.key if known else None
    said = (
        f"sealed with {origin}"
        if origin
        else f"intact, origin not checked (the file names key {sealed.seal.key})"
    )
    facts = f"order {sealed.receipt.order}, revision {sealed.receipt.evidence.revision}, {said}"
    return Answer({"intact": True, "origin": origin, "order": sealed.receipt.order, "broken": None}, [facts])
