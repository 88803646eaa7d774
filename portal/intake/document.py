"""A quote in any format, brought to the fields of the quote document, with the way back to where each stood."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from portal.domain.offer.revision import Totals
from portal.errors import Problem


@dataclass(frozen=True)
class Comparison:
    """What a document states of its totals against what they come to."""

    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()


# Places that a message names, such as "/lines/0"; a mere "3/4" is none.
_NAMED = re.compile(r"(?<![^\s(])/[a-z_]+/\d+\b")


def nothing_stated(_: Totals) -> Comparison:
    return Comparison()


def as_written(pointer: str) -> str:
    """The place in a document whose fields are its own: the JSON pointer."""
    return pointer


@dataclass(frozen=True)
class Document:
    """`fields` has the shape of the JSON quote document, unchecked. `where` leads from a pointer to the source's place.

    `refused`: places of the source where `problems` has said already what is wrong; nothing more is said of them.
    """

    fields: Any
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    where: Callable[[str], str] = as_written
    compare: Callable[[Totals], Comparison] = nothing_stated
    refused: frozenset[str] = frozenset()

    def placed(self, problems: Iterable[Problem]) -> list[Problem]:
        """Problems at pointers, moved to their places in the source."""
        found = [(self.where(each.place), each) for each in problems]
        return [
            Problem(place, self._named(each.message), each.hint)
            for place, each in found
            if place not in self.refused
        ]

    def _named(self, message: str) -> str:
        """The message with pointers in it moved as well; one without pointers stays as it is, to be translated."""
        named = _NAMED.sub(lambda name: self.where(name[0]) or name[0], message)
        return message if named == message else named
