"""Over random histories the remaining gap is zero exactly when nothing asked is open."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as some
from msgspec.structs import replace

from portal.domain.change import answers as answer_rules
from portal.domain.change import price_ask
from portal.domain.change.apply import apply
from portal.domain.change.change import Change, current
from portal.domain.change.counteroffer import Answer
from portal.domain.change.resolve import resolve
from portal.domain.ledger import shared_events
from portal.domain.ledger.rounds import BoardEvent, NegotiationState
from portal.domain.ledger.shared_events import Answered
from tests.domain.offers import kestrel_offer

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
LINES = ("press", "installation")
# Every price that is asked is lower than the first: two asks never make up for each other.
FIELDS = {"unit_price": ("5000", "5500", "5900", "6000"), "discount_percent": ("2", "4", "8")}
CHANGES = some.builds(
    lambda key, pair: Change(subject=f"line:{key}", field=pair[0], value=pair[1]),
    some.sampled_from(LINES),
    some.sampled_from([(field, value) for field, values in FIELDS.items() for value in values]),
)
ASKS = some.tuples(
    some.just("asks"), some.sampled_from(["bea", "sol"]), some.lists(CHANGES, min_size=1, max_size=3)
)
ANSWERS = some.tuples(some.just("answers"), some.sampled_from(["decline", "5700", "6100"]), some.booleans())
MOVES = some.tuples(
    some.just("moves"), some.sampled_from(LINES), some.sampled_from(["5200", "6200", "19000"])
)
AGREES = some.tuples(some.just("agrees"), some.sampled_from(LINES), some.none())
STEPS = some.lists(some.one_of(ASKS, ANSWERS, MOVES, AGREES), max_size=12)


class History:
    def __init__(self) -> None:
        self.state, self.offer, self.number, self.seq = NegotiationState(), kestrel_offer(), 1, 0
        self.happens("rep:rita", shared_events.ProposalSent(revision=1, digest="d1"))

    def happens(self, actor: str, body: object) -> None:
        self.seq += 1
        event = BoardEvent(body=body, actor=actor, at=AT + timedelta(minutes=self.seq))  # type: ignore[arg-type]
        self.state.apply(event)

    def asks(self, who: str, changes: list[Change]) -> None:
        once = tuple({change.id: change for change in changes}.values())
        self.happens(
            f"contact:{who}",
            shared_events.CounterofferMade(
                counteroffer=f"c{self.seq}",
                base_revision=self.number,
                changes=once,
                nets=price_ask.asked_nets(self.offer, once),
            ),
        )

    def answers(self, word: str, keep: bool) -> None:
        """One answer to each question; what `keep` says no to leaves the offer as it is."""
        asks = [ask for ask in self.state.asks.values() if ask.counteroffer.changes]
        changes = {change.id: change for ask in asks for change in ask.counteroffer.changes}
        made: list[Change] = []
        answered = []
        for change in changes.values():
            verdict = "counter" if word != "decline" and change.field == "unit_price" and keep else "decline"
            answer = Answer(
                change_id=change.id, verdict=verdict, value=word if verdict == "counter" else None
            )  # type: ignore[arg-type]
            for ask in asks:
                if change not in ask.counteroffer.changes:
                    continue
                one = replace(ask.counteroffer, changes=(change,))
                if verdict == "counter" and current(self.offer, change) != f"{word}.000000":
                    made += resolve(one, [answer], self.offer)
                answered.append(
                    Answered(
                        change=change,
                        verdict=answer.verdict,
                        offered=current(self.offer, change),
                        answered=change.value,
                        net=ask.nets.get(change.subject, ""),
                    )
                )
        self.publishes(made, tuple(answered), tuple(ask.counteroffer.id for ask in asks))

    def moves(self, key: str, price: str) -> None:
        if not any(ask.counteroffer.changes for ask in self.state.asks.values()):
            self.publishes([Change(subject=f"line:{key}", field="unit_price", value=price)])

    def agrees(self, key: str, _nothing: None) -> None:
        row = self.state.board(self.offer).row(f"line:{key}")
        if row and row.state == "answered":
            body = shared_events.LinesAgreed(subjects=(row.subject,), revision=self.number)
            self.happens("contact:bea", body)

    def publishes(
        self, made: list[Change], answers: tuple[Answered, ...] = (), asks: tuple[str, ...] = ()
    ) -> None:
        before, self.number = self.offer, self.number + 1
        self.offer = apply(before, answer_rules.granted(before, made), concession=True)
        changed = tuple(f"line:{key}" for key in LINES if self.offer.line(key) != before.line(key))
        self.happens(
            "rep:rita",
            shared_events.RevisionPublished(
                revision=self.number,
                digest="d",
                signed="rep",
                counteroffers=asks,
                answers=answers,
                changed=changed,
            ),
        )


@given(STEPS)
def test_the_gap_is_zero_exactly_when_nothing_asked_is_open(steps):
    history = History()
    for verb, *arguments in steps:
        getattr(history, verb)(*arguments)
        board = history.state.board(history.offer)
        assert bool(board.gap) == bool(board.open), (board.gap, board.open)
        assert {row.name for row in board.rows if row.state == "agreed"} == {
            row.name for row in board.rows if row.state != "offered" and row not in board.open
        }
    history.happens(
        "contact:sol",
        shared_events.Accepted(
            revision=history.number, digest="d", order="A-1", total="1.00", currency="EUR"
        ),
    )
    board = history.state.board(history.offer)
    assert (board.agreed, board.open, board.gap) == (len(board.rows), (), 0)
