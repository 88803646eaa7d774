"""Every error that a person may read.

ParleyError                    a sentence for a person: what happened, where, what to do next
├── Refused                    the command is understood and not done; nothing was written
│   ├── Invalid                input with one or more problems, each with its place
│   ├── Conflict               the world moved: another revision, another state, the same key with another body
│   ├── NotAllowed             the role or the state of the deal does not permit it
│   ├── TooFast                over the rate; try again shortly
│   └── Overloaded             more work than there is room for; try again shortly
├── NotFound                   no such thing for this actor (also: exists, but not for this actor)
├── SignInNeeded               no session, or it has ended
└── Misconfigured              the installation cannot start or go on like this
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import reduce
from typing import NamedTuple, TypeAlias

import msgspec


class Amount(NamedTuple):
    """An amount of money in a sentence: `value` in units of the currency (ISO 4217)."""

    value: Decimal
    currency: str

    def __str__(self) -> str:
        return f"{self.currency} {self.value:f}"


# What may stand in a sentence. A text is shown as it is; a sentence inside a sentence is translated as well.
Value: TypeAlias = "str | int | Decimal | Amount | date"


class Sentence(str):
    """A sentence for a person: a message with named values, `Sentence("At most %(count)s lines.", count=20)`.

    As a text it is English, with values as programs spell them. `portal.rendering.sentences.translate` says it in a
    reader's language, with values as people there write them. Without values a percent sign is only a percent sign.
    """

    message: str
    plural: str
    values: Mapping[str, Value]

    def __new__(cls, message: str, /, **values: Value) -> "Sentence":
        return message if isinstance(message, Sentence) else cls._made(message, "", values)

    @classmethod
    def of_count(cls, one: str, many: str, count: int, /, **values: Value) -> "Sentence":
        """`one` for a count of 1, else `many`; both may name `%(count)s`."""
        return cls._made(one, many, {"count": count, **values})

    def with_texts(self, change: Callable[[str], str]) -> "Sentence":
        """The same message, with `change` applied to each value that is a text."""
        values = {
            name: change(value) if isinstance(value, str) and not isinstance(value, Sentence) else value
            for name, value in self.values.items()
        }
        return self._made(self.message, self.plural, values)

    @classmethod
    def _made(cls, message: str, plural: str, values: Mapping[str, Value]) -> "Sentence":
        template = plural if plural and values["count"] != 1 else message
        made = super().__new__(
            cls, template % {name: _plain(value) for name, value in values.items()} if values else template
        )
        made.message, made.plural, made.values = message, plural, values
        return made


def either(values: Sequence[Value]) -> Value:
    """The values as alternatives: "1, 2 or 3"."""
    *others, last = values
    if not others:
        return last
    listed = reduce(lambda done, each: Sentence("%(first)s, %(next)s", first=done, next=each), others)
    return Sentence("%(first)s or %(last)s", first=listed, last=last)


def _plain(value: Value) -> str:
    if isinstance(value, int):
        return f"{value:,}"
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return str(value)


class Problem(msgspec.Struct, frozen=True):
    """One thing wrong with an input.

    `place` is an RFC 6901 JSON pointer, an XPath, a row such as "row 12, column quantity", or a form field's name.
    """

    place: str
    message: str
    hint: str = ""

    @classmethod
    def of(cls, place: str, message: str, hint: str = "", /, **values: Value) -> "Problem":
        """A problem whose message has named values."""
        return cls(place, Sentence(message, **values), hint)

    def __str__(self) -> str:
        return str(self.sentence)

    @property
    def sentence(self) -> "Sentence":
        """Place, message and hint in one."""
        said = self.told
        return Sentence("%(place)s: %(message)s", place=self.place, message=said) if self.place else said

    @property
    def told(self) -> "Sentence":
        """Message and hint, for where the place says nothing."""
        said = Sentence(self.message)
        if self.hint:
            said = Sentence("%(message)s %(hint)s", message=said, hint=Sentence(self.hint))
        return said


class ParleyError(Exception):
    """A sentence for a person, as a message with named values. `status` is the HTTP status an edge answers with."""

    status = 500

    def __init__(self, sentence: str, /, **values: Value) -> None:
        self.sentence = Sentence(sentence, **values) if values else sentence
        super().__init__(self.sentence)


class Refused(ParleyError):
    status = 422
    problems: tuple[Problem, ...] = ()


class Invalid(Refused):
    """Input with problems; all of them, not the first."""

    def __init__(self, sentence: str, problems: Sequence[Problem], /, **values: Value) -> None:
        super().__init__(sentence, **values)
        self.problems = tuple(problems)

    @classmethod
    def field(cls, name: str, message: str, hint: str = "", /, **values: Value) -> "Invalid":
        """A single problem at one field of a form. The values are for the message; a hint with values is a `Sentence`."""
        sentence = Sentence(message, **values) if values else message
        return cls(sentence, [Problem(name, sentence, hint)])


class Conflict(Refused):
    status = 409


class NotAllowed(Refused):
    status = 403


class TooFast(Refused):
    status = 429


class Overloaded(Refused):
    status = 503


class NotFound(ParleyError):
    status = 404


class SignInNeeded(ParleyError):
    status = 401


class Misconfigured(ParleyError):
    status = 500
