"""A template that is drawn once and filled in often: for fragments that go out by the thousand a second.

    stencil = Stencil(templates.render("table/_message.html", "en", entry=…))    # Marks in place of what differs
    stencil.around("seq", {"name": escape(name), …})                             # texts that are HTML already

What is put in is never searched for places, so nobody can write one into a message.
"""

import re
from collections.abc import Mapping
from typing import Any

# Private use (Unicode 16, 23.5): no template and no translation has them.
_OPEN, _CLOSE = "\ue000", "\ue001"
_PLACE = re.compile(f"{_OPEN}(.*?){_CLOSE}")


class Mark(str):
    """Stands in a template for a value; what a template does with it becomes part of its name: "at|day"."""

    __slots__ = ()

    def __new__(cls, name: str) -> "Mark":
        return super().__new__(cls, f"{_OPEN}{name}{_CLOSE}")

    @property
    def name(self) -> str:
        return self[1:-1]

    def __html__(self) -> str:
        return self

    def filtered(self, by: str) -> "Mark":
        return Mark(f"{self.name}|{by}")

    def isoformat(self) -> "Mark":
        return self.filtered("isoformat")


class Stencil:
    def __init__(self, drawn: str) -> None:
        # Text, name, text, name, …, text.
        self._parts = _PLACE.split(drawn)

    def around(self, last: str, values: Mapping[str, str]) -> list[str]:
        """Everything filled in but `last`, as the pieces around it: "7".join(pieces) is the whole. KeyError when a value
        is missing."""
        pieces, piece = list[str](), [self._parts[0]]
        for name, text in zip(self._parts[1::2], self._parts[2::2], strict=True):
            if name == last:
                pieces.append("".join(piece))
                piece = [text]
            else:
                piece += (values[name], text)
        pieces.append("".join(piece))
        return pieces


def passing(function: Any) -> Any:
    """A filter that leaves marks in their place, under a name that tells of it."""

    def filtered(value: Any, *more: Any) -> Any:
        return value.filtered(function.__name__) if type(value) is Mark else function(value, *more)

    return filtered
