"""The kinds of field a quote document has. Each reads one value and says in a sentence what is wrong with it.

Numbers that count are decimal strings: a JSON number has passed through a float somewhere, and the digits it lost
cannot be seen. Whole numbers (periods, days) are the exception, and stay JSON numbers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from pydantic_core import PydanticCustomError

from portal.domain.offer import money, spelling
from portal.errors import Problem
from portal.intake.json_document import JsonNumber

LAST_DAY = date(2999, 12, 31)
# Twelve digits before the point, for what a document states and for what it comes to; columns of minor units hold it.
TOO_MUCH = Decimal(10) ** 12
_AS_STRING = 'Write it as a string such as "12.50".'
# Control characters but tab and line feed; surrogates and the two non-characters that XML cannot carry.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    """One problem with the value at hand; the place is where the value stands."""
    return several([Problem("", message, hint)])


def several(problems: list[Problem]) -> PydanticCustomError:
    """Problems inside the value at hand; their places are relative to it."""
    return PydanticCustomError("problems", "does not hold", {"problems": problems})


def shown(value: object, longest: int = 40) -> str:
    """A value as a sentence may quote it: short, on one line, printable whatever it holds."""
    text = ascii(value)[1:-1] if isinstance(value, str) and not value.isprintable() else str(value)
    return f'"{text[:longest]}…"' if len(text) > longest else f'"{text}"'


def plain(number: Decimal) -> str:
    """A number without exponent and idle zeros, as a document would write it."""
    return f"{number.normalize(money.CONTEXT):f}"


def no_decimal(place: str, written: str) -> Problem:
    """The refusal of what should have been a decimal number."""
    return Problem(
        place,
        f"{shown(written)} is not a decimal number of at most 12 digits before and 6 after the point.",
        'Write it with a point, without exponent and without separators, such as "1250.00".',
    )


@dataclass(frozen=True)
class DecimalReader:
    """A decimal string between bounds, at most 12 digits before and 6 after the point."""

    least: Decimal | None = money.ZERO
    most: Decimal | None = None
    above: Decimal | None = None

    def __call__(self, value: object) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, (str, int, JsonNumber)):
            raise wrong("This is not a decimal number.", _AS_STRING)
        try:
            number = money.parse(str(value))
        except ValueError:
            number = None
        if not isinstance(value, str):
            raise wrong(
                "This is a JSON number, which may have lost digits on its way.",
                _AS_STRING if number is None else f"Write it as a string: {shown(value)}.",
            )
        if number is None:
            raise several([no_decimal("", value)])
        return self._check_bounds(number)

    def _check_bounds(self, number: Decimal) -> Decimal:
        if self.above is not None and number <= self.above:
            raise wrong(f"{number} is too small: it must be more than {self.above}.")
        if self.above is None and self.least is not None and number < self.least:
            raise wrong(f"{number} is too small: it must be at least {self.least}.")
        if self.most is not None and number > self.most:
            raise wrong(f"{number} is too large: it may be at most {self.most}.")
        return number


@dataclass(frozen=True)
class TextReader:
    """Text of a bounded length, stripped. `lines` allows line breaks, `required` refuses nothing at all."""

    longest: int
    lines: bool = False
    required: bool = False

    def __call__(self, value: object) -> str:
        if not isinstance(value, str):
            raise wrong("This is not text.", 'Write it in quotation marks, such as "Press A3".')
        text = value.replace("\r\n", "\n").strip()
        if found := _FORBIDDEN.search(text):
            raise wrong(f"The text holds the control character U+{ord(found.group()):04X}.", "Take it out.")
        if not self.lines and ("\n" in text or "\t" in text):
            raise wrong("The text runs over several lines or holds a tab.", "Write it on one line.")
        if len(text) > self.longest:
            raise wrong(f"The text has {len(text)} characters; at most {self.longest} fit.", "Shorten it.")
        if self.required and not text:
            raise wrong("The text is empty.", "Fill it in.")
        return text


@dataclass(frozen=True)
class IntegerReader:
    """A JSON integer between two bounds."""

    least: int
    most: int

    def __call__(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong("This is not a whole number.", "Write it without quotation marks, such as 12.")
        if not self.least <= value <= self.most:
            raise wrong(f"{value} is not between {self.least} and {self.most}.")
        return value


def pattern_reader(pattern: re.Pattern[str], message: str, hint: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value.strip()):
            raise wrong(f"{shown(value)} {message}", hint)
        return value.strip()

    return read


read_key = pattern_reader(
    KEY, "cannot be a key.", "Use up to 64 letters, digits, points, hyphens and underscores."
)


def read_day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise wrong(f"{shown(value)} is not a date.", 'Write year, month and day: "2030-06-30".')
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise wrong(f"{shown(value)} is not a day of the calendar.", "Check month and day.") from None
    if day > LAST_DAY:
        raise wrong(f"{value} is too far ahead to count with.", f"Choose a day up to {LAST_DAY}.")
    return day


def read_option(value: object) -> str:
    # Spaced as a buyer's choice will be, or nobody could choose it.
    return spelling.plain(TextReader(spelling.LONGEST_WORDING, required=True)(value))
