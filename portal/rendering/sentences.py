"""Sentences that rules and commands made, in the language of the reader."""

from datetime import date
from decimal import Decimal

from portal.errors import Amount, Sentence, Value
from portal.rendering import formats
from portal.rendering.language import gettext, ngettext


def translate(sentence: str) -> str:
    """The sentence in the current language (`language.current`), its values as people write them there."""
    if not isinstance(sentence, Sentence):
        # The empty message is the catalog's head.
        return gettext(sentence) if sentence else ""
    values = sentence.values
    count = values.get("count")
    if sentence.plural and isinstance(count, int):
        template = ngettext(sentence.message, sentence.plural, count)
    else:
        template = gettext(sentence.message)
    return template % {name: _spelled(value) for name, value in values.items()} if values else template


def translate_place(place: str) -> str:
    """Where a problem is: a place of a file in the current language; pointers, paths and names of fields as they are."""
    return translate(place) if isinstance(place, Sentence) else place


def _spelled(value: Value) -> str:
    match value:
        case Sentence():
            return translate(value)
        case str():
            return value
        case Amount():
            return formats.money(value.value, value.currency)
        case date():
            return formats.calendar_day(value)
        case Decimal() | int():
            return formats.number(value)
