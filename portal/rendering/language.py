"""Which language a page is in, and its catalog. One ContextVar, set for each rendering, is what every format asks."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import cache
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.support import NullTranslations, Translations

import portal

CATALOGS = Path(portal.__file__).parent / "locale"
ENGLISH = "en"

current: ContextVar[str] = ContextVar("language", default=ENGLISH)


@cache
def available() -> tuple[str, ...]:
    """The languages that have a catalog, and English, in which the sentences are written."""
    translated = {path.parent.parent.name for path in CATALOGS.glob("*/LC_MESSAGES/*.mo")}
    return tuple(sorted({ENGLISH} | {name.replace("_", "-") for name in translated}))


def choose(*wishes: str) -> str:
    """The first wish (a BCP 47 tag or an Accept-Language header) that some catalog serves, else English."""
    for wish in wishes:
        for tag in _by_preference(wish):
            for candidate in (tag, tag.partition("-")[0]):
                if candidate in available():
                    return candidate
    return ENGLISH


@cache
def locale(language: str) -> Locale:
    """Babel's locale for a tag; English when it knows none."""
    try:
        return Locale.parse(language, sep="-")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(ENGLISH)


@contextmanager
def speaking(tag: str) -> Iterator[None]:
    """Formats and sentences made inside are in this language; threads of the database do not inherit it."""
    token = current.set(tag)
    try:
        yield
    finally:
        current.reset(token)


def gettext(message: str) -> str:
    return _catalog(current.get()).gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    return _catalog(current.get()).ngettext(singular, plural, number)


def pgettext(context: str, message: str) -> str:
    return str(_catalog(current.get()).pgettext(context, message))


def npgettext(context: str, singular: str, plural: str, number: int) -> str:
    return _catalog(current.get()).npgettext(context, singular, plural, number)


def marked(message: str) -> str:
    """The sentence as it is, noted for the catalogs: it is translated where it is shown (see `sentences.translate`)."""
    return message


@cache
def own_name(tag: str) -> str:
    """What a language is called by those who speak it: "Deutsch"."""
    name = locale(tag).get_display_name(tag.replace("-", "_")) or tag
    return name[0].upper() + name[1:]


@cache
def direction(tag: str) -> str:
    """ "rtl" or "ltr", for the attribute `dir`."""
    return str(locale(tag).text_direction)


@cache
def _catalog(language: str) -> NullTranslations:
    return Translations.load(str(CATALOGS), [str(locale(language))])


def _by_preference(header: str) -> list[str]:
    weighed = []
    for place, part in enumerate(header.split(",")[:20]):
        tag, _, quality = part.strip().partition(";q=")
        try:
            weight = float(quality or 1)
        except ValueError:
            continue
        if tag and weight > 0:
            weighed.append((-weight, place, tag))
    return [tag for _, _, tag in sorted(weighed)]
