"""What the message catalogs hold of a Python file, the sentences of errors included (babel.cfg names `extract`).

Errors are worded in English where a rule is broken, and translated where they are shown. A sentence with facts inside (an
f-string) is in no catalog, and neither is the hint beside it: a problem is told in one language.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from babel.messages.extract import extract_python

ERRORS = {"Refused", "Invalid", "Conflict", "NotAllowed", "TooFast", "NotFound", "SignInNeeded"}
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
        if isinstance(node, ast.Call):
            yield from ((node.lineno, "gettext", text, []) for text in sentences(node))


def sentences(call: ast.Call) -> list[str]:
    """The texts that an error or a problem is made with; none when one of them has facts inside."""
    name = ast.unparse(call.func)
    if name == "ValueError":
        # Only portal/domain/offer/spelling.py words them for people; elsewhere they are phrases without a full stop.
        return [text for text in texts_of(call.args) if text.endswith(".")]
    said = call.args[1:] if name in AT_A_PLACE else call.args[:1] if name in ERRORS else []
    texts = texts_of(said)
    return [text for text in texts if text] if len(texts) == len(said) else []


def texts_of(arguments: Sequence[ast.expr]) -> list[str]:
    return [
        each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
