"""The settlement board: what each line and term of the offer has come to, and what money still lies between the two."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Counteroffer
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.shared_events import Answered

# "offered": nobody has asked about it or agreed to it.
RowState = Literal["offered", "asked", "answered", "agreed"]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """An open counteroffer: by whom (an actor), since when. `nets`: by subject, the net unit prices that it asks for."""

    counteroffer: Counteroffer
    by: str
    since: datetime
    nets: Mapping[str, str] = {}


class GivenAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that was published: by whom (an actor), when, in which revision. `overtaken`: the buyers have chosen
    otherwise since."""

    answer: Answered
    by: str
    at: datetime
    revision: int
    overtaken: bool = False

    @property
    def nets(self) -> Mapping[str, str]:
        return {self.answer.change.subject: self.answer.net} if self.answer.net else {}


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
    # The net unit price that is asked for, of an ask about a price.
    net: str = ""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """Where one line or term stands. It is agreed when somebody agreed: asked and got it, or took what was answered or the
    offer as a whole. `answers` holds the latest for each field that still differs from what was asked;
    `consent` that the buyer has agreed to what was answered, which then is open no more."""

    subject: str
    name: str
    state: RowState
    asks: tuple[OpenAsk, ...] = ()
    answers: tuple[GivenAnswer, ...] = ()
    consent: Consent | None = None

    @property
    def waits_for(self) -> PartyName | None:
        """Who has the next word on it; None when nothing is open."""
        return {"asked": "seller", "answered": "buyer"}.get(self.state)  # type: ignore[return-value]

    @property
    def wanted(self) -> tuple[tuple[datetime, Change], ...]:
        """What the buyer last asked for and the offer does not say, and when that was asked or answered; none when
        nothing is open. A price is told as the net unit price."""
        if self.waits_for is None:
            return ()
        answered = ((each.at, _as_net(each.answer.change, each.answer.net)) for each in self.answers)
        return (*answered, *((each.since, _as_net(each.change, each.net)) for each in self.asks))


def _as_net(change: Change, net: str) -> Change:
    return Change(subject=change.subject, field="unit_price", value=net) if net else change


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """`gap`: contract net with everything granted that was asked and is open, less today's. Negative when less is
    asked; zero when nothing is open, or when what is open has no price.
    """

    rows: tuple[Row, ...]
    gap: Decimal

    @property
    def agreed(self) -> int:
        return sum(row.state == "agreed" for row in self.rows)

    @property
    def total(self) -> int:
        """How many points were discussed."""
        return sum(row.state != "offered" for row in self.rows)

    @property
    def open(self) -> tuple[Row, ...]:
        """What somebody has the next word on, asks before answers."""
        waiting = (row for row in self.rows if row.waits_for is not None)
        return tuple(sorted(waiting, key=lambda row: row.state == "answered"))

    def waiting_for(self, party: PartyName) -> tuple[Row, ...]:
        """What this side has the next word on, in the order of the offer."""
        return tuple(row for row in self.rows if row.waits_for == party)

    def row(self, subject: str) -> Row | None:
        return next((row for row in self.rows if row.subject == subject), None)
