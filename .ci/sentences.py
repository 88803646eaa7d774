"""What the message catalogs hold of a Python file, the sentences of errors included (babel.cfg names `extract`).

Errors are worded in English where a rule is broken, as messages with named values, and translated where they are shown.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from babel.messages.extract import extract_python

ERRORS = {"Refused", "Invalid", "Conflict", "NotAllowed", "TooFast", "NotFound", "SignInNeeded", "Sentence"}
# Their first two arguments are the sentence for one and for several.
OF_COUNT = {"Sentence.of_count"}
# Their first argument names a place.
AT_A_PLACE = {"Problem", "Invalid.field"}

# Line, name of the function, message or messages, comments.
Found = tuple[int, str, Any, list[str]]


def extract(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Sequence[str], options: dict[str, Any]
) -> Iterator[Found]:
    """Babel's interface of an extraction method."""
    yield from extract_python(file, keywords, comment_tags, options)
    file.seek(0)
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) in OF_COUNT:
            yield node.lineno, "ngettext", tuple(texts_of(node.args[:2])), []
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, "gettext", text, []) for text in sentences(node))


def sentences(call: ast.Call) -> list[str]:
    """The texts that a sentence, an error or a problem is made with."""
    name = ast.unparse(call.func)
    if name == "ValueError":
        # Only portal/domain/offer/spelling.py words them for people; elsewhere they are phrases without a full stop.
        return [text for text in texts_of(call.args) if text.endswith(".")]
    arguments = call.args[1:3] if name in AT_A_PLACE else call.args[:1] if name in ERRORS else []
    return [text for text in texts_of(arguments) if text]


def texts_of(arguments: Sequence[ast.expr]) -> list[str]:
    return [
        each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
