"""What differs between two revisions and how asks were answered, as a mail says it: values in its language, words left
to the template."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

import msgspec
from babel import Locale
from babel.dates import format_date
from babel.numbers import parse_pattern

from portal.domain.change.plain_differences import PlainDifference
from portal.domain.offer import money
from portal.errors import ParleyError

_lists = msgspec.json.Decoder(tuple[PlainDifference, ...])
LISTS = ("answers", "changes")


def one_line(text: str) -> str:
    """Text without line breaks, control characters and marks that turn the direction of writing."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def localise_differences(
    context: Mapping[str, str], locale: Locale
) -> dict[str, tuple[PlainDifference, ...]]:
    """The lists of a mail's context with values as people read them; none where the context has none."""
    currency = context.get("currency", "")
    return {
        name: tuple(_localised(each, currency, locale) for each in _lists.decode(context[name]))
        for name in LISTS
        if context.get(name)
    }


def _localised(difference: PlainDifference, currency: str, locale: Locale) -> PlainDifference:
    return msgspec.structs.replace(
        difference,
        name=one_line(difference.name),
        reason=one_line(difference.reason),
        before=one_line(_read(difference, difference.before, currency, locale)),
        after=one_line(_read(difference, difference.after, currency, locale)),
        percent=_signed(difference.percent, locale),
    )


def _read(difference: PlainDifference, text: str, currency: str, locale: Locale) -> str:
    """A text that is not what its kind says is shown as it is: a mail that is late must not fail for it."""
    try:
        match difference.kind:
            case "money" if text:
                return _amount(Decimal(text), currency, locale)
            case "number" if text:
                return _number(Decimal(text), locale)
            case "percent" if text:
                return _percent(Decimal(text), locale)
            case "day" if text:
                return format_date(date.fromisoformat(text), "long", locale=locale)
    except (InvalidOperation, ValueError, ParleyError):
        return text
    return text


def _amount(value: Decimal, currency: str, locale: Locale) -> str:
    pattern = parse_pattern("#,##0")
    pattern.frac_prec = (money.places(currency), 6)
    return str(pattern.apply(value, locale))


def _number(value: Decimal, locale: Locale) -> str:
    return str(parse_pattern("#,##0.######").apply(value, locale))


def _percent(value: Decimal, locale: Locale) -> str:
    sign = str(locale.percent_formats[None].pattern).rpartition("0")[2] or "%"
    return f"{_number(value, locale)}{sign}"


def _signed(text: str, locale: Locale) -> str:
    if not text or not Decimal(text):
        return ""
    value = Decimal(text)
    return f"{'+' if value > 0 else '−'}{_percent(abs(value), locale)}"
