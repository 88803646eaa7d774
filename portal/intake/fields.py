"""The kinds of field a quote document has. Each reads one value and says in a sentence what is wrong with it.

Numbers that count are decimal strings: a JSON number has passed through a float somewhere, and the digits it lost
cannot be seen. IntegerReader numbers (periods, days) are the exception, and stay JSON numbers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portal.domain.offer import money, spelling
from portal.domain.offer.capacity import LAST_DAY, LONGEST_WORDING, Range
from portal.errors import Sentence
from portal.intake.field_errors import decimal_problem, field_error, field_errors, format_value
from portal.intake.json_document import JsonNumber

_AS_STRING = 'Write it as a string such as "12.50".'
# Control characters except tab and line feed, surrogates, and the two non-characters that XML cannot hold.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


@dataclass(frozen=True)
class DecimalReader:
    """Read a decimal string in a range, with at most 12 digits before and 6 after the point."""

    allowed: Range

    def __call__(self, value: object) -> Decimal:
        if isinstance(value, bool) or not isinstance(value, (str, int, JsonNumber)):
            raise field_error("This is not a decimal number.", _AS_STRING)
        try:
            number = money.parse(str(value))
        except ValueError:
            number = None
        if not isinstance(value, str):
            raise field_error(
                "This is a JSON number, which may have lost digits on its way.",
                _AS_STRING
                if number is None
                else Sentence("Write it as a string: %(value)s.", value=format_value(value)),
            )
        if number is None:
            raise field_errors([decimal_problem("", value)])
        return self._check_bounds(number)

    def _check_bounds(self, number: Decimal) -> Decimal:
        least, most, above = self.allowed
        if number in self.allowed:
            return number
        if number > most:
            message = Sentence(
                "%(number)s is too large: it may be at most %(most)s.", number=number, most=most
            )
        elif above is not None:
            message = Sentence(
                "%(number)s is too small: it must be more than %(above)s.", number=number, above=above
            )
        else:
            message = Sentence(
                "%(number)s is too small: it must be at least %(least)s.", number=number, least=least
            )
        raise field_error(message)


@dataclass(frozen=True)
class TextReader:
    """Read text of at most `longest` characters, stripped. `lines` allows line breaks, `required` refuses empty text."""

    longest: int
    lines: bool = False
    required: bool = False

    def __call__(self, value: object) -> str:
        if not isinstance(value, str):
            raise field_error("This is not text.", 'Write it in quotation marks, such as "Press A3".')
        text = value.replace("\r\n", "\n").strip()
        if found := _FORBIDDEN.search(text):
            raise field_error(
                Sentence(
                    "The text holds the control character U+%(code)s.",
                    code=format(ord(found.group()), "04X"),
                ),
                "Take it out.",
            )
        if not self.lines and ("\n" in text or "\t" in text):
            raise field_error("The text runs over several lines or holds a tab.", "Write it on one line.")
        if len(text) > self.longest:
            raise field_error(
                Sentence(
                    "The text has %(length)s characters; at most %(longest)s fit.",
                    length=len(text),
                    longest=self.longest,
                ),
                "Shorten it.",
            )
        if self.required and not text:
            raise field_error("The text is empty.", "Fill it in.")
        return text


@dataclass(frozen=True)
class IntegerReader:
    """Read a JSON integer in a range."""

    allowed: Range

    def __call__(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise field_error("This is not a whole number.", "Write it without quotation marks, such as 12.")
        if Decimal(value) not in self.allowed:
            raise field_error(
                Sentence(
                    "%(value)s is not between %(least)s and %(most)s.",
                    value=value,
                    least=int(self.allowed.least),
                    most=int(self.allowed.most),
                )
            )
        return value


def pattern_reader(pattern: re.Pattern[str], message: str, hint: str) -> Callable[[object], str]:
    """Return a reader for stripped text that matches `pattern`."""

    def read(value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value.strip()):
            raise field_error(Sentence(message, value=format_value(value)), hint)
        return value.strip()

    return read


read_key = pattern_reader(
    KEY, "%(value)s cannot be a key.", "Use up to 64 letters, digits, points, hyphens and underscores."
)


def read_day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise field_error(
            Sentence("%(value)s is not a date.", value=format_value(value)),
            'Write year, month and day: "2030-06-30".',
        )
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise field_error(
            Sentence("%(value)s is not a day of the calendar.", value=format_value(value)),
            "Check month and day.",
        ) from None
    if day > LAST_DAY:
        raise field_error(
            Sentence("%(value)s is too far ahead to count with.", value=value),
            Sentence("Choose a day up to %(last_day)s.", last_day=LAST_DAY),
        )
    return day


def read_option(value: object) -> str:
    # Normalised like the buyer's choice, which is compared with it.
    return spelling.plain(TextReader(LONGEST_WORDING, required=True)(value))
