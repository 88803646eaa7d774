"""Accepting, declining, withdrawing, expiring, and coming back."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any

import msgspec
import pytest
from sqlalchemy import func, select

from portal.commands.deal import ask_more_time, expire_deals, give_more_time, reopen
from portal.commands.negotiation import open_asks
from portal.domain.order import order as orders
from portal.errors import Conflict, Invalid, NotAllowed
from portal.reading.deal_page import deal_page
from portal.reading.desk import insights
from portal.storage import tables
from tests.cast import Clock, Table
from tests.commands.streams import events, verify


def rows_of(table: Table, name: str) -> int:
    query = select(func.count()).select_from(getattr(tables, name))
    return table.database.read_now(lambda t: t.connection.execute(query).scalar_one())


def test_acceptance_makes_one_order_bound_to_the_bytes(table: Table) -> None:
    placed = table.sol.accepts()
    deal = table.sol.deal
    assert (deal.state, placed.revision, placed.digest) == ("accepted", 1, deal.digest)
    stored = table.database.read_now(lambda t: t.connection.execute(select(tables.order)).one())
    document = orders.decode(stored.document)
    assert document.number == placed.number == "O-2026-0001"
    assert document.totals == table.sol.revision.totals
    evidence = table.database.read_now(
        lambda t: t.connection.execute(select(tables.acceptance.c.evidence)).scalar_one()
    )
    kept = msgspec.json.decode(evidence)
    assert (kept["name"], kept["address"], kept["link_channel"]) == ("Sol Iversen", "192.0.2.7", "shown")
    assert kept["contract_total"] == str(document.totals.contract.total)
    # Machines, service, one bill, one set of rows.
    assert rows_of(table, "work_order") == 4
    assert events(table, "buyer")[-1].body.order == placed.number
    verify(table)


def test_a_repetition_gives_the_first_result(table: Table) -> None:
    first = table.sol.accepts(key="k1")
    assert table.sol.accepts(key="k1") == first
    assert table.sol.accepts(key="k2") == first
    assert table.sol.accepts() == first
    assert rows_of(table, "order") == 1


def test_the_same_key_with_another_content_is_refused(table: Table) -> None:
    table.sol.accepts(key="k1")
    with pytest.raises(Conflict):
        table.sol.accepts(table.sol.form(name="Somebody Else"), key="k1")


def test_a_moved_revision_is_refused_and_leaves_the_deal_open(table: Table) -> None:
    seen = table.sol.form()
    table.bea.ticks("training")
    with pytest.raises(Conflict, match="Revision 2"):
        table.sol.accepts(seen)
    assert table.sol.deal.state == "open"
    assert rows_of(table, "order") == 0


@pytest.mark.parametrize(("field", "value"), [("name", " "), ("authority", False), ("title", "x" * 201)])
def test_an_incomplete_acceptance_names_its_field(table: Table, field: str, value: object) -> None:
    with pytest.raises(Invalid) as refusal:
        table.sol.accepts(table.sol.form(**{field: value}))
    assert [problem.place for problem in refusal.value.problems] == [field]
    assert table.sol.deal.state == "open"


def test_only_a_signer_accepts(table: Table) -> None:
    with pytest.raises(NotAllowed, match="signer"):
        table.bea.accepts()


def test_accepting_closes_what_was_still_asked(table: Table) -> None:
    table.bea.proposes("press", quantity="3")
    table.sol.accepts()
    assert [each.kind for each in events(table, "buyer")][-2:] == ["counteroffers_closed", "accepted"]


def test_nothing_changes_an_accepted_deal(table: Table) -> None:
    table.sol.accepts()
    for attempt in (
        lambda: table.bea.proposes("press", quantity="3"),
        lambda: table.bea.ticks("training"),
        lambda: table.rita.edits("press", quantity="3"),
        table.bea.declines,
        table.rita.withdraws,
    ):
        with pytest.raises(NotAllowed, match="accepted"):
            attempt()
    assert table.bea.deal.revision == 1


def test_accept_against_publish_at_one_instant(table: Table) -> None:
    """Whatever comes first, the order names what the signer saw, or there is none."""
    seen = table.sol.form()
    with ThreadPoolExecutor(2) as pool:
        accepting = pool.submit(table.sol.accepts, seen)
        choosing = pool.submit(table.bea.ticks, "training")
        outcomes = {each.exception().__class__ for each in (accepting, choosing)}
    if accepting.exception() is None:
        assert accepting.result().digest == seen.digest
        assert table.sol.deal.revision == 1
    else:
        assert rows_of(table, "order") == 0
    assert type(None) in outcomes
    verify(table)


def test_twenty_clicks_are_one_order(table: Table) -> None:
    with ThreadPoolExecutor(8) as pool:
        placed = [pool.submit(table.sol.accepts, key=f"k{n % 3}") for n in range(20)]
        assert len({each.result(30).number for each in placed}) == 1
    assert rows_of(table, "order") == 1


def test_the_clock_closes_before_the_sweeper_does(table: Table, clock: Clock) -> None:
    clock.advance(days=20)
    assert table.sol.deal.state == "expired"
    with pytest.raises(NotAllowed, match="expired"):
        table.sol.accepts()
    assert table.database.write_now(expire_deals.expire_deals).count == 2
    assert table.database.write_now(expire_deals.expire_deals).count == 0
    assert events(table, "buyer")[-1].kind == "expired"


def test_more_time_is_asked_for_and_given(table: Table, clock: Clock) -> None:
    with pytest.raises(NotAllowed):
        table.bea.does(ask_more_time.ask_more_time)
    clock.advance(days=20)
    table.bea.does(ask_more_time.ask_more_time, body="We need the board first.")
    with pytest.raises(Invalid):
        table.rita.does(give_more_time.give_more_time, valid_until=date(2026, 12, 12))
    table.rita.does(give_more_time.give_more_time, valid_until=date(2027, 3, 31))
    assert table.sol.deal.state == "open"
    assert table.sol.offer.valid_until == date(2027, 3, 31)
    assert table.sol.accepts().revision == 2


@pytest.mark.parametrize("swept", [False, True])
@pytest.mark.parametrize("verb", [give_more_time.give_more_time, reopen.reopen])
def test_what_was_asked_before_the_end_is_asked_after_it(
    table: Table, clock: Clock, swept: bool, verb: Callable[..., Any]
) -> None:
    made = table.bea.proposes("press", unit_price="15000")
    asked = table.rita.publishes("accept")
    assert asked.approval
    clock.advance(days=20)
    if swept:
        assert table.database.write_now(expire_deals.expire_deals).count == 2
    assert row_of_press(table).state == "asked"
    table.rita.does(verb, valid_until=date(2027, 3, 31))
    waiting = table.database.read_now(lambda t: open_asks.open_asks(t, table.deal_id))
    assert [ask.id for ask in waiting] == [made.counteroffer]
    assert row_of_press(table).state == "asked"
    approvals = select(tables.approval.c.state)
    assert table.database.read_now(lambda t: t.connection.scalars(approvals).all()) == ["waiting"]
    assert "counteroffers_closed" not in [each.kind for each in events(table, "buyer")]
    table.rita.publishes({"line:press:unit_price": "17900"})
    assert str(table.bea.offer.lines[0].unit_price) == "17900.000000"
    verify(table)


def row_of_press(table: Table) -> Any:
    return table.database.read_now(lambda t: deal_page.load(t, table.bea.deal)).board.row("line:press")


def test_the_instant_of_expiry_is_the_end_of_the_day_in_the_sellers_zone(table: Table, clock: Clock) -> None:
    ends = table.sol.deal.valid_until
    clock.now = ends.replace(microsecond=0)
    assert table.sol.deal.state == "expired"
    clock.advance(microseconds=-1)
    assert table.sol.deal.state == "open"


@pytest.mark.parametrize("how", ["declined", "withdrawn"])
def test_a_closed_deal_is_reopened_with_a_new_revision(table: Table, how: str) -> None:
    table.bea.proposes("press", quantity="3")
    table.bea.declines() if how == "declined" else table.rita.withdraws("We made a mistake.")
    assert table.sol.deal.state == how
    with pytest.raises(NotAllowed):
        table.sol.accepts()
    table.rita.does(reopen.reopen, valid_until=date(2027, 1, 31))
    assert (table.sol.deal.state, table.sol.deal.revision) == ("open", 2)
    verify(table)


def test_declining_needs_a_reason(table: Table) -> None:
    with pytest.raises(Invalid):
        table.bea.declines(" ")


def test_the_figures_of_all_deals_count_what_has_lapsed(table: Table, clock: Clock) -> None:
    """By the clock, and on either database: the sweeper has not come by."""
    clock.now = table.sol.deal.valid_until
    figures = {each.state: each.count for each in table.database.read_now(insights.load).states}
    assert figures.get("open", 0) == 0
    assert figures["expired"] == 2
