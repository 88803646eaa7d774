"""`portal verify`: check a stored deal or a receipt."""

import argparse
from pathlib import Path

from portal import seal
from portal.access import deal_for
from portal.cli.console import CLI, Answer, Commands, add_json_flag, add_verb, open_database
from portal.domain.order import receipt as receipts
from portal.errors import Refused
from portal.reading.operator import deals, verification
from portal.storage.session import Transaction


def add_to(commands: Commands) -> None:
    parser = add_json_flag(
        add_verb(commands, "verify", run_verify, "Verify a stored deal, a receipt or a ledger export.")
    )
    parser.add_argument("file", metavar="FILE", nargs="?", type=Path)
    parser.add_argument("--key", metavar="FINGERPRINT", help="of the key that sealed the file")
    parser.add_argument("--deal", metavar="DEAL", help="a stored deal, instead of a file")


def run_verify(arguments: argparse.Namespace) -> Answer:
    """Return status 1, naming the first entry that is not intact, when there is one."""
    if bool(arguments.deal) == bool(arguments.file):
        raise Refused("Name either a receipt's file or, with --deal, a stored deal.")
    if arguments.file:
        return _verify_file(arguments.file, arguments.key)

    def verify(transaction: Transaction) -> verification.Verdict:
        deal = deal_for(transaction, CLI, deals.identify(transaction, arguments.deal))
        return verification.verify(transaction, deal)

    with open_database() as (_, database):
        verdict = database.read_now(verify)
    intact = f"intact: {verdict.events} events, {verdict.revisions} revisions"
    return Answer(
        {"deal": verdict.deal, "intact": verdict.intact, "events": verdict.events, "broken": verdict.broken},
        [intact if verdict.intact else f"not intact: {verdict.broken}"],
        status=0 if verdict.intact else 1,
    )


def _verify_file(path: Path, known: str | None) -> Answer:
    """Verify a receipt, which needs no installation."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Refused(
            "%(path)s could not be read: %(reason)s.", path=str(path), reason=str(error.strerror)
        ) from None
    fault = seal.find_fault(content, known=known)
    if fault:
        return Answer({"intact": False, "origin": None, "broken": fault}, [f"not intact: {fault}"], status=1)
    sealed = receipts.decode(content)
    origin = sealed.seal.key if known else None
    origin_text = (
        f"sealed with {origin}"
        if origin
        else f"intact, origin not checked (the file names key {sealed.seal.key})"
    )
    line = f"order {sealed.receipt.order}, revision {sealed.receipt.evidence.revision}, {origin_text}"
    return Answer({"intact": True, "origin": origin, "order": sealed.receipt.order, "broken": None}, [line])
