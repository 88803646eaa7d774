"""The settlement board: what is agreed, asked and answered, and what money still lies between the two.

Derived, never stored: from the current offer, the open counteroffers, and the answers given so far. What nobody has asked
about is agreed. A declined or countered ask stands as answered until the buyer asks again or the offer says what was asked.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal

import msgspec

from portal.domain import change as changing
from portal.domain.change import Change
from portal.domain.counteroffer import Counteroffer, effect
from portal.domain.ledger import Answered
from portal.domain.revision import Line, Offer
from portal.errors import Invalid

Standing = Literal["agreed", "asked", "answered"]


class Ask(msgspec.Struct, frozen=True, kw_only=True):
    """An open counteroffer: by whom (an actor), since when."""

    counteroffer: Counteroffer
    by: str
    since: datetime


class Given(msgspec.Struct, frozen=True, kw_only=True):
    """An answer that was published: by whom (an actor), when, in which revision."""

    answer: Answered
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
    """Where one line or term stands. `answers` holds the latest for each field that still differs from what was asked."""

    subject: str
    name: str
    state: Standing
    asks: tuple[OpenAsk, ...] = ()
    answers: tuple[Given, ...] = ()


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """`gap`: contract net with all open asks granted, less today's. Negative when less is asked, zero when nothing is."""

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

    def row(self, subject: str) -> Row | None:
        return next((row for row in self.rows if row.subject == subject), None)


def board(offer: Offer, asks: Sequence[Ask], answers: Sequence[Given]) -> Board:
    """The board for the current `offer`. Asks and answers come oldest first; the younger word on a field counts.

    An ask about something that is gone from the offer keeps a row of its own, named by its key.
    """
    open_asks = [each for ask in asks for each in _open(offer, ask)]
    unmet = _unmet(offer, answers)
    names = {f"line:{line.key}": line.name for line in offer.lines}
    names |= {f"term:{term.key}": term.name for term in offer.terms}
    names |= {each.change.subject: each.change.key for each in open_asks if each.change.subject not in names}
    return Board(
        rows=tuple(_row(subject, name, open_asks, unmet) for subject, name in names.items()),
        gap=effect(offer, _together(offer, open_asks)).gap,
    )


def _open(offer: Offer, ask: Ask) -> list[OpenAsk]:
    """What of a counteroffer the offer does not say yet."""
    open_asks = [
        OpenAsk(
            change=change,
            offered=_offered(offer, change),
            counteroffer=ask.counteroffer.id,
            package=ask.counteroffer.package,
            by=ask.by,
            since=ask.since,
        )
        for change in ask.counteroffer.changes
    ]
    return [each for each in open_asks if each.offered != each.change.value]


def _offered(offer: Offer, change: Change) -> str | None:
    return None if changing.touched(offer, change.subject) is None else changing.current(offer, change)


def _unmet(offer: Offer, answers: Sequence[Given]) -> list[Given]:
    latest = {given.answer.change.id: given for given in answers}
    return [
        given
        for given in latest.values()
        if given.answer.verdict != "accept"
        and _offered(offer, given.answer.change) not in {None, given.answer.change.value}
    ]


def _row(subject: str, name: str, open_asks: Sequence[OpenAsk], unmet: Sequence[Given]) -> Row:
    asks = tuple(each for each in open_asks if each.change.subject == subject)
    answers = tuple(each for each in unmet if each.answer.change.subject == subject)
    state: Standing = "asked" if asks else "answered" if answers else "agreed"
    return Row(subject=subject, name=name, state=state, asks=asks, answers=answers)


def _together(offer: Offer, open_asks: Sequence[OpenAsk]) -> list[Change]:
    """One change for each thing asked, the youngest; what no longer fits the offer has no price."""
    wanted: dict[str, Change] = {}
    for each in open_asks:
        change, item = each.change, changing.touched(offer, each.change.subject)
        try:
            changing.spell(offer, change.subject, change.field, change.value)
        except Invalid:
            continue
        group = item.choice_group if change.field == "choice" and isinstance(item, Line) else None
        wanted[f"group:{group}" if group else change.id] = change
    return list(wanted.values())
