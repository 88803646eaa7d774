"""Every error that a person may read.

ParleyError                    a sentence for a person: what happened, where, what to do next
├── Refused                    the command is understood and not done; nothing was written
│   ├── Invalid                input with one or more problems, each with its place
│   ├── Conflict               the world moved: another revision, another state, the same key with another body
│   ├── NotAllowed             the role or the state of the deal does not permit it
│   └── TooFast                over the rate; try again shortly
├── NotFound                   no such thing for this actor (also: exists, but not for this actor)
├── SignInNeeded               no session, or it has ended
└── Misconfigured              the installation cannot start or go on like this
"""

from collections.abc import Sequence

import msgspec


def marked(message: str) -> str:
    """The message as it is, noted for the catalogs: it is translated where it is shown."""
    return message


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong with an input.

    `place` is an RFC 6901 JSON pointer, an XPath, a row such as "row 12, column quantity", or a form field's name.
    """

    place: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        where = f"{self.place}: " if self.place else ""
        return f"{where}{self.message}" + (f" {self.hint}" if self.hint else "")


class ParleyError(Exception):
    """A sentence for a person. `status` is the HTTP status an edge answers with."""

    status = 500

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Refused(ParleyError):
    status = 422


class Invalid(Refused):
    """Input with problems; all of them, not the first."""

    def __init__(self, sentence: str, problems: Sequence[Problem]) -> None:
        super().__init__(sentence)
        self.problems = tuple(problems)

    @classmethod
    def field(cls, name: str, message: str, hint: str = "") -> "Invalid":
        """A single problem at one field of a form."""
        return cls(message, [Problem(name, message, hint)])


class Conflict(Refused):
    status = 409


class NotAllowed(Refused):
    status = 403


class TooFast(Refused):
    status = 429


class NotFound(ParleyError):
    status = 404


class SignInNeeded(ParleyError):
    status = 401


class Misconfigured(ParleyError):
    status = 500
