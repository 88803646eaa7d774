"""Random negotiations, told at once to the second model's board and to the product's."""

from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.ledger import board as product_board
from portal.domain.ledger import event_body, rounds, shared_events
from portal.domain.ledger.rounds import BoardEvent
from portal.domain.ledger.shared_events import Answered
from tests.domain.offers import kestrel_offer
from tests.second_model.board import Board, Field

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
PRESS, INSTALLATION = ("line:press", "unit_price"), ("line:installation", "unit_price")
PAYMENT = ("term:payment", "value")
# The values that may be asked and answered; the first is offered at the start.
VALUES: dict[Field, list[str]] = {
    PRESS: ["18450.000000", "18000.000000", "17500.000000", "17200.000000"],
    INSTALLATION: ["6200.000000", "6000.000000", "5500.000000"],
    PAYMENT: ["net 30", "net 14", "net 45"],
}
SUBJECTS = [subject for subject, _ in VALUES]


def change(asked: Field, value: str) -> Change:
    return Change(subject=asked[0], field=asked[1], value=value)  # type: ignore[arg-type]


class Story:
    """A negotiation of the Kestrel offer: every event goes to the model and, in its own words, to the product."""

    def __init__(self) -> None:
        self.board = Board({asked: values[0] for asked, values in VALUES.items()})
        self.offers = [kestrel_offer()]
        self.events: list[BoardEvent] = []
        self.answered_asks: tuple[str, ...] = ()
        self.revision = 1
        self._tell(shared_events.ProposalSent(revision=1, digest="d"), "system:cli")

    def product_board(self) -> product_board.Board:
        return rounds.negotiation_state(self.events).board(self.offers[-1])

    def open_asks(self) -> list[str]:
        return sorted({ask for asks in self.board.open.values() for ask, _ in asks.values()})

    def ask(self, changes: dict[Field, str], by: str = "bea", *, package: bool = False) -> None:
        name = f"c{len(self.events)}"
        event = {"kind": "asked", "ask": name, "by": by, "changes": changes, "package": package}
        body = shared_events.CounterofferMade(
            counteroffer=name,
            base_revision=self.revision,
            changes=tuple(change(*each) for each in changes.items()),
            package=package,
            replaces=tuple(sorted(self.board.ended_by(event))),
        )
        self.board.add(event)
        self._tell(body, f"contact:{by}")

    def withdraw(self, ask: str) -> None:
        self.board.add({"kind": "withdrawn", "ask": ask})
        self._tell(shared_events.CounterofferWithdrawn(counteroffer=ask), "contact:bea")

    def agree(self, subject: str) -> None:
        self.board.add({"kind": "agreed", "subjects": [subject]})
        self._tell(shared_events.LinesAgreed(subjects=(subject,), revision=self.revision), "contact:bea")

    def answer(self, values: dict[Field, str], edits: dict[Field, str] | None = None) -> None:
        """Publish a revision that answers the open asks of these fields, and changes more by `edits`."""
        before = dict(self.board.offered)
        answers = [
            Answered(
                change=change(asked, wanted),
                verdict="accept" if new == wanted else "decline" if new == before[asked] else "counter",
                offered=before[asked],
                answered=new,
            )
            for asked, new in values.items()
            for _, wanted in self.board.open[asked].values()
        ]
        self.answered_asks = tuple(self.open_asks()) if answers else ()
        changes = {
            each: value for each, value in {**values, **(edits or {})}.items() if value != before[each]
        }
        self.board.add({"kind": "revision", "answers": values, "changes": changes})
        self._publish(
            apply(self.offers[-1], [change(*each) for each in changes.items()], concession=True),
            changes,
            answers,
        )

    def take_back(self, changes: dict[Field, str]) -> None:
        self.board.add({"kind": "taken_back"})
        self._publish(self.offers[-2], changes, [], takes_back=self.revision, reopens=self.answered_asks)

    def _publish(self, offer: Any, changes: dict[Field, str], answers: list[Answered], **facts: Any) -> None:
        self.revision += 1
        self.offers.append(offer)
        body = shared_events.RevisionPublished(
            revision=self.revision,
            digest="d",
            signed="rep",
            answers=tuple(answers),
            changed=tuple(sorted({subject for subject, _ in changes})),
            **{"counteroffers": self.answered_asks if answers else (), **facts},
        )
        self._tell(body, "rep:rita")

    def _tell(self, body: event_body.Body, actor: str) -> None:
        at = AT + timedelta(minutes=len(self.events))
        self.events.append(BoardEvent(body=body, actor=actor, at=at))


def random_story(chance: Random) -> Story:
    """Return a negotiation in which Bea alone asks, and agrees only to what has no open ask.

    No price is ever better than asked, and none gets worse after an answer: `test_board_agrees` has these by themselves.
    """
    story, changes = Story(), {}
    for _ in range(chance.randint(1, 8)):
        match chance.choice(
            ["ask", "ask", "ask", "withdraw", "answer", "answer", "edit", "agree", "take back"]
        ):
            case "ask" if any(possible_asks(story.board, each) for each in VALUES):
                fields = [each for each in VALUES if possible_asks(story.board, each)]
                fields = chance.sample(fields, min(len(fields), chance.choice([1, 1, 2])))
                wanted = {each: chance.choice(possible_asks(story.board, each)) for each in fields}
                story.ask(wanted, package=len(wanted) > 1 and chance.random() < 0.5)
                changes = {}
            case "withdraw" if story.open_asks():
                story.withdraw(chance.choice(story.open_asks()))
                changes = {}
            case "answer" if story.open_asks():
                values = {
                    each: chance.choice([asks["bea"][1], *possible_values(story.board, each)])
                    for each, asks in story.board.open.items()
                    if asks
                }
                changes = values | random_edits(chance, story.board, values)
                story.answer(values, changes)
            case "edit":
                changes = random_edits(chance, story.board, {})
                story.answer({}, changes)
            case "agree":
                free = [each for each in SUBJECTS if story.board.state(each) != "asked"]
                if free:
                    story.agree(chance.choice(free))
                    changes = {}
            case "take back" if changes:
                story.take_back(changes)
                changes = {}
    return story


def possible_asks(board: Board, asked: Field) -> list[str]:
    values, offered = VALUES[asked], board.offered[asked]
    return (
        [each for each in values if each != offered]
        if asked == PAYMENT
        else values[values.index(offered) + 1 :]
    )


def possible_values(board: Board, asked: Field) -> list[str]:
    """Return what the seller may publish without giving a better price than was asked."""
    wanted = [value for _, value in board.open.get(asked, {}).values()]
    if asked == PAYMENT or not wanted:
        return VALUES[asked]
    return VALUES[asked][: 1 + min(VALUES[asked].index(value) for value in wanted)]


def random_edits(chance: Random, board: Board, answers: dict[Field, str]) -> dict[Field, str]:
    """Return changes of fields that have no answer, now or earlier."""
    free = [each for each in VALUES if each not in answers and each not in board.answered]
    return {each: chance.choice(possible_values(board, each)) for each in free if chance.random() < 0.25}
