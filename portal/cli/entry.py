"""The command line: `portal NOUN VERB`. Exit status 0 done, 1 refused with a sentence on standard error, 2 wrong usage.

Each noun's module adds its verbs to the parser; a verb is a function of the parsed arguments that answers an `Answer`.
"""

import argparse
import os
import sys
from collections.abc import Sequence
from importlib.metadata import version

from sqlalchemy.exc import SQLAlchemyError

from portal.cli import deal, demo, handoff, installation, keeping, order, quote, rep, serve
from portal.cli.console import Answer
from portal.errors import Invalid, ParleyError

NOUNS = (serve, demo, installation, quote, deal, rep, order, handoff, keeping)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; its exit status."""
    parsed = parser().parse_args(arguments)
    try:
        answer: Answer | None = parsed.run(parsed)
        if answer is not None:
            answer.show(as_json=parsed.json)
        return 0 if answer is None else answer.status
    except ParleyError as error:
        for sentence in _sentences(error):
            print(sentence, file=sys.stderr)
    except SQLAlchemyError as error:
        print(f"The database did not answer: {getattr(error, 'orig', None) or error}", file=sys.stderr)
    except BrokenPipeError:
        # Whoever read our output has seen enough; nothing more may be written at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except KeyboardInterrupt:
        return 130
    return 1


def parser() -> argparse.ArgumentParser:
    """Every command with its arguments."""
    top = argparse.ArgumentParser(prog="portal", description="Parley: from a seller's quote to an order.")
    top.add_argument("--version", action="version", version=f"Parley {version('parley')}")
    # Verbs that have something to say in JSON add the flag of their own.
    top.set_defaults(json=False)
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for noun in NOUNS:
        noun.add_to(commands)
    return top


def _sentences(error: ParleyError) -> list[str]:
    if isinstance(error, Invalid) and error.problems:
        return [str(problem) for problem in error.problems]
    return [error.sentence]
