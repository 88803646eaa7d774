"""Asking, answering, choosing and publishing: no ask is lost, no price is without a source, no half package."""

from decimal import Decimal

import pytest

from portal.commands.negotiation import (
    draft_counteroffer,
    open_asks,
    withdraw_counteroffer,
)
from portal.commands.revision import decide_approval, publish_revision
from portal.domain.offer import totals
from portal.errors import Conflict, Invalid, NotAllowed
from portal.storage import documents
from tests.cast import Table
from tests.commands.streams import events, verify

PRESS_PRICE = "line:press:unit_price"


def open_ids(table: Table) -> list[str]:
    found = table.database.read_now(lambda t: open_asks.open_asks(t, table.deal_id))
    return [change.id for ask in found for change in ask.changes]


def test_an_accepted_ask_becomes_the_next_revision(table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    published = table.rita.publishes("accept", note="For a quick signature.")
    press = table.bea.offer.line("press")
    assert published.revision == 2
    assert press.unit_price == Decimal("17200")
    assert press.price_source == "negotiated"
    assert sum(step.amount for step in press.why) == press.net_unit_price
    assert table.bea.revision.totals == totals.totals(table.bea.offer)
    assert open_ids(table) == []
    verify(table)


def test_declined_and_countered_asks_are_answered_in_the_ledger(table: Table) -> None:
    table.bea.asks(
        table.bea.change("press", "unit_price", "17000"),
        table.bea.change("install", "quantity", "30"),
        table.bea.change("payment", "value", "60 days net"),
    )
    table.rita.publishes(
        {"line:press:unit_price": "17800", "line:install:quantity": "decline", "term:payment:value": "accept"}
    )
    offer = table.bea.offer
    assert offer.line("press").unit_price == Decimal("17800")
    assert offer.line("install").quantity == Decimal("40")
    assert offer.term("payment").value == "60 days net"
    answers = {each.change.id: each for each in events(table, "buyer")[-1].body.answers}
    assert answers["line:press:unit_price"].answered == "17800.000000"
    assert answers["line:press:unit_price"].offered == "18450.000000"
    assert answers["line:install:quantity"].verdict == "decline"


def test_an_ask_without_an_answer_stops_the_revision(table: Table) -> None:
    table.bea.asks(table.bea.change("press", "quantity", "3"), table.bea.change("install", "quantity", "30"))
    with pytest.raises(Invalid) as refusal:
        table.rita.publishes({"line:press:quantity": "accept"})
    assert [problem.place for problem in refusal.value.problems] == ["line:install:quantity"]
    assert table.bea.deal.revision == 1
    assert len(open_ids(table)) == 2


def test_a_package_is_accepted_whole_or_not_at_all(table: Table) -> None:
    changes = table.bea.change("press", "quantity", "5"), table.bea.change("press", "unit_price", "17000")
    table.bea.asks(*changes, package=True)
    with pytest.raises(Invalid, match="Answer these requests first"):
        table.rita.publishes({"line:press:quantity": "accept", "line:press:unit_price": "decline"})
    for halves in (("accept", "decline"), ("decline", "17500"), ("5", "decline")):
        with pytest.raises(Invalid, match="Answer these requests first"):
            table.rita.publishes(dict(zip(("line:press:quantity", PRESS_PRICE), halves, strict=True)))
    table.rita.publishes("accept")
    assert table.bea.offer.line("press").quantity == Decimal("5")
    assert table.bea.offer.line("press").unit_price == Decimal("17000")


def test_a_package_is_countered_as_a_package(table: Table) -> None:
    changes = table.bea.change("press", "quantity", "5"), table.bea.change("press", "unit_price", "17000")
    table.bea.asks(*changes, package=True)
    table.rita.publishes({"line:press:quantity": "5", PRESS_PRICE: "17400"})
    assert [answer.verdict for answer in events(table, "buyer")[-1].body.answers] == ["accept", "counter"]
    press = table.bea.offer.line("press")
    assert (press.quantity, press.net_unit_price) == (Decimal(5), Decimal(17400))


def test_an_ask_that_the_new_revision_grants_needs_no_answer(table: Table) -> None:
    table.bea.asks(table.bea.change("press", "quantity", "3"))
    table.rita.edits("press", quantity="3")
    table.rita.publishes({"line:press:quantity": "decline"})
    assert table.bea.offer.line("press").quantity == Decimal("3")
    table.bea.asks(table.bea.change("install", "quantity", "41"))
    assert open_ids(table) == ["line:install:quantity"]


def test_limits_are_told_and_held(table: Table) -> None:
    with pytest.raises(Invalid) as refusal:
        table.bea.asks(
            table.bea.change("press", "quantity", "11"), table.bea.change("install", "unit_price", "1")
        )
    assert [problem.place for problem in refusal.value.problems] == [
        "line:press:quantity",
        "line:install:unit_price",
    ]
    assert open_ids(table) == []


def test_a_quantity_across_a_price_break_finds_its_price(table: Table) -> None:
    assert table.bea.proposes("press", quantity="5").revision == 2
    press = table.bea.offer.line("press")
    assert (press.unit_price, press.price_source) == (Decimal("17900"), "break")
    assert sum(step.amount for step in press.why) == press.net_unit_price


def test_ticking_an_option_is_answered_at_once(table: Table) -> None:
    before = table.bea.revision.totals.once.net
    published = table.bea.ticks("training")
    assert published.revision == 2
    assert table.bea.revision.totals.once.net == before + Decimal("1710.00")
    assert events(table, "buyer")[-1].body.signed == "offer"


def test_another_choice_keeps_exactly_one(table: Table) -> None:
    table.bea.ticks("panel-touch", field="choice")
    selected = [line.key for line in table.bea.offer.lines if line.choice_group and line.selected]
    assert selected == ["panel-touch"]
    assert set(events(table, "buyer")[-1].body.changed) == {"line:panel-plain", "line:panel-touch"}


def test_choosing_on_an_old_revision_is_a_conflict(table: Table) -> None:
    change = table.bea.change("training", "selected", "true")
    table.sol.ticks("panel-touch", field="choice")
    with pytest.raises(Conflict):
        table.bea.composes(change, revision=1)


def test_a_price_is_no_choice(table: Table) -> None:
    with pytest.raises(Invalid):
        table.bea.composes(table.bea.change("press", "unit_price", "1"), revision=1)
    assert table.bea.deal.revision == 1


def test_below_the_floor_a_manager_approves(table: Table) -> None:
    table.bea.proposes("press", unit_price="15000")
    asked = table.rita.publishes("accept")
    assert asked.revision == 0
    assert asked.approval
    assert table.bea.deal.revision == 1
    assert "approval_asked" not in [each.kind for each in events(table, "buyer")]
    granted = table.mia.does(decide_approval.decide_approval, asked.approval, granted=True)
    assert granted.revision == 2
    assert table.bea.offer.line("press").unit_price == Decimal("15000")
    assert events(table, "buyer")[-1].actor == table.rita.deal.actor
    verify(table)


def test_a_rep_approves_nothing_and_a_refusal_leaves_the_ask_open(table: Table) -> None:
    table.bea.proposes("press", unit_price="15000")
    asked = table.rita.publishes("accept")
    with pytest.raises(NotAllowed):
        table.rita.does(decide_approval.decide_approval, asked.approval, granted=True)
    table.mia.does(decide_approval.decide_approval, asked.approval, granted=False, note="Not this year.")
    assert open_ids(table) == ["line:press:unit_price"]
    with pytest.raises(Conflict):
        table.mia.does(decide_approval.decide_approval, asked.approval, granted=True)


def test_what_waits_for_a_manager_goes_on_when_something_else_moves(table: Table) -> None:
    table.bea.proposes("press", unit_price="15000")
    asked = table.rita.publishes("accept")
    table.bea.ticks("training")
    assert table.mia.does(decide_approval.decide_approval, asked.approval, granted=True).revision == 3
    offer = table.database.read_now(lambda t: documents.read_revision(t, table.deal_id, 3)).offer
    assert (offer.line("press").unit_price, offer.line("training").selected) == (Decimal(15000), True)


def test_what_waits_for_a_manager_comes_back_when_its_own_part_moves(table: Table) -> None:
    table.rita.edits("training", unit_price="1")
    table.rita.edits("press", unit_price="15000")
    asked = table.rita.publishes()
    table.bea.ticks("training")
    last = [each.body for each in events(table, "seller") if each.kind == "approval_decided"]
    assert [each.returned for each in last] == [True]
    with pytest.raises(Conflict):
        table.mia.does(decide_approval.decide_approval, asked.approval, granted=True)


def test_a_manager_publishes_below_the_floor(table: Table) -> None:
    table.mia.edits("press", unit_price="15000")
    assert table.mia.publishes().revision == 2


def test_publishing_on_a_revision_that_moved_is_a_conflict(table: Table) -> None:
    table.rita.edits("install", quantity="38")
    old = publish_revision.Publication(base_revision=1)
    table.bea.ticks("training")
    with pytest.raises(Conflict):
        table.rita.does(publish_revision.publish_revision, old)


def test_nothing_is_published_when_there_is_nothing(table: Table) -> None:
    with pytest.raises(Invalid):
        table.rita.publishes()


def test_a_draft_keeps_reasons_and_is_private_until_sent(table: Table) -> None:
    changes = [table.bea.change("press", "quantity", "3")]
    table.bea.does(draft_counteroffer.put_changes, changes=changes, reason="A third line.")
    assert table.database.read_now(lambda t: draft_counteroffer.draft_of(t, table.sol.deal)).entries == ()
    before = len(events(table, "seller"))
    table.bea.sends_draft(key="k1")
    assert table.bea.sends_draft(key="k1")
    assert len(events(table, "seller")) == before + 1
    assert table.database.read_now(lambda t: draft_counteroffer.draft_of(t, table.bea.deal)).entries == ()


def test_a_value_as_offered_takes_the_ask_out_of_the_draft(table: Table) -> None:
    put = draft_counteroffer.put_changes
    table.bea.does(put, changes=[table.bea.change("press", "quantity", "3")])
    draft = table.bea.does(put, changes=[table.bea.change("press", "quantity", "2")])
    assert draft.entries == ()


def test_an_ask_can_be_taken_back(table: Table) -> None:
    made = table.bea.proposes("press", quantity="3")
    table.sol.does(withdraw_counteroffer.withdraw_counteroffer, made.counteroffer)
    assert open_ids(table) == []
    with pytest.raises(Conflict):
        table.sol.does(withdraw_counteroffer.withdraw_counteroffer, made.counteroffer)


def test_a_viewer_asks_for_nothing(table: Table) -> None:
    with pytest.raises(NotAllowed):
        table.vic.proposes("press", quantity="3")
