"""`portal quote check` and `portal quote import`."""

import argparse
import sys
from datetime import UTC, date, datetime
from pathlib import Path

from portal import settings
from portal.access import deal_for
from portal.cli.console import CLI, Answer, Commands, add_json_flag, add_noun, add_verb, open_database
from portal.commands.deal.send_proposal import send_proposal
from portal.commands.revision.import_quote import Imported, import_quote
from portal.database.unit_of_work import UnitOfWork
from portal.errors import Invalid, Refused
from portal.intake.incoming import IncomingQuote, parse_contact
from portal.intake.isolated import quotes
from portal.settings import Settings


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
        "--requote", action="store_true", help="import changed content as the deal's next revision"
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

        def import_and_send(work: UnitOfWork) -> Imported:
            imported = import_quote(work, CLI, quote, requote=arguments.requote)
            # In the same transaction, so that a proposal that can't be sent leaves no deal behind.
            if arguments.send and deal_for(work, CLI, imported.deal).can("send"):
                send_proposal(work, CLI, imported.deal)
            return imported

        imported = database.write_now(import_and_send)
    url = f"{configured.public_url}/deals/{imported.deal}"
    warnings = [str(warning) for warning in quote.warnings]
    document = {"deal": imported.deal, "number": imported.number, "url": url, "warnings": warnings}
    return Answer(document, [f"{imported.number}  {url}"], warnings)


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
