"""Agreeing to single lines: who may, when it holds, and that the ledger alone tells the board of the pages."""

from __future__ import annotations

import pytest

from portal.access import deal_for
from portal.domain.ledger import rounds
from portal.domain.ledger.board import Board
from portal.errors import Conflict, Invalid, NotAllowed
from portal.reading.deal_page import board_events, deal_page
from tests.cast import Seat, Table

PRESS, PAYMENT = "line:press", "term:payment"


def board(seat: Seat) -> Board:
    """What the page of this seat shows; the ledger alone tells the same."""
    shown = seat.database.read_now(
        lambda t: deal_page.load(t, deal_for(t, seat.actor, seat.deal_id)).board,
    )
    events = seat.database.read_now(lambda t: board_events.load(t, seat.deal_id))
    assert rounds.negotiation_state(events).board(seat.offer) == shown
    return shown


def states(seat: Seat) -> dict[str, str]:
    return {row.subject: row.state for row in board(seat).rows if row.waits_for}


@pytest.fixture
def answered(table: Table) -> Table:
    """Bea asked for a price and a term; Rita countered the one and declined the other."""
    price, payment = (
        table.bea.change("press", "unit_price", "17200"),
        table.bea.change("payment", "value", "60 days net"),
    )
    table.bea.asks(price, payment)
    table.rita.publishes({price.id: "17800", payment.id: "decline"})
    return table


def test_what_was_answered_becomes_agreed(answered):
    assert states(answered.bea) == {PRESS: "answered", PAYMENT: "answered"}
    assert str(board(answered.bea).gap) == "-1200.00"
    assert answered.bea.agrees(PRESS).subjects == (PRESS,)
    assert states(answered.rita) == {PAYMENT: "answered"}
    assert str(board(answered.rita).gap) == "0.00"
    consent = board(answered.rita).row(PRESS).consent
    assert (consent.by, consent.revision) == (f"contact:{answered.bea.contact_id}", 2)


def test_agreeing_twice_says_it_once(answered):
    answered.bea.agrees(PRESS)
    before = answered.bea.deal.seq
    assert answered.sol.agrees(PRESS).subjects == ()
    assert answered.bea.deal.seq == before


def test_whose_turn_it_is_stays(answered):
    before = answered.bea.deal.buyer_waits_since
    answered.bea.agrees(PRESS, PAYMENT)
    assert answered.bea.deal.buyer_waits_since == before
    assert states(answered.bea) == {}


def test_asking_again_ends_it(answered):
    answered.bea.agrees(PRESS)
    answered.sol.proposes("press", unit_price="17500")
    assert states(answered.bea)[PRESS] == "asked"


def test_a_later_change_of_the_line_ends_it_and_one_of_another_does_not(answered):
    answered.bea.agrees(PRESS, PAYMENT)
    answered.rita.edits("install", quantity="36")
    answered.rita.publishes()
    assert states(answered.bea) == {}
    answered.rita.edits("press", quantity="3")
    answered.rita.publishes()
    assert states(answered.bea) == {PRESS: "answered"}


def test_only_who_may_ask_may_agree(answered):
    for seat in (answered.vic, answered.rita):
        with pytest.raises(NotAllowed):
            seat.agrees(PRESS)


@pytest.mark.parametrize(
    ("subjects", "revision", "error"),
    [
        ((PRESS,), 1, Conflict),
        ((), None, Invalid),
        (("line:nothing",), None, Invalid),
        ((PRESS, "line:nothing"), None, Invalid),
    ],
)
def test_what_cannot_be_agreed_to_leaves_nothing_behind(answered, subjects, revision, error):
    before = answered.bea.deal.seq
    with pytest.raises(error):
        answered.bea.agrees(*subjects, revision=revision)
    assert answered.bea.deal.seq == before


def test_there_is_no_agreeing_to_what_has_no_answer_yet(answered):
    answered.bea.proposes("press", unit_price="17500")
    with pytest.raises(Conflict):
        answered.bea.agrees(PRESS)


def test_an_ended_deal_takes_no_agreement(answered):
    answered.sol.accepts()
    with pytest.raises(NotAllowed):
        answered.bea.agrees(PRESS)
