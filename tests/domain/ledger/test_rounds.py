"""The negotiation told step by step from its events: asks overtaken, answers, agreements that hold and end, and the gap."""

from datetime import UTC, datetime, timedelta

import pytest

from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.ledger import event_body, rounds, shared_events
from portal.domain.ledger.rounds import BoardEvent
from portal.domain.ledger.shared_events import Answered
from tests.domain.offers import kestrel_offer

AT = datetime(2026, 11, 23, 9, tzinfo=UTC)
PRICE = Change(subject="line:press", field="unit_price", value="17200.000000")
PAYMENT = Change(subject="term:payment", field="value", value="net 45")
OFFER = kestrel_offer()
SENT = shared_events.ProposalSent(revision=1, digest="d1")


def told(*bodies: event_body.Body) -> list[BoardEvent]:
    by = {shared_events.ProposalSent: "system:cli", shared_events.RevisionPublished: "rep:rita"}
    return [
        BoardEvent(body=body, actor=by.get(type(body), "contact:bea"), at=AT + timedelta(minutes=minute))
        for minute, body in enumerate(bodies)
    ]


def asked(
    *changes: Change, name: str = "c1", replaces: tuple[str, ...] = ()
) -> shared_events.CounterofferMade:
    return shared_events.CounterofferMade(
        counteroffer=name, base_revision=1, changes=changes, replaces=replaces
    )


def answered(
    change: Change, verdict: str, value: str, *, number: int = 2, changed: tuple[str, ...] = ()
) -> shared_events.RevisionPublished:
    answer = Answered(change=change, verdict=verdict, offered="18450.000000", answered=value)  # type: ignore[arg-type]
    return shared_events.RevisionPublished(
        revision=number,
        digest=f"d{number}",
        signed="rep",
        counteroffers=("c1",),
        answers=(answer,),
        changed=changed,
    )


DECLINED = answered(PRICE, "decline", "18450.000000")
AGREED = shared_events.LinesAgreed(subjects=("line:press",), revision=2)


def state(*bodies: event_body.Body) -> str:
    return rounds.negotiation_state(told(*bodies)).board(OFFER).row("line:press").state


def test_the_gap_is_told_after_each_step():
    countered = apply(
        OFFER, [Change(subject="line:press", field="unit_price", value="17800")], concession=True
    )
    events = told(
        SENT,
        asked(PRICE, PAYMENT),
        answered(PRICE, "counter", "17800.000000", changed=("line:press",)),
        AGREED,
    )
    steps = list(rounds.steps(events, {1: OFFER, 2: countered}))
    assert [(step.kind, step.side, str(step.gap), step.open) for step in steps] == [
        ("proposal_sent", "seller", "0.00", 0),
        ("counteroffer", "buyer", "-2500.00", 2),
        ("revision", "seller", "-1200.00", 1),
        ("lines_agreed", "buyer", "0.00", 0),
    ]


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ((), "agreed"),
        ((asked(PAYMENT, name="c2"),), "agreed"),
        ((asked(PRICE, name="c2"),), "asked"),
        # What was agreed was given up by asking again; taking that back leaves the answer.
        ((asked(PRICE, name="c2"), shared_events.CounterofferWithdrawn(counteroffer="c2")), "answered"),
        (
            (shared_events.RevisionPublished(revision=3, digest="d3", signed="rep", changed=("line:care",)),),
            "agreed",
        ),
        (
            (
                shared_events.RevisionPublished(
                    revision=3, digest="d3", signed="rep", changed=("line:press",)
                ),
            ),
            "answered",
        ),
    ],
)
def test_what_was_agreed_holds_until_it_changes_or_is_asked_again(after, expected):
    assert state(SENT, asked(PRICE), DECLINED, AGREED, *after) == expected


