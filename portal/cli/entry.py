"""The command line: `portal NOUN VERB`. Exit status: 0 done, 1 refused with a sentence on standard error, 2 wrong usage.

The module of a noun adds its verbs to the parser. A verb is a function from the parsed arguments to an `Answer`.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from sqlalchemy.exc import SQLAlchemyError

from portal.cli import backup, deal, demo, handoff, installation, order, quote, rep, serve, verify
from portal.cli.console import Answer
from portal.errors import ParleyError, Refused

NOUNS = (serve, demo, installation, quote, deal, rep, order, handoff, backup, verify)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    parsed = parser().parse_args(arguments)
    try:
        answer: Answer | None = parsed.run(parsed)
        if answer is not None:
            answer.print(as_json=parsed.json)
        return 0 if answer is None else answer.status
    except ParleyError as error:
        for sentence in _sentences(error):
            print(sentence, file=sys.stderr)
    except SQLAlchemyError as error:
        print(f"The database did not answer: {getattr(error, 'orig', None) or error}", file=sys.stderr)
    except BrokenPipeError:
        # The reader of our output has closed the pipe; the flush at exit must not fail.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    return 1


def parser() -> argparse.ArgumentParser:
    """Build the parser of all commands."""
    top = argparse.ArgumentParser(prog="portal", description="Parley: from a seller's quote to an order.")
    top.add_argument("--version", action="version", version=f"Parley {version('parley')}")
    # Verbs with JSON output add the flag --json.
    top.set_defaults(json=False)
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for noun in NOUNS:
        noun.add_to(commands)
    return top


def _sentences(error: ParleyError) -> list[str]:
    if isinstance(error, Refused) and error.problems:
        return [str(problem) for problem in error.problems]
    return [error.sentence]
