"""The end of a day in the seller's zone, also where and when clocks jump."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.deal.validity import end_of_day, zone
from portal.errors import Invalid


@pytest.mark.parametrize(
    ("day", "time_zone", "instant"),
    [
        ("2026-12-31", "UTC", "2027-01-01T00:00"),
        ("2026-12-31", "Europe/Copenhagen", "2026-12-31T23:00"),
        ("2026-07-31", "Europe/Copenhagen", "2026-07-31T22:00"),
        # The days on which summer time begins (23 hours) and ends (25 hours).
        ("2026-03-28", "Europe/Berlin", "2026-03-28T23:00"),
        ("2026-03-29", "Europe/Berlin", "2026-03-29T22:00"),
        ("2026-10-24", "Europe/Berlin", "2026-10-24T22:00"),
        ("2026-10-25", "Europe/Berlin", "2026-10-25T23:00"),
        ("2026-12-31", "Pacific/Kiritimati", "2026-12-31T10:00"),
        ("2026-12-31", "America/Los_Angeles", "2027-01-01T08:00"),
        ("2026-12-31", "Asia/Kathmandu", "2026-12-31T18:15"),
        # Clocks jump at midnight: the 24th has no 00:00, and begins at 01:00.
        ("2026-04-23", "Africa/Cairo", "2026-04-23T22:00"),
        # Clocks go back at midnight in Havana: 00:00 comes twice, and the first ends the day.
        ("2026-10-31", "America/Havana", "2026-11-01T04:00"),
        # Samoa left out the 30th of December 2011.
        ("2011-12-29", "Pacific/Apia", "2011-12-30T10:00"),
    ],
)
def test_a_day_ends_with_the_first_instant_of_the_next(day, time_zone, instant):
    found = end_of_day(date.fromisoformat(day), time_zone)
    assert found == datetime.fromisoformat(instant).replace(tzinfo=UTC)
    assert found.tzinfo is UTC


zones = st.sampled_from(
    [
        "UTC",
        "Europe/Copenhagen",
        "Africa/Cairo",
        "America/Havana",
        "America/Santiago",
        "Asia/Beirut",
        "Australia/Lord_Howe",
        "Asia/Tehran",
    ]
)


@given(st.dates(date(2000, 1, 1), date(2035, 12, 31)), zones)
def test_the_instant_before_is_still_that_day_and_the_instant_itself_is_not(day, time_zone):
    local = ZoneInfo(time_zone)
    found = end_of_day(day, time_zone)
    assert (found - timedelta(microseconds=1)).astimezone(local).date() == day
    assert found.astimezone(local).date() == day + timedelta(days=1)


@pytest.mark.parametrize(
    "name", ["", "Nowhere/City", "../etc/passwd", "Europe", "/etc/localtime", "caf\u00e9", "a\x00b"]
)
def test_an_unknown_zone_is_refused_by_name(name):
    with pytest.raises(Invalid) as error:
        zone(name)
    assert error.value.problems[0].place == "time_zone"


@pytest.mark.parametrize("time_zone", ["UTC", "Europe/Copenhagen", "America/Los_Angeles"])
def test_a_day_that_has_no_next_is_refused(time_zone):
    with pytest.raises(Invalid) as error:
        end_of_day(date.max, time_zone)
    assert error.value.problems[0].place == "valid_until"
