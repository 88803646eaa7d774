"""A number as a person types it, in their language, as the plain decimal that commands read."""

import re

from babel.numbers import NumberFormatError, parse_decimal

from portal.rendering import language

_SPACES = str.maketrans("", "", " \u00a0\u202f")


# Characters of a number, grouping included.
LONGEST = 60
# Babel would read an exponent, and "NaN" too.
_WRITTEN = re.compile(r"-?[0-9.,'’]+")


def plain_decimal(text: str, tag: str) -> str:
    """ "1.250,50" is "1250.50" to a German. What is no number in the language stays as it is, for the rule to refuse."""
    typed = text.translate(_SPACES).replace("\u2212", "-").strip()
    if len(typed) > LONGEST or not _WRITTEN.fullmatch(typed):
        return typed
    try:
        return f"{parse_decimal(typed, locale=language.locale(tag), strict=True):f}"
    except (NumberFormatError, ValueError):
        return typed
