"""From a day on a document to an instant. Nothing here reads a clock: `now` is a parameter everywhere.

Slim containers have no zone files; the `tzdata` package supplies them.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from portal.errors import Invalid


def zone(name: str) -> ZoneInfo:
    """The IANA time zone ("Europe/Copenhagen"); Invalid at `time_zone` when there is no such zone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Invalid.field(
            "time_zone",
            "There is no time zone “%(name)s”.",
            "Use an IANA name such as Europe/Copenhagen.",
            name=name,
        ) from None


def end_of_day(day: date, time_zone: str) -> datetime:
    """The first instant, in UTC, after `day` has ended in the zone; Invalid at `valid_until` beyond the year 9999.

    Where clocks jump forward at midnight, the next day begins at the jump: the offset before it (fold 0) gives that instant.
    """
    try:
        return datetime.combine(day + timedelta(days=1), time.min, zone(time_zone)).astimezone(UTC)
    except OverflowError:
        raise Invalid.field(
            "valid_until", "%(day)s is too far away.", "Use a day before the year 9999.", day=day
        ) from None
