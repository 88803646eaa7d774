"""The kinds of field a quote document has. Each reads one value and says in a sentence what is wrong with it.

Numbers that count are decimal strings: a JSON number has passed through a float somewhere, and the digits it lost
cannot be seen. Whole numbers (periods, days) are the exception, and stay JSON numbers.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated

from babel import Locale, UnknownLocaleError
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from portal.domain.offer import money, spelling
from portal.errors import Problem, Sentence
from portal.intake.json_document import JsonNumber

LAST_DAY = date(2999, 12, 31)
# Twelve digits before the point, for what a document states and for what it comes to; columns of minor units hold it.
TOO_MUCH = Decimal(10) ** 12
_AS_STRING = 'Write it as a string such as "12.50".'
LONGEST_ADDRESS = 254
# Control characters but tab and line feed; surrogates and the two non-characters that XML cannot carry.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_UNIT = re.compile(r"[A-Z0-9]{1,3}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_SUBTAG_CASE = {2: str.upper, 4: str.title}  # RFC 5646 2.1.1: de-AT, sr-Latn
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_COUNTRIES = frozenset(
    code
    for code in map(str, Locale("en").territories)
    if re.fullmatch("[A-Z]{2}", code) and code not in {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
)


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
        Sentence(
            "%(written)s is not a decimal number of at most 12 digits before and 6 after the point.",
            written=shown(written),
        ),
        'Write it with a point, without exponent and without separators, such as "1250.00".',
    )


@dataclass(frozen=True)
class _Number:
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
                _AS_STRING
                if number is None
                else Sentence("Write it as a string: %(value)s.", value=shown(value)),
            )
        if number is None:
            raise several([no_decimal("", value)])
        return self._bounded(number)

    def _bounded(self, number: Decimal) -> Decimal:
        if self.above is not None and number <= self.above:
            raise wrong(
                Sentence(
                    "%(number)s is too small: it must be more than %(above)s.",
                    number=number,
                    above=self.above,
                )
            )
        if self.above is None and self.least is not None and number < self.least:
            raise wrong(
                Sentence(
                    "%(number)s is too small: it must be at least %(least)s.", number=number, least=self.least
                )
            )
        if self.most is not None and number > self.most:
            raise wrong(
                Sentence(
                    "%(number)s is too large: it may be at most %(most)s.", number=number, most=self.most
                )
            )
        return number


@dataclass(frozen=True)
class _Text:
    """Text of a bounded length, stripped. `lines` allows line breaks, `required` refuses nothing at all."""

    longest: int
    lines: bool = False
    required: bool = False

    def __call__(self, value: object) -> str:
        if not isinstance(value, str):
            raise wrong("This is not text.", 'Write it in quotation marks, such as "Press A3".')
        text = value.replace("\r\n", "\n").strip()
        if found := _FORBIDDEN.search(text):
            raise wrong(
                Sentence(
                    "The text holds the control character U+%(code)s.",
                    code=format(ord(found.group()), "04X"),
                ),
                "Take it out.",
            )
        if not self.lines and ("\n" in text or "\t" in text):
            raise wrong("The text runs over several lines or holds a tab.", "Write it on one line.")
        if len(text) > self.longest:
            raise wrong(
                Sentence(
                    "The text has %(length)s characters; at most %(longest)s fit.",
                    length=len(text),
                    longest=self.longest,
                ),
                "Shorten it.",
            )
        if self.required and not text:
            raise wrong("The text is empty.", "Fill it in.")
        return text


@dataclass(frozen=True)
class Whole:
    """A JSON integer between two bounds."""

    least: int
    most: int

    def __call__(self, value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise wrong("This is not a whole number.", "Write it without quotation marks, such as 12.")
        if not self.least <= value <= self.most:
            raise wrong(
                Sentence(
                    "%(value)s is not between %(least)s and %(most)s.",
                    value=value,
                    least=self.least,
                    most=self.most,
                )
            )
        return value


def _matching(pattern: re.Pattern[str], message: str, hint: str) -> Callable[[object], str]:
    def read(value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value.strip()):
            raise wrong(Sentence(message, value=shown(value)), hint)
        return value.strip()

    return read


def _currency(value: object) -> str:
    try:
        money.places(str(value))
    except KeyError:
        raise wrong(
            Sentence("%(value)s is not a currency of ISO 4217.", value=shown(value)), 'For example "EUR".'
        ) from None
    return str(value)


def _country(value: object) -> str:
    if value == "":
        return ""
    if not isinstance(value, str) or value not in _COUNTRIES:
        raise wrong(
            Sentence("%(value)s is not a country of ISO 3166-1.", value=shown(value)),
            'Use two capital letters such as "DE".',
        )
    return value


def _language(value: object) -> str:
    refusal = wrong(
        Sentence("%(value)s is not a language known here.", value=shown(value)),
        'Use a BCP 47 tag such as "en" or "de-AT".',
    )
    if not isinstance(value, str) or not _LANGUAGE.fullmatch(value):
        raise refusal
    try:
        Locale.parse(value, sep="-")
    except (ValueError, UnknownLocaleError):
        raise refusal from None
    first, *others = value.split("-")
    return "-".join([first.lower(), *(_SUBTAG_CASE.get(len(part), str.lower)(part) for part in others)])


def _day(value: object) -> date:
    if not isinstance(value, str) or not _DAY.fullmatch(value):
        raise wrong(
            Sentence("%(value)s is not a date.", value=shown(value)),
            'Write year, month and day: "2030-06-30".',
        )
    try:
        day = date.fromisoformat(value)
    except ValueError:
        raise wrong(
            Sentence("%(value)s is not a day of the calendar.", value=shown(value)), "Check month and day."
        ) from None
    if day > LAST_DAY:
        raise wrong(
            Sentence("%(value)s is too far ahead to count with.", value=value),
            Sentence("Choose a day up to %(last_day)s.", last_day=LAST_DAY),
        )
    return day


def _email(value: object) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_ADDRESS or not _EMAIL.fullmatch(value.strip()):
        raise wrong(
            Sentence("%(value)s is not a mail address.", value=shown(value)),
            'For example "anna@example.com".',
        )
    return value.strip()


def _option(value: object) -> str:
    # Spaced as a buyer's choice will be, or nobody could choose it.
    return spelling.plain(_Text(spelling.LONGEST_WORDING, required=True)(value))


HUNDRED = Decimal(100)
Price = Annotated[Decimal, BeforeValidator(_Number())]
Amount = Annotated[Decimal, BeforeValidator(_Number())]
Signed = Annotated[Decimal, BeforeValidator(_Number(least=None))]
Quantity = Annotated[Decimal, BeforeValidator(_Number(above=money.ZERO))]
QuantityLimit = Annotated[Decimal, BeforeValidator(_Number())]
Percent = Annotated[Decimal, BeforeValidator(_Number(most=HUNDRED))]
PercentOff = Annotated[Decimal, BeforeValidator(_Number(above=money.ZERO, most=HUNDRED))]

Name = Annotated[str, BeforeValidator(_Text(200, required=True))]
Label = Annotated[str, BeforeValidator(_Text(200))]
Code = Annotated[str, BeforeValidator(_Text(64))]
Paragraphs = Annotated[str, BeforeValidator(_Text(5000, lines=True))]
TermValue = Annotated[str, BeforeValidator(_Text(2000, lines=True, required=True))]
TermOption = Annotated[str, BeforeValidator(_option)]
Introduction = Annotated[str, BeforeValidator(_Text(20000, lines=True))]

Periods = Annotated[int, BeforeValidator(Whole(1, 1200))]
Days = Annotated[int, BeforeValidator(Whole(0, 3650))]

Key = Annotated[
    str,
    BeforeValidator(
        _matching(
            KEY,
            "%(value)s cannot be a key.",
            "Use up to 64 letters, digits, points, hyphens and underscores.",
        )
    ),
]
Unit = Annotated[
    str,
    BeforeValidator(
        _matching(
            _UNIT,
            "%(value)s is not a unit code of UN/ECE Rec 20.",
            "For example C62 (one), HUR (hour), KGM (kilogram).",
        )
    ),
]
Currency = Annotated[str, BeforeValidator(_currency)]
Country = Annotated[str, BeforeValidator(_country)]
Language = Annotated[str, BeforeValidator(_language)]
Day = Annotated[date, BeforeValidator(_day)]
Email = Annotated[str, BeforeValidator(_email)]
OptionalEmail = Annotated[str, BeforeValidator(lambda value: "" if value == "" else _email(value))]
