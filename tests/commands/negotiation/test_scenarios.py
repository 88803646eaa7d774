"""Several drafts of one deal's counteroffer: whose they are, which one the tray shows, and what sending one leaves."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from portal.access import deal_for
from portal.commands.negotiation import draft_counteroffer, open_asks, scenarios
from portal.commands.negotiation.send_scenario import send_scenario
from portal.commands.negotiation.share_scenario import share_scenario, stop_sharing
from portal.errors import Conflict, Invalid, NotAllowed, NotFound
from portal.reading.buyer import scenarios as reading
from portal.reading.buyer.scenarios import Scenario
from tests.cast import Seat, Table
from tests.commands.streams import events, verify


def begins(who: Seat, name: str, copy_of: str = "") -> str:
    return str(who.does(scenarios.begin, name=name, copy_of=copy_of).scenario)


def send_now(*arguments: Any, **options: Any) -> Any:
    """Of revision 1."""
    return send_scenario(*arguments, revision=1, **options)


def sends(who: Seat, scenario: str, **options: Any) -> Any:
    return who.does(send_scenario, scenario, revision=who.deal.revision, **options)


def asks_for(who: Seat, line: str, **fields: str) -> None:
    changes = [who.change(line, field, value) for field, value in fields.items()]
    who.does(draft_counteroffer.put_changes, changes=changes)


def found(who: Seat) -> tuple[Scenario, ...]:
    return who.database.read_now(lambda t: reading.load(t, deal_for(t, who.actor, who.deal_id), who.offer))


def named(who: Seat) -> dict[str, list[str]]:
    """What each scenario that somebody may read asks for, by its name."""
    return {each.name: [change.ask.asked_text for change in each.tray.changes] for each in found(who)}


def active(who: Seat) -> list[str]:
    return [each.name for each in found(who) if each.active]


def draft(who: Seat) -> list[str]:
    read = who.database.read_now(
        lambda t: draft_counteroffer.draft_of(t, deal_for(t, who.actor, who.deal_id))
    )
    return [change.value for change in read.changes]


def test_the_first_change_begins_one_without_a_name(table: Table) -> None:
    asks_for(table.bea, "press", quantity="3")
    assert named(table.bea) == {"": ["3.000000"]} or named(table.bea) == {"": ["3"]}
    assert active(table.bea) == [""]


def test_each_keeps_what_was_asked_in_it(table: Table) -> None:
    asks_for(table.bea, "press", quantity="3")
    (first,) = found(table.bea)
    table.bea.does(scenarios.rename, first.id, name="Three")
    begins(table.bea, "Cheaper")
    assert draft(table.bea) == []
    asks_for(table.bea, "press", unit_price="17000")
    cheaper = draft(table.bea)
    assert active(table.bea) == ["Cheaper"]
    table.bea.does(scenarios.switch, first.id)
    assert active(table.bea) == ["Three"]
    assert draft(table.bea) != cheaper
    assert {name: len(asked) for name, asked in named(table.bea).items()} == {"Three": 1, "Cheaper": 1}


def test_sending_one_forgets_it_and_leaves_the_others(table: Table) -> None:
    asks_for(table.bea, "press", quantity="3")
    (three,) = found(table.bea)
    begins(table.bea, "Cheaper")
    asks_for(table.bea, "press", unit_price="17000")
    made = sends(table.bea, three.id, key="k")
    assert list(named(table.bea)) == ["Cheaper"]
    assert active(table.bea) == ["Cheaper"]
    (ask,) = table.database.read_now(partial(open_asks.open_asks, deal_id=table.deal_id))
    assert [change.field for change in ask.changes] == ["quantity"]
    assert sends(table.bea, three.id, key="k") == made
    # The tray sends the active one, and shows nothing afterwards until something is chosen or asked.
    begins(table.bea, "Later")
    (cheaper,) = [each.id for each in found(table.bea) if each.name == "Cheaper"]
    table.bea.does(scenarios.switch, cheaper)
    table.bea.sends_draft()
    assert list(named(table.bea)) == ["Later"]
    assert active(table.bea) == []


def test_what_cannot_be_asked_any_more_stays_a_draft(table: Table) -> None:
    begins(table.bea, "Eleven")
    asks_for(table.bea, "press", quantity="10")
    (scenario,) = found(table.bea)
    table.rita.edits("press", quantity="10")
    table.rita.publishes()
    (scenario,) = found(table.bea)
    (change,) = scenario.tray.changes
    assert change.moved
    with pytest.raises(NotFound):
        sends(table.vic, scenario.id)
    assert list(named(table.bea)) == ["Eleven"]


def test_an_empty_one_cannot_be_sent(table: Table) -> None:
    scenario = begins(table.bea, "Nothing yet")
    with pytest.raises(Invalid):
        sends(table.bea, scenario)
    assert list(named(table.bea)) == ["Nothing yet"]


def test_ten_at_most(table: Table) -> None:
    for number in range(scenarios.MOST):
        begins(table.bea, f"Plan {number}")
    with pytest.raises(Invalid):
        begins(table.bea, "One too many")
    assert len(found(table.bea)) == scenarios.MOST
    # Somebody else has as many of their own.
    begins(table.sol, "Sol's")
    table.bea.does(scenarios.delete_one, found(table.bea)[0].id)
    assert active(table.bea) == []
    asks_for(table.bea, "press", quantity="3")
    assert len(found(table.bea)) == scenarios.MOST


@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b"])
def test_a_name_is_written(table: Table, name: str) -> None:
    with pytest.raises(Invalid):
        begins(table.bea, name)
    assert found(table.bea) == ()


def test_nobody_else_finds_one_that_is_not_shared(table: Table) -> None:
    scenario = begins(table.bea, "Mine")
    for verb in (scenarios.switch, share_scenario, send_now, stop_sharing):
        for who in (table.sol, table.rita):
            with pytest.raises((NotFound, NotAllowed)):
                who.does(verb, scenario)
    table.sol.does(scenarios.delete_one, scenario)
    table.rita.does(scenarios.delete_one, scenario)
    with pytest.raises(NotFound):
        begins(table.sol, "Copied", copy_of=scenario)
    assert found(table.sol) == ()
    assert found(table.rita) == ()
    assert list(named(table.bea)) == ["Mine"]


def test_a_shared_one_is_read_and_copied_by_colleagues_alone(table: Table) -> None:
    shared = begins(table.bea, "Three presses")
    asks_for(table.bea, "press", quantity="3")
    table.bea.does(share_scenario, shared)
    table.bea.does(share_scenario, shared)
    for who in (table.sol, table.vic):
        (seen,) = found(who)
        assert (seen.name, seen.owner, seen.mine, seen.active) == ("Three presses", "Bea Lund", False, False)
    assert found(table.rita) == ()
    ravn = table.database.read_now(
        lambda t: reading.load(t, deal_for(t, table.ravn.actor, table.rival_deal_id), table.ravn.offer)
    )
    assert ravn == ()
    for verb in (scenarios.switch, send_now, stop_sharing):
        with pytest.raises(NotFound):
            table.sol.does(verb, shared)
    with pytest.raises(NotAllowed):
        begins(table.vic, "A viewer's", copy_of=shared)
    copy = begins(table.sol, "Mine now", copy_of=shared)
    assert draft(table.sol) == draft(table.bea)
    asks_for(table.sol, "press", quantity="4")
    assert draft(table.bea) != draft(table.sol)
    table.bea.does(stop_sharing, shared)
    assert [each.id for each in found(table.sol)] == [copy]
    told = [event for event in events(table, "buyer") if event.kind == "scenario_shared"]
    assert len(told) == 1
    verify(table)


def test_another_deal_s_scenario_is_not_there(table: Table) -> None:
    shared = begins(table.bea, "Three presses")
    table.bea.does(share_scenario, shared)
    with pytest.raises(NotFound):
        begins(table.ravn, "Theirs", copy_of=shared)


def test_discarding_leaves_what_has_a_name(table: Table) -> None:
    asks_for(table.bea, "press", quantity="3")
    table.bea.does(draft_counteroffer.drop_all)
    assert found(table.bea) == ()
    begins(table.bea, "Plan")
    asks_for(table.bea, "press", quantity="3")
    table.bea.does(draft_counteroffer.drop_all)
    assert named(table.bea) == {"Plan": []}


def test_a_closed_deal_s_scenarios_are_read_and_deleted_only(table: Table) -> None:
    scenario = begins(table.bea, "Plan")
    table.bea.does(share_scenario, scenario)
    table.sol.declines()
    for verb in (scenarios.switch, send_now):
        with pytest.raises(NotAllowed):
            table.bea.does(verb, scenario)
    table.bea.does(stop_sharing, scenario)
    table.bea.does(scenarios.delete_one, scenario)
    assert found(table.bea) == ()


def test_another_text_under_the_same_key_is_refused(table: Table) -> None:
    first, second = begins(table.bea, "A"), begins(table.bea, "B")
    table.bea.does(scenarios.switch, first)
    asks_for(table.bea, "press", quantity="3")
    sends(table.bea, first, key="k")
    with pytest.raises(Conflict):
        sends(table.bea, second, key="k")
