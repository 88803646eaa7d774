"""The settlement board: what each line and term of the offer has come to, and what money still lies between the two."""

from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Counteroffer
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.shared_events import Answered

RowState = Literal["agreed", "asked", "answered"]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """An open counteroffer: by whom (an actor), since when."""

    counteroffer: Counteroffer
    by: str
    since: datetime


class GivenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that was published: by whom (an actor), when, in which revision."""

    answer: Answered
    by: str
    at: datetime
    revision: int


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """The buyer's word that a line or term may stay as `revision` offers it: by whom (an actor), when."""

    by: str
    at: datetime
    revision: int


class OpenAsk(msgspec.Struct, frozen=True, kw_only=True):
    """One change somebody waits for; `offered` is what the offer says now, None when the line or term is gone."""

    change: Change
    offered: str | None
    counteroffer: str
    package: bool
    by: str
    since: datetime


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Where one line or term stands. `answers` holds the latest for each field that still differs from what was asked;
    `consent` that the buyer has agreed to what was answered, which then is open no more."""

    subject: str
    name: str
    state: RowState
    asks: tuple[OpenAsk, ...] = ()
    answers: tuple[GivenAnswer, ...] = ()
    consent: Consent | None = None

    @property
    def waits_for(self) -> PartyName | None:
        """Who has the next word on it; None when it is agreed."""
        return {"asked": "seller", "answered": "buyer"}.get(self.state)  # type: ignore[return-value]

    @property
    def wanted(self) -> tuple[tuple[datetime, Change], ...]:
        """What the buyer last asked for and the offer does not say, and when that was asked or answered; none when it is
        agreed."""
        if self.state == "agreed":
            return ()
        answered = ((each.at, each.answer.change) for each in self.answers)
        return (*answered, *((each.since, each.change) for each in self.asks))


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """`gap`: contract net with everything granted that was asked and is not agreed, less today's. Negative when less is
    asked; zero when nothing is open, or when what is open has no price.
    """

    rows: tuple[Row, ...]
    gap: Decimal

    @property
    def agreed(self) -> int:
        return sum(row.state == "agreed" for row in self.rows)

    @property
    def total(self) -> int:
        return len(self.rows)

    @property
    def open(self) -> tuple[Row, ...]:
        """What is not agreed, asks before answers."""
        return tuple(
            sorted(
                (row for row in self.rows if row.state != "agreed"), key=lambda row: row.state == "answered"
            )
        )

    def waiting_for(self, party: PartyName) -> tuple[Row, ...]:
        """What this side has the next word on, in the order of the offer."""
        return tuple(row for row in self.rows if row.waits_for == party)

    def row(self, subject: str) -> Row | None:
        return next((row for row in self.rows if row.subject == subject), None)
