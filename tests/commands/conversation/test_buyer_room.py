"""What the buyers say among themselves joins their stream alone, and moves nothing that the seller's side can see."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from portal.access import Deal, deal_for
from portal.commands.conversation import buyer_room
from portal.database.database import AMONG_BUYERS
from portal.errors import Conflict, Invalid, NotAllowed
from portal.reading.buyer import room
from portal.reading.desk import inbox
from portal.reading.desk.inbox_row import View
from portal.reading.operator import verification
from portal.storage import tables
from tests.cast import Clock, Seat, Table
from tests.commands.streams import events, verify


def words(who: Seat) -> list[tuple[str, str, int]]:
    found = who.database.read_now(lambda t: room.words(t, deal_for(t, who.actor, who.deal_id)))
    return [(each.topic, each.verdict, each.revision) for each in found]


def said(who: Seat) -> list[str]:
    found = who.database.read_now(lambda t: room.load(t, deal_for(t, who.actor, who.deal_id)))
    return [each.text for each in found.entries]


def test_it_is_read_by_every_buyer_and_by_nobody_else(table: Table) -> None:
    table.bea.does(buyer_room.confide, body="We would pay 18,200.")
    assert said(table.bea) == said(table.sol) == said(table.vic) == ["We would pay 18,200."]
    assert said(table.rita) == []
    assert words(table.rita) == []
    assert said(table.ravn) == []


def test_it_joins_the_buyers_stream_alone(table: Table) -> None:
    before, seller = table.rita.deal, events(table, "seller")
    table.bea.does(buyer_room.confide, body="Quietly.")
    table.sol.does(buyer_room.sign_off, topic="Legal", verdict="waiting")
    after = table.rita.deal
    assert events(table, "seller") == seller
    assert [event.kind for event in events(table, "buyer")][-2:] == ["confided", "sign_off"]
    assert after.buyer_seq == before.buyer_seq + 2
    assert (after.seller_seq, after.buyer_waits_since) == (before.seller_seq, before.buyer_waits_since)
    table.rita.says("Anything else?")
    verify(table)


def test_the_inbox_stays_as_it_was(table: Table, clock: Clock) -> None:
    view = View(rep_id="nobody")
    table.rita.says("What do you think?")
    before = table.database.read_now(lambda t: inbox.load(t, view))
    last = select(tables.deal.c.last_event_at).where(tables.deal.c.id == table.deal_id)
    then = table.database.read_now(lambda t: t.connection.execute(last).scalar_one())
    clock.advance(hours=2)
    table.bea.does(buyer_room.confide, body="Let them wait.")
    assert table.database.read_now(lambda t: inbox.load(t, view)) == before
    assert table.database.read_now(lambda t: t.connection.execute(last).scalar_one()) == then
    table.bea.says("We are thinking.")
    assert table.database.read_now(lambda t: t.connection.execute(last).scalar_one()) == clock.now


def test_a_ring_says_whom_it_concerns(table: Table) -> None:
    rung: list[set[str]] = []
    table.database.ring = lambda deals, events: rung.append({*deals})
    table.bea.does(buyer_room.confide, body="Quietly.")
    table.sol.does(buyer_room.sign_off, topic="Legal", verdict="fine")
    table.bea.says("Aloud.")
    quiet = f"{AMONG_BUYERS}{table.deal_id}"
    assert rung == [{quiet}, {quiet}, {table.deal_id}]


def test_what_is_verified_is_not_counted(table: Table) -> None:
    def verdict() -> verification.Verdict:
        return table.database.read_now(
            lambda t: verification.verify(t, deal_for(t, table.rita.actor, table.deal_id))
        )

    before = verdict()
    table.bea.does(buyer_room.confide, body="Quietly.")
    assert verdict() == before
    assert before.intact


def test_the_newest_word_on_a_topic_holds(table: Table) -> None:
    table.bea.does(buyer_room.sign_off, topic="Legal", verdict="waiting")
    table.bea.does(buyer_room.sign_off, topic="Finance", verdict="waiting", note="By Friday?")
    table.sol.does(buyer_room.sign_off, topic=" finance ", verdict="fine")
    assert words(table.vic) == [("Legal", "waiting", 1), ("finance", "fine", 1)]
    table.sol.does(buyer_room.sign_off, topic="Technology", verdict="objects", note="Too slow.")
    assert [topic for topic, _, _ in words(table.bea)] == ["Technology", "Legal", "finance"]
    assert len(said(table.bea)) == 4
    table.rita.edits("press", unit_price="18400")
    table.rita.publishes()
    table.sol.does(buyer_room.sign_off, topic="Legal", verdict="fine")
    assert ("Legal", "fine", 2) in words(table.bea)
    assert ("finance", "fine", 1) in words(table.bea)


@pytest.mark.parametrize(
    "wrong", [{"topic": ""}, {"topic": "x" * 41}, {"verdict": "maybe"}, {"note": "x" * 2_001}]
)
def test_a_sign_off_is_complete(table: Table, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        table.bea.does(buyer_room.sign_off, **({"topic": "Legal", "verdict": "fine"} | wrong))
    assert words(table.bea) == []


def test_who_may_only_look_says_nothing(table: Table) -> None:
    for who in (table.vic, table.rita):
        with pytest.raises(NotAllowed):
            who.does(buyer_room.confide, body="Hello")
        with pytest.raises(NotAllowed):
            who.does(buyer_room.sign_off, topic="Legal", verdict="fine")


def test_a_key_says_it_once(table: Table) -> None:
    first = table.bea.does(buyer_room.confide, body="Once.", key="k")
    assert table.bea.does(buyer_room.confide, body="Once.", key="k") == first
    with pytest.raises(Conflict):
        table.bea.does(buyer_room.confide, body="Twice.", key="k")
    sign = {"topic": "Legal", "verdict": "fine"}
    assert table.bea.does(buyer_room.sign_off, **sign, key="s") == table.bea.does(
        buyer_room.sign_off, **sign, key="s"
    )
    assert len(said(table.bea)) == 2
    # The same key at the table is another message.
    table.bea.says("Once.", key="k")
    assert len(said(table.bea)) == 2


def test_it_goes_on_after_the_deal(table: Table) -> None:
    table.sol.accepts()
    table.bea.does(buyer_room.confide, body="Well done.")
    deal: Deal = table.bea.deal
    assert deal.can("confer")
    assert said(table.sol) == ["Well done."]


def test_a_receipt_does_not_count_it(table: Table) -> None:
    """Both sides keep the receipt, so that its positions are those of the table."""
    from portal.reading.deal_page import receipts

    table.bea.does(buyer_room.confide, body="Now or never.")
    table.sol.does(buyer_room.confide, body="Now.")
    shared = [event for event in events(table, "buyer") if event.kind not in room.KINDS]
    seen = table.sol.deal.buyer_seq
    table.sol.accepts(table.sol.form(position=seen))
    receipt = table.database.read_now(
        lambda t: receipts.receipt(t, deal_for(t, table.sol.actor, table.deal_id))
    )
    assert receipt.evidence.position_seen == len(shared)
    table_events = [event for event in events(table, "buyer") if event.kind not in room.KINDS]
    accepted = [event.kind for event in table_events].index("accepted") + 1
    assert receipt.ledger_position == accepted
