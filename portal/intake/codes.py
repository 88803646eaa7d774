"""Readers for codes of standards (currency, country, language, unit) and for mail addresses."""

import re

from babel import Locale, UnknownLocaleError

from portal.domain.offer import money
from portal.errors import Sentence
from portal.intake.field_errors import field_error, format_value
from portal.intake.fields import pattern_reader

_UNIT = re.compile(r"[A-Z0-9]{1,3}")
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
_SUBTAG_CASE = {2: str.upper, 4: str.title}  # RFC 5646 2.1.1: de-AT, sr-Latn
MAX_EMAIL_LENGTH = 254
_EMAIL = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
    r"@([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]([A-Za-z0-9-]{0,61}[A-Za-z0-9])"
)
_COUNTRIES = frozenset(
    code
    for code in map(str, Locale("en").territories)
    if re.fullmatch("[A-Z]{2}", code) and code not in {"EU", "EZ", "QO", "UN", "XA", "XB", "ZZ"}
)

read_unit = pattern_reader(
    _UNIT,
    "%(value)s is not a unit code of UN/ECE Rec 20.",
    "For example C62 (one), HUR (hour), KGM (kilogram).",
)


def read_currency(value: object) -> str:
    try:
        money.places(str(value))
    except KeyError:
        raise field_error(
            Sentence("%(value)s is not a currency of ISO 4217.", value=format_value(value)),
            'For example "EUR".',
        ) from None
    return str(value)


def read_country(value: object) -> str:
    if value == "":
        return ""
    if not isinstance(value, str) or value not in _COUNTRIES:
        raise field_error(
            Sentence("%(value)s is not a country of ISO 3166-1.", value=format_value(value)),
            'Use two capital letters such as "DE".',
        )
    return value


def read_language(value: object) -> str:
    refusal = field_error(
        Sentence("%(value)s is not a language known here.", value=format_value(value)),
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


def read_email(value: object) -> str:
    if not isinstance(value, str) or len(value) > MAX_EMAIL_LENGTH or not _EMAIL.fullmatch(value.strip()):
        raise field_error(
            Sentence("%(value)s is not a mail address.", value=format_value(value)),
            'For example "anna@example.com".',
        )
    return value.strip()