def test_a_newer_ask_overtakes_the_same_field_of_an_older_one():
    dearer = Change(subject="line:press", field="unit_price", value="17500.000000")
    found = rounds.negotiation_state(told(SENT, asked(PRICE, PAYMENT), asked(dearer, name="c2")))
    assert [ask.counteroffer.changes for ask in found.asks.values()] == [(PAYMENT,), (dearer,)]
    assert str(found.board(OFFER).gap) == "-1900.00"


@pytest.mark.parametrize(
    "ended",
    [
        shared_events.CounterofferWithdrawn(counteroffer="c1"),
        shared_events.CounteroffersClosed(counteroffers=("c1",), because="declined"),
    ],
)
def test_an_ask_that_ends_without_an_answer_leaves_nothing_open(ended):
    assert state(SENT, asked(PRICE), ended) == "offered"


def test_each_side_finds_what_waits_for_it():
    answered_and_asked = rounds.negotiation_state(
        told(SENT, asked(PRICE), DECLINED, asked(PAYMENT, name="c2"))
    ).board(OFFER)
    assert [row.subject for row in answered_and_asked.waiting_for("buyer")] == ["line:press"]
    assert [row.subject for row in answered_and_asked.waiting_for("seller")] == ["term:payment"]


def published(*changed: str, number: int = 3, signed: str = "rep") -> shared_events.RevisionPublished:
    return shared_events.RevisionPublished(
        revision=number,
        digest=f"d{number}",
        signed=signed,  # type: ignore[arg-type]
        changed=changed,
    )


def test_what_was_asked_and_got_is_agreed_until_a_later_revision_moves_it():
    accepted = answered(PRICE, "accept", PRICE.value, changed=("line:press",))
    got = apply(OFFER, [PRICE], concession=True)
    dearer = apply(OFFER, [Change(subject="line:press", field="unit_price", value="17300")], concession=True)
    cheaper = apply(OFFER, [Change(subject="line:press", field="unit_price", value="17000")], concession=True)
    state = rounds.negotiation_state(told(SENT, asked(PRICE), accepted))
    assert state.board(got).row("line:press").state == "agreed"
    assert state.board(cheaper).row("line:press").state == "agreed"
    moved = state.board(dearer)
    assert (moved.row("line:press").state, str(moved.gap)) == ("answered", "-200.00")
    # Nobody has spoken about the rest, and a new line is no different.
    assert {row.state for row in state.board(got).rows if row.subject != "line:press"} == {"offered"}


def test_another_choice_of_the_buyers_settles_what_was_asked_about_it():
    glass = Change(subject="line:glass", field="choice", value="true")
    told_so = told(
        SENT, asked(glass, PAYMENT), published("line:steel", "line:glass", number=2, signed="offer")
    )
    state = rounds.negotiation_state(told_so)
    assert [ask.counteroffer.changes for ask in state.asks.values()] == [(PAYMENT,)]
    granted = answered(glass, "accept", "true", changed=("line:steel", "line:glass"))
    state = rounds.negotiation_state(
        told(SENT, asked(glass), granted, published("line:steel", "line:glass", signed="offer"))
    )
    assert [row.subject for row in state.board(OFFER).open] == []


def test_two_colleagues_ask_beside_each_other():
    dearer = Change(subject="line:press", field="unit_price", value="17500.000000")
    bea, sol = asked(PRICE), asked(dearer, name="c2")
    events = told(SENT, bea)
    state = rounds.negotiation_state([*events, BoardEvent(body=sol, actor="contact:sol", at=AT)])
    assert [ask.by for ask in state.board(OFFER).row("line:press").asks] == ["contact:bea", "contact:sol"]


def test_acceptance_settles_the_board():
    signed = shared_events.Accepted(revision=2, digest="d2", order="A-1", total="1.00", currency="EUR")
    board = rounds.negotiation_state(
        told(SENT, asked(PRICE), DECLINED, asked(PAYMENT, name="c2"), signed)
    ).board(OFFER)
    assert (board.agreed, board.open, str(board.gap)) == (len(board.rows), (), "0.00")
