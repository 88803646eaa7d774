"""Messages, comments and notes: said once, in order, by whoever may."""

import pytest

from portal.domain.ledger import ledger
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from tests.cast import Table
from tests.commands.streams import events, verify


def test_a_message_joins_both_streams_and_a_note_only_one(table: Table) -> None:
    table.bea.says("When could you deliver?")
    table.rita.notes("They are in a hurry.")
    table.rita.says("In week 12.")
    buyer, seller = events(table, "buyer"), events(table, "seller")
    assert [each.kind for each in buyer][-2:] == ["message", "message"]
    assert [each.kind for each in seller][-3:] == ["message", "note", "message"]
    assert [each.seq for each in buyer] == list(range(1, len(buyer) + 1))
    assert [each.seq for each in seller] == list(range(1, len(seller) + 1))
    verify(table)


def test_the_same_key_says_it_once(table: Table) -> None:
    first = table.bea.says("Once.", key="k1")
    assert table.bea.says("Once.", key="k1") == first
    assert [
        ledger.decode_personal(each.personal).body
        for each in events(table, "buyer")
        if each.kind == "message"
    ] == ["Once."]


def test_the_same_key_with_another_text_is_refused(table: Table) -> None:
    table.bea.says("Once.", key="k1")
    with pytest.raises(Conflict):
        table.bea.says("Twice.", key="k1")
    with pytest.raises(Conflict):
        table.bea.says("Once.", anchor="line:press", key="k1")


def test_a_key_belongs_to_its_author_and_its_deal(table: Table) -> None:
    table.bea.says("Mine.", key="k1")
    table.sol.says("Mine as well.", key="k1")
    table.ravn.says("Elsewhere.", key="k1")
    assert [each.kind for each in events(table, "buyer")].count("message") == 2


def test_a_comment_needs_a_line_or_term_that_is_there(table: Table) -> None:
    table.bea.says("Too dear.", anchor="line:press")
    table.bea.says("60 days?", anchor="term:payment")
    with pytest.raises(Invalid):
        table.bea.says("Gone.", anchor="line:gone")


@pytest.mark.parametrize("text", ["", "   \n", "x" * 10_001, "nul \x00", "bell \x07"])
def test_what_cannot_be_shown_is_refused(table: Table, text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        table.bea.says(text)
    assert refusal.value.problems[0].place == "body"


def test_a_viewer_reads_only(table: Table) -> None:
    with pytest.raises(NotAllowed, match="viewer"):
        table.vic.says("Hello.")


def test_a_buyer_keeps_no_notes(table: Table) -> None:
    with pytest.raises(NotAllowed):
        table.bea.notes("Let me in.")


def test_the_rival_finds_nothing(table: Table) -> None:
    table.ravn.deal_id = table.deal_id
    with pytest.raises(NotFound):
        table.ravn.says("Hello?")


def test_the_conversation_goes_on_after_the_end(table: Table) -> None:
    table.sol.accepts()
    table.bea.says("When does it arrive?")
    table.rita.says("In week 12.")


def test_whose_turn_it_is_follows_from_what_was_said(table: Table, clock) -> None:
    assert table.rita.deal.buyer_waits_since is None
    table.bea.says("Hello?")
    since = table.rita.deal.buyer_waits_since
    assert since == clock.now
    clock.advance(minutes=5)
    table.bea.says("Anybody?")
    assert table.rita.deal.buyer_waits_since == since
    table.rita.notes("Who takes this one?")
    assert table.rita.deal.buyer_waits_since == since
    table.rita.says("Here.")
    assert table.rita.deal.buyer_waits_since is None
