"""Decimal numbers as people write them into CSV: with a point, or with a comma where a comma parts no cells.

Which of the two a file means is found out from numbers that can be read in one way only. "1.250" alone may be a thousand
and a quarter or one and a quarter: where nothing in the file settles it, it is refused, never guessed.
"""

import re
from collections.abc import Iterable
from typing import Literal

Mark = Literal[".", ",", "?"]
_WITH_COMMA = re.compile(r"-?(\d+|\d{1,3}(\.\d{3})+),\d+")
_WITH_POINT = re.compile(r"-?(\d+|\d{1,3}(,\d{3})+)\.\d+")
_EITHER = re.compile(r"-?\d{1,3}[.,]\d{3}")
_COMMA_FILE = re.compile(r"(-?)(\d+|\d{1,3}(?:\.\d{3})+)(?:,(\d+))?")


class Ambiguous(ValueError):
    """A number that can be read in two ways; its arguments are both."""


def mark_of(texts: Iterable[str]) -> Mark:
    """What parts the decimals in these numbers; "?" when nothing tells, or both do."""
    found = {
        mark
        for text in texts
        if not _EITHER.fullmatch(text)
        for mark, pattern in ((",", _WITH_COMMA), (".", _WITH_POINT))
        if pattern.fullmatch(text)
    }
    return "," if found == {","} else "." if found == {"."} else "?"


def with_point(text: str, mark: Mark) -> str:
    """The number with a point, its percent sign left; what is no number of a file with this mark stays as it is.

    Ambiguous when it can be read in two ways.
    """
    if text.endswith("%"):
        return with_point(text[:-1].rstrip(), mark) + "%"
    if mark == "?" and _EITHER.fullmatch(text):
        plain = re.sub("[.,]", "", text)
        raise Ambiguous(plain, text.replace(",", "."))
    commas = mark == "," or (mark == "?" and _WITH_COMMA.fullmatch(text))
    if commas and (parts := _COMMA_FILE.fullmatch(text)):
        sign, whole, places = parts.groups()
        return sign + whole.replace(".", "") + (f".{places}" if places else "")
    return text
