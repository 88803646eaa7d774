"""A comment on a line stays open until the other side replies to it or somebody marks it as answered."""

from __future__ import annotations

import pytest

from portal.access import deal_for
from portal.commands.conversation.close_question import close_question
from portal.errors import Invalid, NotAllowed
from portal.reading.deal_page import deal_page
from tests.cast import Seat, Table
from tests.commands.streams import events, verify

PRESS = "line:press"


def open_for(seat: Seat) -> dict[str, str]:
    page = seat.database.read_now(lambda t: deal_page.load(t, deal_for(t, seat.actor, seat.deal_id)))
    return {each.subject: each.thread.asked_by for each in page.questions}


def test_a_comment_is_open_until_the_other_side_replies(table: Table) -> None:
    table.bea.says("Does it come with a guard?", PRESS)
    table.sol.says("We need one.", PRESS)
    table.rita.says("Nice weather today.")
    table.rita.says("In week 12.", "term:payment")
    assert open_for(table.bea) == open_for(table.rita) == {PRESS: "buyer", "term:payment": "seller"}
    table.rita.says("It does.", PRESS)
    assert open_for(table.bea) == {"term:payment": "seller"}
    table.bea.says("And a lamp?", PRESS)
    assert open_for(table.bea)[PRESS] == "buyer"


def test_either_side_marks_it_as_answered_once(table: Table) -> None:
    table.bea.says("Does it come with a guard?", PRESS)
    table.rita.does(close_question, anchor=PRESS)
    assert open_for(table.bea) == {}
    before = table.rita.deal.seq
    table.bea.does(close_question, anchor=PRESS)
    assert table.rita.deal.seq == before
    assert events(table, "buyer")[-1].body.kind == "question_answered"
    verify(table)
    table.bea.says("One more thing.", PRESS)
    assert open_for(table.rita) == {PRESS: "buyer"}


def test_who_only_looks_marks_nothing_and_nothing_is_no_place(table: Table) -> None:
    table.bea.says("Does it come with a guard?", PRESS)
    with pytest.raises(NotAllowed):
        table.vic.does(close_question, anchor=PRESS)
    with pytest.raises(Invalid):
        table.bea.does(close_question, anchor="line:none")


def test_it_hinders_neither_publishing_nor_accepting(table: Table) -> None:
    table.bea.says("Does it come with a guard?", PRESS)
    table.rita.edits("press", unit_price="18000")
    table.rita.publishes()
    assert open_for(table.bea) == {PRESS: "buyer"}
    table.sol.accepts()
    assert table.bea.deal.state == "accepted"
