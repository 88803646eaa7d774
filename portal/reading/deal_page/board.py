"""The settlement board as a page of its own: every line and term, who has the next word on it, and how the gap moved.

Told from the ledger alone, and to each side from its own place at the table. Nothing private is within reach here.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from portal.access import Deal
from portal.domain.ledger import rounds, settlement
from portal.domain.ledger.board import Board, Row, RowState
from portal.domain.ledger.event_body import PartyName
from portal.domain.ledger.rounds import BoardEvent, Step
from portal.reading.deal_page import asks, board_events, deal_page
from portal.reading.deal_page.asks import AnswerView, AskView, ConsentView
from portal.reading.deal_page.deal_page import DealPage
from portal.reading.deal_page.people import Person
from portal.storage import documents
from portal.storage.session import Transaction

# The line of the gap: a box of so many units, with room for the line's own width.
WIDTH, HEIGHT, EDGE = 240, 48, 4


@dataclass(frozen=True, kw_only=True)
class BoardRow:
    """One line or term. `gap`: over the whole contract, net; None when what is open there has no price."""

    subject: str
    name: str
    state: RowState
    waits_for: PartyName | None
    gap: Decimal | None
    asks: tuple[AskView, ...]
    answers: tuple[AnswerView, ...]
    consent: ConsentView | None
    # Whether the offer still has it, so that there is a place to go to.
    there: bool


@dataclass(frozen=True, kw_only=True)
class StepView:
    """One step of the negotiation; `moved`: how the distance grew by it (negative: nearer), None at the first."""

    kind: str
    who: Person
    side: PartyName
    at: datetime
    revision: int
    gap: Decimal
    moved: Decimal | None
    open: int
    takes_back: int


@dataclass(frozen=True, kw_only=True)
class BoardView:
    """`mine` and `theirs`: rows that wait for whoever looks, and for the other side; `left`: what was open when the deal
    ended, and waits for nobody. `line`: points of a polyline in a box
    of WIDTH by HEIGHT, "" while there is nothing to draw."""

    table: DealPage
    board: Board
    mine: tuple[BoardRow, ...]
    theirs: tuple[BoardRow, ...]
    left: tuple[BoardRow, ...]
    agreed: tuple[BoardRow, ...]
    offered: tuple[BoardRow, ...]
    steps: tuple[StepView, ...]
    line: str


def load(transaction: Transaction, deal: Deal) -> BoardView:
    """The board for the party of whoever is looking; NotFound for a deal that was not sent."""
    table = deal_page.load(transaction, deal)
    asking = asks.load(transaction, deal.id)
    events = board_events.load(transaction, deal.id)
    board = table.board
    rows = [_row(table, asking, row) for row in board.rows]
    going = [row for row in rows if deal.state == "open"]
    steps = _steps(transaction, deal, table, events)
    return BoardView(
        table=table,
        board=board,
        mine=tuple(row for row in going if row.waits_for == deal.party),
        theirs=tuple(row for row in going if row.waits_for not in (None, deal.party)),
        left=tuple(row for row in rows if row.waits_for and not going),
        agreed=tuple(row for row in rows if row.state == "agreed"),
        offered=tuple(row for row in rows if row.state == "offered"),
        steps=steps,
        line=curve([step.gap for step in steps]),
    )


def curve(gaps: Sequence[Decimal]) -> str:
    """Points of a polyline, one for each step, evenly apart; the widest gap touches the top. "" when there was no gap."""
    heights = [abs(gap) for gap in gaps]
    most = max(heights, default=Decimal(0))
    if len(heights) < 2 or not most:
        return ""
    across, up = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
    return " ".join(
        f"{EDGE + across * index // (len(heights) - 1)},{HEIGHT - EDGE - int(up * height / most)}"
        for index, height in enumerate(heights)
    )


def _row(table: DealPage, asking: asks.Asking, row: Row) -> BoardRow:
    gap = settlement.gap(table.offer, row)
    people = table.people
    return BoardRow(
        subject=row.subject,
        name=row.name,
        state=row.state,
        waits_for=row.waits_for,
        gap=gap or None,
        asks=tuple(asks.ask_view(each, asking, people) for each in row.asks),
        answers=tuple(asks.answer_view(each, asking, people) for each in row.answers),
        consent=asks.consent_view(row.consent, people) if row.consent else None,
        there=table.item(row.subject) is not None,
    )


def _steps(
    transaction: Transaction, deal: Deal, table: DealPage, events: Sequence[BoardEvent]
) -> tuple[StepView, ...]:
    numbers = range(1, deal.revision + 1)
    offers = {number: documents.read_revision(transaction, deal.id, number).offer for number in numbers}
    found: list[StepView] = []
    for step in rounds.steps(events, offers):
        before = found[-1].gap if found else None
        found.append(_step(step, table.people, before))
    return tuple(found)


def _step(step: Step, people: Mapping[str, Person], before: Decimal | None) -> StepView:
    return StepView(
        kind=step.kind,
        who=people[step.by],
        side=step.side,
        at=step.at,
        revision=step.revision,
        gap=step.gap,
        moved=None if before is None else abs(step.gap) - abs(before),
        open=step.open,
        takes_back=step.takes_back,
    )
