"""A quote in any format as the fields of the quote document, and the place of each field in the source."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from portal.domain.offer.revision import Totals
from portal.errors import Problem, Sentence


@dataclass(frozen=True)
class Comparison:
    """The differences between the totals that a document states and the computed ones."""

    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()


# A pointer that is a value of a sentence, such as "/lines/0".
_POINTER = re.compile(r"(/[a-z_]+)+/\d+")


def compare_nothing(_: Totals) -> Comparison:
    """Compare a document that states no totals."""
    return Comparison()


def place_in_json(pointer: str) -> str:
    """Return the place in a JSON document, which is the pointer itself."""
    return pointer


@dataclass(frozen=True)
class Document:
    """A quote as it was read, not yet validated.

    `fields` has the shape of the JSON quote document. `where` turns a pointer into a place of the source. `refused` has the
    places that `problems` already covers; further problems there are left out.
    """

    fields: Any
    problems: Sequence[Problem] = ()
    warnings: Sequence[Problem] = ()
    where: Callable[[str], str] = place_in_json
    compare: Callable[[Totals], Comparison] = compare_nothing
    refused: frozenset[str] = frozenset()

    def relocate(self, problems: Iterable[Problem]) -> list[Problem]:
        """Replace the pointers of problems by places in the source."""
        by_place = [(self.where(each.place), each) for each in problems]
        return [
            Problem(place, self._relocate_message(each.message), each.hint)
            for place, each in by_place
            if place not in self.refused
        ]

    def _relocate_message(self, message: str) -> str:
        """Replace pointers among the values of a sentence."""
        if not isinstance(message, Sentence):
            return message
        return message.with_texts(lambda text: self.where(text) or text if _POINTER.fullmatch(text) else text)
