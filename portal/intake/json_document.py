"""Read JSON strictly enough for money: UTF-8, no repeated names, no number converted to a float.

A number with a fraction or an exponent becomes a `JsonNumber`. No field accepts it, so it is reported at its place together
with all other problems.
"""

import json
import re
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

from portal.errors import Invalid, Problem, Sentence
from portal.intake.places import at_byte, in_line
from portal.intake.unreadable import unreadable

MAX_DEPTH = 32
MAX_VALUES = 500_000
_SURROGATE = re.compile("[\ud800-\udfff]")


class JsonNumber:
    """A number as it is spelled: with a fraction, an exponent or too many digits, or NaN or Infinity."""

    def __init__(self, spelling: str) -> None:
        self.spelling = spelling

    def __str__(self) -> str:
        return self.spelling


class _RepeatingObject(dict[str, Any]):
    """An object that has a name twice. The last value wins."""

    names: tuple[str, ...] = ()


def read_json(data: bytes) -> tuple[Any, list[Problem]]:
    """Return the document's value, and a problem for each repeated name. Invalid when it is not JSON in UTF-8."""
    try:
        value = json.loads(
            data.decode("utf-8-sig"),
            object_pairs_hook=_build_object,
            parse_float=JsonNumber,
            parse_constant=JsonNumber,
            parse_int=_parse_integer,
        )
    except UnicodeDecodeError as error:
        where = at_byte(error.start + 1)
        raise unreadable(where, "The file is not in UTF-8.", "Save it again as UTF-8.") from None
    except json.JSONDecodeError as error:
        where = in_line(error.lineno, error.colno)
        raise unreadable(
            where, Sentence("This is not JSON: %(reason)s.", reason=error.msg), "Look just before this place."
        ) from None
    except RecursionError:
        raise _too_deep("") from None
    return value, _repeated_names(value)


def pointer(parent: str, name: str | int) -> str:
    """Return the RFC 6901 pointer of a member. Names that are not printable are escaped as in Python."""
    text = str(name)
    if not text.isprintable():
        text = ascii(text)[1:-1]
    return f"{parent}/{text.replace('~', '~0').replace('/', '~1')}"


def _build_object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    repeating = _RepeatingObject(members)
    times = Counter(name for name, _ in pairs)
    repeating.names = tuple(name for name in members if times[name] > 1)
    return repeating


def _parse_integer(spelling: str) -> int | JsonNumber:
    # int() refuses thousands of digits, and no integer of a quote has sixteen.
    return int(spelling) if len(spelling) < 16 else JsonNumber(spelling)


def _repeated_names(document: Any) -> list[Problem]:
    problems = []
    for trail, value in _walk(document):
        if isinstance(value, _RepeatingObject):
            problems += [
                Problem(
                    pointer(_place(trail), name),
                    "This name stands twice in one object.",
                    "Keep one of the two.",
                )
                for name in value.names
            ]
        for text in value if isinstance(value, dict) else [value]:
            if isinstance(text, str) and _SURROGATE.search(text):
                raise unreadable(
                    _place(trail), "The text holds half of a character (a lone surrogate).", "Take it out."
                )
    return problems


class _Trail(NamedTuple):
    """The path to a value as a linked list. The pointer is built only where there is a problem."""

    up: "_Trail | None" = None
    name: str | int = ""
    depth: int = 0


def _walk(document: Any) -> Iterator[tuple[_Trail, Any]]:
    """Yield every object and text. Iterative, because the sender decides the depth."""
    stack: list[tuple[_Trail, Any]] = [(_Trail(), document)]
    count = 0
    while stack:
        trail, value = stack.pop()
        if trail.depth > MAX_DEPTH:
            raise _too_deep(_place(trail))
        if isinstance(value, (dict, str)):
            yield trail, value
        if isinstance(value, (dict, list)):
            count += len(value)
            if count > MAX_VALUES:
                raise unreadable(
                    _place(trail),
                    Sentence("The document has more than %(limit)s values.", limit=MAX_VALUES),
                    "Split the quote.",
                )
            members = value.items() if isinstance(value, dict) else enumerate(value)
            below = [(_Trail(trail, name, trail.depth + 1), member) for name, member in members]
            stack += reversed(below)


def _place(trail: _Trail) -> str:
    return pointer(_place(trail.up), trail.name) if trail.up else ""


def _too_deep(place: str) -> Invalid:
    return unreadable(
        place,
        Sentence("The document is nested more than %(limit)s levels deep.", limit=MAX_DEPTH),
        "A quote needs four.",
    )
