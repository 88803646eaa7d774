"""When a reminder is due: before an offer ends, when an answer is not read, when a buyer waits longer than the goal.

Goals and days are by the clock; working hours and holidays are not considered.
"""

from datetime import datetime, timedelta
from typing import Literal, get_args

import msgspec

Kind = Literal["expiry", "unread", "waiting"]
KINDS: tuple[Kind, ...] = get_args(Kind)
BUYER_KINDS: tuple[Kind, ...] = ("expiry", "unread")
Step = Literal["expiry_1", "waiting", "expiry_3", "unread"]
LAST_DAY, LAST_DAYS, UNREAD_AFTER = timedelta(days=1), timedelta(days=3), timedelta(days=1)
# One a day: neither twice on a date nor twice within a day's length.
APART = timedelta(days=1)
DEFAULT_GOAL, SHORTEST_GOAL, LONGEST_GOAL = timedelta(hours=4), timedelta(hours=1), timedelta(days=7)


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What decides, of an open deal. `published_at`: the current revision; `opened`: by anybody of the buyer's since;
    `waits_since`: the buyer, for the seller; `goal`: how long that may take."""

    revision: int
    published_at: datetime
    valid_until: datetime
    opened: bool
    waits_since: datetime | None
    goal: timedelta


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """One reminder. `about` is the instant it is about, by which it is known to have been sent."""

    step: Step
    about: datetime

    @property
    def kind(self) -> Kind:
        return "expiry" if self.step in ("expiry_1", "expiry_3") else self.step  # type: ignore[return-value]


def due(facts: Facts, now: datetime) -> tuple[Due, ...]:
    """Everything that may be told now, the most pressing first."""
    found = []
    left = facts.valid_until - now
    if timedelta(0) < left <= LAST_DAY and facts.published_at <= facts.valid_until - LAST_DAY:
        found.append(Due(step="expiry_1", about=facts.valid_until))
    if facts.waits_since is not None and now - facts.waits_since >= facts.goal:
        found.append(Due(step="waiting", about=facts.waits_since))
    if LAST_DAY < left <= LAST_DAYS and facts.published_at <= facts.valid_until - LAST_DAYS:
        found.append(Due(step="expiry_3", about=facts.valid_until))
    if facts.revision > 1 and not facts.opened and now - facts.published_at >= UNREAD_AFTER:
        found.append(Due(step="unread", about=facts.published_at))
    return tuple(found)
