"""What a person reads is a message with named values, so that every language can order them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.catalog_rules import extraction

ROOT = Path(__file__).resolve().parent.parent
SENTENCES, LOOKS_LIKE_ONE, NOT_SHOWN = extraction.SENTENCES, extraction.LOOKS_LIKE_ONE, extraction.NOT_SHOWN
# The operator's own words: babel.cfg says which files speak English.
ENGLISH = tuple(
    name.removesuffix("**.py")
    for name in re.findall(r"^\[ignore: (.+)\]$", (ROOT / "babel.cfg").read_text(), re.MULTILINE)
)
NAMED = re.compile(r"%\((\w+)\)s")
WORDS = re.compile(r"[^\W\d_]{2,}")


def sources() -> Iterator[tuple[str, ast.Module]]:
    for package in ("portal", "realtime"):
        for path in sorted((ROOT / package).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            if not name.startswith(ENGLISH):
                yield name, ast.parse(path.read_text())


def faults_of(name: str, node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call):
        function = ast.unparse(node.func)
        if NOT_SHOWN.fullmatch(function):
            return
        texts = node.args[:2] if function == extraction.OF_COUNT else _texts(node, function)
        for text in texts:
            where = f"{name}:{text.lineno}"
            if _put_together(text):
                yield f"{where} is put together"
            yield from (f"{where} has no value for {each}" for each in _missing(node, function, text))
        if texts:
            yield from (f"{name}:{word.lineno} has a value in English" for word in _english(node))
    elif _put_together(node) and LOOKS_LIKE_ONE.fullmatch(_literal(node)):
        yield f"{name}:{node.lineno} is put together"
    for child in ast.iter_child_nodes(node):
        yield from faults_of(name, child)


def _texts(call: ast.Call, function: str) -> list[ast.expr]:
    """The arguments that are sentences, without places such as f"/lines/{index}"."""
    arguments = call.args[SENTENCES.get(function, slice(0))]
    return [each for each in arguments if not extraction.PLACE.match(_literal(each))]


def _put_together(node: ast.AST) -> bool:
    """Whether it is an f-string, a sum or the like of texts."""
    match node:
        case ast.JoinedStr() | ast.Call(func=ast.Attribute(attr="format" | "join")):
            return True
        case ast.BinOp(op=ast.Add() | ast.Mod()):
            return bool(WORDS.search(_literal(node)))
    return False


def _literal(node: ast.AST) -> str:
    """The words of it, with "…" for what is filled in."""
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=parts):
            return "".join(map(_literal, parts))
        case ast.BinOp(left=left, right=right):
            return _literal(left) + _literal(right)
        case ast.Call(func=ast.Attribute(value=text, attr="format")):
            return _literal(text)
    return "…"


def _missing(call: ast.Call, function: str, text: ast.expr) -> list[str]:
    given = {keyword.arg for keyword in call.keywords}
    if function == extraction.OF_COUNT:
        given.add("count")
    # With **values they are known at run time only, and without any it is a row of a table, filled in where it is shown.
    if None in given or (not given and function == "Sentence"):
        return []
    return sorted(set(NAMED.findall(_literal(text))) - given)


def _english(call: ast.Call) -> Iterator[ast.Constant]:
    """Words among the values: a word is a `Sentence` of its own."""
    waiting: list[ast.AST] = [keyword.value for keyword in call.keywords]
    while waiting:
        match waiting.pop():
            # Keys and format specifications are no words.
            case ast.Call(func=ast.Name(id="Sentence" | "format" | "getattr")) | ast.Compare():
                continue
            case ast.Subscript(value=value):
                waiting.append(value)
            case ast.Constant(value=str(text)) as word if WORDS.search(text):
                yield word
            case other:
                waiting += ast.iter_child_nodes(other)


def test_every_sentence_is_a_message_with_its_values() -> None:
    assert {fault for name, tree in sources() for fault in faults_of(name, tree)} == set()


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ('Refused(f"At most {most} lines.")', "is put together"),
        ('Problem(place, f"At most {most} lines.", "Fewer.")', "is put together"),
        ('Refused("At most " + most)', "is put together"),
        ('Refused("At most %d lines." % most)', "is put together"),
        ('Refused("At most {} lines.".format(most))', "is put together"),
        ('ValueError(f"At most {most} lines.")', "is put together"),
        ('told = f"At most {most} lines."', "is put together"),
        ('told = "At most " + most + " lines are read."', "is put together"),
        ('Sentence("At most %(most)s lines.", limit=3)', "has no value for most"),
        ('Sentence("At most %(most)s lines.", most=most or "no")', "has a value in English"),
        ('Sentence("Use %(names)s.", names=" or ".join(names))', "has a value in English"),
    ],
)
def test_a_sentence_that_is_put_together_is_found(code: str, fault: str) -> None:
    (found,) = set(faults_of("x.py", ast.parse(code)))
    assert fault in found


@pytest.mark.parametrize(
    "code",
    [
        'Refused("At most %(most)s lines.", most=3)',
        'Sentence.of_count("%(count)s line.", "%(count)s lines.", count)',
        'Problem(f"/lines/{index}", "It is missing.")',
        'Sentence("%(host)s answered.", host=f"{host}:{port}")',
        'log.warning(f"{count} lines were read again.")',
    ],
)
def test_a_message_with_named_values_is_fine(code: str) -> None:
    assert list(faults_of("x.py", ast.parse(code))) == []
