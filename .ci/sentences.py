"""What the message catalogs hold of a Python file, the sentences of errors included (babel.cfg names `extract`).

Errors are worded in English where a rule is broken, as messages with named values, and translated where they are shown.
"""

import ast
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from babel.messages.extract import extract_python

# Which arguments of these calls are sentences.
SENTENCES = {
    **dict.fromkeys(("Refused", "Invalid", "Conflict", "NotAllowed", "TooFast", "NotFound"), slice(0, 1)),
    **dict.fromkeys(("SignInNeeded", "Sentence", "Undelivered"), slice(0, 1)),
    # Their first argument names a place.
    **dict.fromkeys(("Problem", "Invalid.field", "draft.refuse", "draft.warn"), slice(1, 3)),
    "unreadable": slice(0, 3),
}
# One sentence for one and one for several.
OF_COUNT = "Sentence.of_count"

# Line, name of the function, message or messages, comments.
Found = tuple[int, str, Any, list[str]]


def extract(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Sequence[str], options: dict[str, Any]
) -> Iterator[Found]:
    """Babel's interface of an extraction method."""
    yield from extract_python(file, keywords, comment_tags, options)
    file.seek(0)
    for node in ast.walk(ast.parse(file.read())):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == OF_COUNT:
            yield node.lineno, "ngettext", tuple(texts_of(node.args[:2])), []
        elif isinstance(node, ast.Call):
            yield from ((node.lineno, "gettext", text, []) for text in sentences(node))


def sentences(call: ast.Call) -> list[str]:
    """The texts that a sentence, an error or a problem is made with."""
    name = ast.unparse(call.func)
    if name == "ValueError":
        # Only portal/domain/offer/spelling.py words them for people; elsewhere they are phrases without a full stop.
        return [text for text in texts_of(call.args) if text.endswith(".")]
    arguments = call.args[SENTENCES[name]] if name in SENTENCES else []
    # A place such as "/lines" is no sentence.
    return [text for text in texts_of(arguments) if text and not text.startswith(("/", "line "))]


def texts_of(arguments: Sequence[ast.expr]) -> list[str]:
    return [
        each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
