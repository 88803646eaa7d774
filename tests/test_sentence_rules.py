"""What a person reads is a message with named values, so that every language can order them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
# Which arguments of these calls are sentences.
SENTENCES = {
    **dict.fromkeys(
        (
            "Refused",
            "Conflict",
            "NotAllowed",
            "TooFast",
            "NotFound",
            "SignInNeeded",
            "Unavailable",
            "Undelivered",
        ),
        slice(0, 1),
    ),
    **dict.fromkeys(("Invalid", "Sentence"), slice(0, 1)),
    "Sentence.of_count": slice(0, 2),
    **dict.fromkeys(("Problem", "Invalid.field", "draft.refuse", "draft.warn"), slice(1, 3)),
    "unreadable": slice(0, 3),
}
# The operator's own words: the command line speaks English, and so does what stops a start.
ENGLISH = (
    "portal/cli/",
    "portal/seal.py",
    "portal/settings.py",
    "portal/storage/backup.py",
    "portal/storage/migrate.py",
    "portal/storage/session.py",
    "portal/worlds/",
)
# Where something is wrong, which is no sentence.
PLACES = ("f'line ", "f'row ", "f'/", 'f"/')
NAMED = re.compile(r"%\((\w+)\)s")


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in ("portal", "realtime"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(ENGLISH):
                yield name, ast.parse(path.read_text())


def sentences_of(tree: ast.Module) -> Iterator[tuple[ast.Call, ast.expr]]:
    """Every call that makes a sentence, with each of its texts."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in SENTENCES:
            yield from ((node, text) for text in node.args[SENTENCES[ast.unparse(node.func)]])


def faults_of(name: str, tree: ast.Module) -> list[str]:
    found = []
    for call, text in sentences_of(tree):
        where = f"{name}:{text.lineno}"
        if isinstance(text, ast.JoinedStr) and not ast.unparse(text).startswith(PLACES):
            found.append(f"{where} is an f-string")
        elif isinstance(text, ast.BinOp) or (
            isinstance(text, ast.Call)
            and isinstance(text.func, ast.Attribute)
            and text.func.attr in ("format", "join")
        ):
            found.append(f"{where} is put together")
        elif isinstance(text, ast.Constant) and isinstance(text.value, str):
            found += _values_of(where, call, text.value)
    return found


def _values_of(where: str, call: ast.Call, text: str) -> list[str]:
    given = {keyword.arg for keyword in call.keywords}
    if None in given:  # **values: known at run time only
        return []
    if (
        not given and ast.unparse(call.func) == "Sentence"
    ):  # a message of a table; whoever shows it has the values
        return []
    if ast.unparse(call.func) == "Sentence.of_count":
        given.add("count")
    missing = set(NAMED.findall(text)) - given
    return [f"{where} has no value for {each}" for each in sorted(missing)]


def test_every_sentence_is_a_message_with_its_values() -> None:
    assert [fault for name, tree in sources() for fault in faults_of(name, tree)] == []


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ('Refused(f"At most {most} lines.")', "is an f-string"),
        ('Problem(place, f"At most {most} lines.", "Fewer.")', "is an f-string"),
        ('Refused("At most " + most)', "is put together"),
        ('Refused("At most %d lines." % most)', "is put together"),
        ('Refused("At most {} lines.".format(most))', "is put together"),
        ('Sentence("At most %(most)s lines.", limit=3)', "has no value for most"),
    ],
)
def test_a_sentence_that_is_put_together_is_found(code: str, fault: str) -> None:
    (found,) = faults_of("x.py", ast.parse(code))
    assert fault in found


@pytest.mark.parametrize(
    "code",
    [
        'Refused("At most %(most)s lines.", most=3)',
        'Sentence.of_count("%(count)s line.", "%(count)s lines.", count)',
        'Problem(f"/lines/{index}", "It is missing.")',
    ],
)
def test_a_message_with_named_values_is_fine(code: str) -> None:
    assert faults_of("x.py", ast.parse(code)) == []
