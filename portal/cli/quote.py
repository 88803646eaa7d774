"""`portal quote check` and `portal quote import`."""

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import msgspec

from portal import settings
from portal.access import deal_for
from portal.cli.console import CLI, Answer, Commands, add_json_flag, add_noun, add_verb, open_database
from portal.commands.deal.send_proposal import send_proposal
from portal.commands.revision.import_quote import Imported, import_quote
from portal.database.unit_of_work import UnitOfWork
from portal.domain.requote.merge import Decision
from portal.errors import Invalid, Refused
from portal.intake.incoming import IncomingQuote, parse_contact
from portal.intake.isolated import quotes
from portal.settings import Settings

# What decides where the deal and the quote disagree, by the id that is listed.
_DECISIONS = {"keep": "the deal's value holds", "take": "the quote's value holds"}


def add_to(commands: Commands) -> None:
    quotes = add_noun(commands, "quote", "Check and import quotes.")
    check = add_json_flag(
        add_verb(quotes, "check", run_check, "List everything that is wrong with a quote, and where.")
    )
    import_parser = add_json_flag(add_verb(quotes, "import", run_import, "Import a quote as a deal."))
    for parser in (check, import_parser):
        _add_quote_arguments(parser)
    import_parser.add_argument("--send", action="store_true", help="send the proposal to its contacts")
    import_parser.add_argument(
        "--requote", action="store_true", help="merge changed content into the deal's next revision"
    )
    import_parser.add_argument(
        "--approved",
        action="store_true",
        help="its prices were approved upstream: they count as signed by a manager",
    )
    for decision, meaning in _DECISIONS.items():
        import_parser.add_argument(
            f"--{decision}", action="append", default=[], metavar="ID", help=f"with --requote: {meaning}"
        )


def _add_quote_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("file", metavar="FILE", help="the quote; - reads standard input")
    parser.add_argument(
        "--valid-until", type=day, metavar="DATE", help="last day of validity, instead of the quote's own"
    )
    form = '"Name <address>:role"'
    parser.add_argument("--contact", action="append", default=[], metavar=form, help="an additional contact")


def run_check(arguments: argparse.Namespace) -> Answer:
    try:
        quote = _read(arguments, settings.load())
    except Invalid as error:
        if not arguments.json:
            raise
        return Answer({"ok": False, "problems": error.problems, "warnings": []}, status=1)
    warnings = [str(warning) for warning in quote.warnings]
    document = {"ok": True, "problems": [], "warnings": warnings, "external_id": quote.external_id}
    return Answer(document, ["The quote can be imported."], warnings)


def run_import(arguments: argparse.Namespace) -> Answer:
    with open_database() as (configured, database):
        quote = _read(arguments, configured)

        decided: dict[str, Decision] = {
            **dict.fromkeys(arguments.keep, "keep"),
            **dict.fromkeys(arguments.take, "take"),
        }

        def import_and_send(work: UnitOfWork) -> Imported:
            imported = import_quote(
                work, CLI, quote, requote=arguments.requote, approved=arguments.approved, decided=decided
            )
            # In the same transaction, so that a proposal that can't be sent leaves no deal behind.
            if arguments.send and deal_for(work, CLI, imported.deal).can("send"):
                sent = send_proposal(work, CLI, imported.deal, approved=arguments.approved)
                imported = msgspec.structs.replace(imported, approval=sent.approval)
            return imported

        imported = database.write_now(import_and_send)
    url = f"{configured.public_url}/deals/{imported.deal}"
    warnings = [str(warning) for warning in quote.warnings]
    document = {"deal": imported.deal, "number": imported.number, "url": url, "warnings": warnings}
    lines = [f"{imported.number}  {url}"]
    if imported.approval:
        document["approval"] = imported.approval
        lines.append("A manager has to approve the prices first: see /desk/approvals.")
    return Answer(document, lines, warnings)


def _read(arguments: argparse.Namespace, configured: Settings) -> IncomingQuote:
    name = arguments.file
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise Refused(
            "%(name)s could not be read: %(reason)s.", name=str(name), reason=error.strerror or str(error)
        ) from None
    request = quotes.Request(
        filename=Path(name).name,
        today=datetime.now(UTC).astimezone(configured.zone).date(),
        zone=configured.timezone,
        valid_until=arguments.valid_until,
        contacts=[parse_contact(text) for text in arguments.contact],
    )
    return quotes.read_now(data, request)


def day(text: str) -> date:
    """Parse an argument such as 2026-12-31."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day such as 2026-12-31") from None
