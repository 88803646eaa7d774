"""How amounts, days and texts read on a page, in the language of the rendering (see `language.current`).

Amounts are rounded by our own rule before they come here; nothing is rounded a second time. Less than nothing is written
with a minus sign (U+2212) in every language, on pages, paper and in mail; only machine formats have the hyphen.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from zoneinfo import ZoneInfo

from babel.core import Locale
from babel.dates import format_date, format_timedelta, get_timezone_name
from babel.numbers import NumberPattern, parse_pattern

from portal.domain.offer import money as amounts
from portal.rendering import language
from portal.rendering.language import gettext, ngettext

NARROW = "\u00a0"
MINUS = "\u2212"
# CLDR's medium day for English is the American one; the day first and the month by name is read alike everywhere.
_ENGLISH_DAY = "d MMM y"

_SIGNS = {"KGM": "kg", "GRM": "g", "TNE": "t", "MTR": "m", "CMT": "cm", "MMT": "mm", "KMT": "km", "MTK": "m²"}
_SIGNS |= {"MTQ": "m³", "LTR": "l", "MLT": "ml", "KWH": "kWh", "MIN": "min", "P1": "%"}


def money(value: Decimal, currency: str) -> str:
    """An amount with its ISO code, where the language puts it: "EUR 51,289.00", "51.289,00 EUR"."""
    return _money(value, currency, language.current.get())


def amount(value: Decimal, currency: str) -> str:
    """The same without the code, for columns that name the currency once."""
    return _amount(value, currency, language.current.get())


def number(value: Decimal | int) -> str:
    """A number with as many places as it has, trailing zeros dropped: a quantity, a unit price's spelling."""
    return _number(Decimal(value), language.current.get())


def percent(value: Decimal) -> str:
    """`value` in percent (19 reads "19%")."""
    return f"{number(value)}{_percent_sign(language.current.get())}"


def day(value: date, zone: ZoneInfo | None = None) -> str:
    """A day; an instant counts as the day it has in the seller's zone, and needs one."""
    return _day(
        value.astimezone(zone).date() if isinstance(value, datetime) else value, language.current.get()
    )


def calendar_day(value: date) -> str:
    """A day that has no time and no zone."""
    return _day(value, language.current.get())


def moment(value: datetime, zone: ZoneInfo) -> str:
    """Day and time in the seller's zone, with the zone's name."""
    return _moment(value.astimezone(zone), language.current.get())


def clock(value: datetime, zone: ZoneInfo) -> str:
    """Hours and minutes in the seller's zone."""
    local = value.astimezone(zone)
    return f"{local.hour:02}:{local.minute:02}"


def ago(value: datetime, now: datetime) -> str:
    """How long since, or until: "just now", "12 min ago", "in 3 days"."""
    if timedelta(0) <= now - value < timedelta(minutes=1):
        return gettext("just now")
    return format_timedelta(value - now, add_direction=True, format="short", locale=_locale())


def unit(code: str, quantity: Decimal | int = 1) -> str:
    """The word or sign for a UN/ECE Rec 20 code; nothing for plain pieces, the code itself for a rare one."""
    words = _words(1 if quantity == 1 else 2)
    return words.get(code, code)


def _words(count: int) -> dict[str, str]:
    return {
        "C62": "",
        "H87": ngettext("piece", "pieces", count),
        "EA": gettext("each"),
        "HUR": ngettext("hour", "hours", count),
        "DAY": ngettext("day", "days", count),
        "WEE": ngettext("week", "weeks", count),
        "MON": ngettext("month", "months", count),
        "ANN": ngettext("year", "years", count),
        "SET": ngettext("set", "sets", count),
        "PR": ngettext("pair", "pairs", count),
        "E48": ngettext("service unit", "service units", count),
        "LS": gettext("lump sum"),
    } | _SIGNS


def _locale() -> Locale:
    return language.locale(language.current.get())


@lru_cache(maxsize=16384)
def _money(value: Decimal, currency: str, tag: str) -> str:
    pattern = _money_pattern(currency, tag)
    return _minus(pattern.apply(value, language.locale(tag), currency=currency, currency_digits=False))


@lru_cache(maxsize=16384)
def _amount(value: Decimal, currency: str, tag: str) -> str:
    pattern = parse_pattern("#,##0")
    pattern.frac_prec = _places(currency)
    return _minus(pattern.apply(value, language.locale(tag)))


@lru_cache(maxsize=16384)
def _number(value: Decimal, tag: str) -> str:
    return _minus(parse_pattern("#,##0.######").apply(value, language.locale(tag)))


def _minus(text: str) -> str:
    return text.replace("-", MINUS)


@cache
def _money_pattern(currency: str, tag: str) -> NumberPattern:
    standard = str(language.locale(tag).currency_formats["standard"].pattern)
    coded = standard.replace("¤", "¤¤")
    if "¤¤#" in coded:
        coded = coded.replace("¤¤#", f"¤¤{NARROW}#")
    pattern = parse_pattern(coded)
    pattern.frac_prec = _places(currency)
    return pattern


def _places(currency: str) -> tuple[int, int]:
    # A unit price may have up to six places; it is shown as it is rather than rounded.
    return amounts.places(currency), 6


@cache
def _percent_sign(tag: str) -> str:
    # "#,##0 %" in German, "#,##0%" in English: whatever follows the last digit.
    return str(language.locale(tag).percent_formats[None].pattern).rpartition("0")[2] or "%"


@lru_cache(maxsize=4096)
def _day(value: date, tag: str) -> str:
    style = _ENGLISH_DAY if tag.startswith(language.ENGLISH) else "medium"
    return format_date(value, style, locale=language.locale(tag))


@lru_cache(maxsize=4096)
def _moment(value: datetime, tag: str) -> str:
    name = get_timezone_name(value, width="short", locale=language.locale(tag))
    return f"{_day(value.date(), tag)}, {value:%H:%M}{NARROW}{name}"
