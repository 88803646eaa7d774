"""How amounts, days and texts read, in two languages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from portal.rendering import formats, language

NBSP = "\u00a0"
COPENHAGEN = ZoneInfo("Europe/Copenhagen")


@pytest.fixture(params=["en", "de"])
def tongue(request: pytest.FixtureRequest) -> Iterator[str]:
    with language.speaking(request.param):
        yield request.param


@pytest.mark.parametrize(
    ("value", "currency", "english", "german"),
    [
        ("51289.00", "EUR", f"EUR{NBSP}51,289.00", f"51.289,00{NBSP}EUR"),
        ("-2500.00", "EUR", f"−EUR{NBSP}2,500.00", f"−2.500,00{NBSP}EUR"),
        ("1200", "JPY", f"JPY{NBSP}1,200", f"1.200{NBSP}JPY"),
        ("1.250", "KWD", f"KWD{NBSP}1.250", f"1,250{NBSP}KWD"),
        # CLDR writes dinars without places; they are owed with two.
        ("10.50", "RSD", f"RSD{NBSP}10.50", f"10,50{NBSP}RSD"),
        # A unit price is shown with the places it has, never rounded.
        ("0.012500", "EUR", f"EUR{NBSP}0.0125", f"0,0125{NBSP}EUR"),
        ("18450.000000", "EUR", f"EUR{NBSP}18,450.00", f"18.450,00{NBSP}EUR"),
    ],
)
def test_money(tongue: str, value: str, currency: str, english: str, german: str) -> None:
    assert formats.money(Decimal(value), currency) == (english if tongue == "en" else german)


def test_numbers_and_percentages(tongue: str) -> None:
    points = {"en": ("1,250.5", "19%", "2.5%"), "de": ("1.250,5", f"19{NBSP}%", f"2,5{NBSP}%")}
    written = (
        formats.number(Decimal("1250.500000")),
        formats.percent(Decimal("19.000000")),
        formats.percent(Decimal("2.5")),
    )
    assert written == points[tongue]
    assert formats.number(2) == "2"


def test_days_and_moments_are_the_seller_s(tongue: str) -> None:
    end = datetime(2026, 12, 31, 23, 30, tzinfo=UTC)
    assert formats.day(date(2026, 12, 31), COPENHAGEN) == {"en": "31 Dec 2026", "de": "31.12.2026"}[tongue]
    assert formats.day(end, COPENHAGEN) == {"en": "1 Jan 2027", "de": "01.01.2027"}[tongue]
    assert formats.moment(end, COPENHAGEN).startswith(formats.day(end, COPENHAGEN) + ", 00:30")
    assert formats.clock(end, COPENHAGEN) == "00:30"


def test_how_long_ago() -> None:
    now = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
    assert formats.ago(now - timedelta(minutes=12), now) == "12 min. ago"
    assert formats.ago(now - timedelta(seconds=59), now) == formats.ago(now, now) == "just now"
    assert formats.ago(now + timedelta(seconds=59), now) == "in 1 min."
    assert formats.ago(now + timedelta(days=3), now) == "in 3 days"


def test_units_read_as_words() -> None:
    assert [formats.unit("HUR", count) for count in (1, 40)] == ["hour", "hours"]
    assert formats.unit("C62", 2) == ""
    assert formats.unit("KGM") == "kg"
    assert formats.unit("XPP") == "XPP"


@pytest.mark.parametrize(
    ("wishes", "chosen"),
    [(("",), "en"), (("xx",), "en"), (("en-GB,de;q=0.5",), "en"), (("", "en"), "en"), (("; ;q=x,,",), "en")],
)
def test_a_language_without_a_catalog_is_english(wishes: tuple[str, ...], chosen: str) -> None:
    assert language.choose(*wishes) == chosen
