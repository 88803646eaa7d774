"""What the message catalogs hold of a Python file, the sentences of errors included (babel.cfg names `extract`).

Errors are worded in English where a rule is broken, as messages with named values, and translated where they are shown.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, BinaryIO

from babel.messages.extract import extract_python

# Which arguments of these calls are sentences, whatever they look like.
SENTENCES = {
    **dict.fromkeys(("Refused", "Invalid", "Conflict", "NotAllowed", "TooFast", "NotFound"), slice(0, 1)),
    **dict.fromkeys(("SignInNeeded", "Unavailable", "Misconfigured", "Sentence", "Undelivered"), slice(0, 1)),
    # Their first argument names a place.
    **dict.fromkeys(("Problem", "Invalid.field", "draft.refuse", "draft.warn"), slice(1, 3)),
    **dict.fromkeys(("unreadable", "field_error", "CellError"), slice(0, 3)),
}
# One sentence for one and one for several.
OF_COUNT = "Sentence.of_count"
# What else looks like a sentence is one: several words and a sign at the end.
LOOKS_LIKE_ONE = re.compile(r"\S+ .*[^\s.][.?!]", re.DOTALL)
# A place of a file of which nothing can be read.
PLACE = re.compile(r"/")
# But in calls that speak to programmers and operators.
NOT_SHOWN = re.compile(r"log\.\w+|KeyError|TypeError|RuntimeError|AssertionError|Field")

# Line, name of the function, message or messages, comments.
Found = tuple[int, str, Any, list[str]]


def extract(
    file: BinaryIO, keywords: Mapping[str, Any], comment_tags: Sequence[str], options: dict[str, Any]
) -> Iterator[Found]:
    """Babel's interface of an extraction method."""
    yield from extract_python(file, keywords, comment_tags, options)
    file.seek(0)
    yield from found_in(ast.parse(file.read()))


def found_in(node: ast.AST) -> Iterator[Found]:
    match node:
        case ast.Call() if NOT_SHOWN.fullmatch(ast.unparse(node.func)):
            return
        case ast.Call() if ast.unparse(node.func) == OF_COUNT:
            yield node.lineno, "ngettext", tuple(texts_of(node.args[:2])), []
            return
        case ast.Call():
            yield from ((node.lineno, "gettext", text, []) for text in sentences(node))
        case ast.Constant(value=str(text)) if LOOKS_LIKE_ONE.fullmatch(text):
            yield node.lineno, "gettext", text, []
        # Docstrings, and f-strings, which tests/test_sentence_rules.py keeps away from people.
        case ast.Expr(value=ast.Constant()) | ast.JoinedStr():
            return
    for child in ast.iter_child_nodes(node):
        yield from found_in(child)


def sentences(call: ast.Call) -> list[str]:
    """The texts that a sentence, an error or a problem is made with."""
    arguments = call.args[SENTENCES.get(ast.unparse(call.func), slice(0))]
    return [text for text in texts_of(arguments) if text and not PLACE.match(text)]


def texts_of(arguments: Sequence[ast.expr]) -> list[str]:
    return [
        each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)
    ]
