"""Decimal numbers as people write them in CSV: with a point, or with a comma where the comma is not the delimiter.

The decimal mark of a file is found from numbers that can be read in only one way. "1.250" may be 1250 or 1.25: when no other
number of the file decides, it is refused, not guessed.
"""

import re
from collections.abc import Iterable
from typing import Literal

Mark = Literal[".", ",", "?"]
_WITH_COMMA = re.compile(r"-?(\d+|\d{1,3}(\.\d{3})+),\d+")
_WITH_POINT = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)\.\d+")
_AMBIGUOUS = re.compile(r"-?\d{1,3}[.,]\d{3}")
_COMMA_FILE = re.compile(r"(-?)(\d+|\d{1,3}(?:\.\d{3})+)(?:,(\d+))?")


class AmbiguousNumber(ValueError):
    """A number that can be read in two ways, which are its arguments."""


def mark_of(texts: Iterable[str]) -> Mark:
    """Return the decimal mark of these numbers; "?" when no number decides, or they differ."""
    marks = {
        mark
        for text in texts
        if not _AMBIGUOUS.fullmatch(text)
        for mark, pattern in ((",", _WITH_COMMA), (".", _WITH_POINT))
        if pattern.fullmatch(text)
    }
    return "," if marks == {","} else "." if marks == {"."} else "?"


def with_point(text: str, mark: Mark) -> str:
    """Return the number with a decimal point; a percent sign stays. Text that is not a number is returned unchanged.

    AmbiguousNumber when it can be read in two ways.
    """
    if text.endswith("%"):
        return with_point(text[:-1].rstrip(), mark) + "%"
    if mark == "?" and _AMBIGUOUS.fullmatch(text):
        plain = re.sub("[.,]", "", text)
        raise AmbiguousNumber(plain, text.replace(",", "."))
    commas = mark == "," or (mark == "?" and _WITH_COMMA.fullmatch(text))
    if commas and (parts := _COMMA_FILE.fullmatch(text)):
        sign, whole, places = parts.groups()
        return sign + whole.replace(".", "") + (f".{places}" if places else "")
    return text
