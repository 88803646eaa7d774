"""JSON as it must be written to carry money: UTF-8, no repeated names, no number that lost digits unseen.

What the grammar allows but a quote does not is kept visible: a fraction or a non-number becomes a `JsonNumber`, which no
field accepts, so that it is reported at its place together with everything else that is wrong.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from portal.errors import Invalid, Problem, Sentence
from portal.intake.unreadable import unreadable

DEEPEST = 32
MOST_VALUES = 500_000
_HALF_CHARACTER = re.compile("[\ud800-\udfff]")


class JsonNumber:
    """A number as the document spells it: with a fraction, an exponent, too many digits, or NaN and Infinity."""

    def __init__(self, spelling: str) -> None:
        self.spelling = spelling

    def __str__(self) -> str:
        return self.spelling


class _Repeating(dict[str, Any]):
    """An object that gives a name twice; the last value stands."""

    names: tuple[str, ...] = ()


def read_json(data: bytes) -> tuple[Any, list[Problem]]:
    """The document's value, and a problem for each repeated name. Invalid when it is not JSON, or not in UTF-8."""
    try:
        value = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_object,
            parse_float=JsonNumber,
            parse_constant=JsonNumber,
            parse_int=_whole,
        )
    except UnicodeDecodeError as error:
        where = f"byte {error.start + 1}"
        raise unreadable(where, "The file is not in UTF-8.", "Save it again as UTF-8.") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise unreadable(
            where, Sentence("This is not JSON: %(reason)s.", reason=error.msg), "Look just before this place."
        ) from None
    except RecursionError:
        raise _too_deep("") from None
    return value, _repeated_names(value)


def pointer(parent: str, name: str | int) -> str:
    """The RFC 6901 pointer of a member; names that cannot be printed are escaped as in Python."""
    text = str(name)
    if not text.isprintable():
        text = ascii(text)[1:-1]
    return f"{parent}/{text.replace('~', '~0').replace('/', '~1')}"


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    repeating = _Repeating(members)
    times = Counter(name for name, _ in pairs)
    repeating.names = tuple(name for name in members if times[name] > 1)
    return repeating


def _whole(spelling: str) -> int | JsonNumber:
    # Python refuses to convert thousands of digits; no whole number of a quote has sixteen.
    return int(spelling) if len(spelling) < 16 else JsonNumber(spelling)


def _repeated_names(document: Any) -> list[Problem]:
    problems = []
    for trail, value in _walk(document):
        if isinstance(value, _Repeating):
            problems += [
                Problem(
                    pointer(_place(trail), name),
                    "This name stands twice in one object.",
                    "Keep one of the two.",
                )
                for name in value.names
            ]
        for text in value if isinstance(value, dict) else [value]:
            if isinstance(text, str) and _HALF_CHARACTER.search(text):
                raise unreadable(
                    _place(trail), "The text holds half of a character (a lone surrogate).", "Take it out."
                )
    return problems


class _Trail(NamedTuple):
    """The way to a value, spelled out only where something is wrong: most of a document is right."""

    up: "_Trail | None" = None
    name: str | int = ""
    depth: int = 0


def _walk(document: Any) -> Iterator[tuple[_Trail, Any]]:
    """Every object and text. Iterative: the depth is the sender's choice."""
    waiting: list[tuple[_Trail, Any]] = [(_Trail(), document)]
    seen = 0
    while waiting:
        trail, value = waiting.pop()
        if trail.depth > DEEPEST:
            raise _too_deep(_place(trail))
        if isinstance(value, (dict, str)):
            yield trail, value
        if isinstance(value, (dict, list)):
            seen += len(value)
            if seen > MOST_VALUES:
                raise unreadable(
                    _place(trail),
                    Sentence("The document has more than %(limit)s values.", limit=MOST_VALUES),
                    "Split the quote.",
                )
            members = value.items() if isinstance(value, dict) else enumerate(value)
            below = [(_Trail(trail, name, trail.depth + 1), member) for name, member in members]
            waiting += reversed(below)


def _place(trail: _Trail) -> str:
    return pointer(_place(trail.up), trail.name) if trail.up else ""


def _too_deep(place: str) -> Invalid:
    return unreadable(
        place,
        Sentence("The document is nested more than %(limit)s levels deep.", limit=DEEPEST),
        "A quote needs four.",
    )
