"""What differs between two revisions and how asks were answered, as a mail says it: values in its language, words left
to the template."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

import msgspec
from babel import Locale
from babel.dates import format_date

from portal.domain.difference.plain_differences import PlainDifference
from portal.errors import ParleyError
from portal.rendering import formats
from portal.rendering.field_values import per_quantity
from portal.rendering.language import speaking

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
    with speaking(str(locale).replace("_", "-")):
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
        percent=_signed(difference.percent),
    )


def _read(difference: PlainDifference, text: str, currency: str, locale: Locale) -> str:
    """A text that is not what its kind says is shown as it is: a mail that is late must not fail for it."""
    try:
        match difference.kind:
            case "money" if text:
                return f"{formats.amount(Decimal(text), currency)}{_per_base(difference)}"
            case "number" if text:
                return formats.number(Decimal(text))
            case "percent" if text:
                return formats.percent(Decimal(text))
            case "day" if text:
                return format_date(date.fromisoformat(text), "long", locale=locale)
    except (InvalidOperation, ValueError, ParleyError):
        return text
    return text


def _per_base(difference: PlainDifference) -> str:
    return f" {per_quantity(Decimal(difference.base), difference.unit)}" if difference.base else ""


def _signed(text: str) -> str:
    if not text or not Decimal(text):
        return ""
    value = Decimal(text)
    return f"{'+' if value > 0 else ''}{formats.percent(value)}"
