"""Figures whose products no column holds are refused before anything is tried, and leave nothing behind."""

import pytest
from sqlalchemy import func, select

from portal.commands.negotiation import compose, draft_counteroffer, make_counteroffer
from portal.commands.revision import draft_revision
from portal.database.database import Database
from portal.domain.change.change import Change
from portal.errors import Invalid
from portal.storage import tables
from tests.cast import Table
from tests.commands.streams import verify
from tests.hostile import LARGEST
from tests.quotes import quote


def huge(field: str) -> Change:
    return Change(subject="line:press", field=field, value=LARGEST)  # type: ignore[arg-type]


@pytest.fixture
def open_table(database: Database) -> Table:
    """The press has no bounds, and a price break and an if-you-then offer that reach further than any contract."""
    document = quote()
    press, *others = document["lines"]
    del press["bounds"]
    press |= {"price_breaks": [{"from": LARGEST, "unit_price": "17900.00"}]}
    more = {
        "key": "more",
        "label": "Many",
        "when": [{"line": "press", "min_quantity": "999999999"}],
        "then": [{"line": "install", "unit_price": "1.00"}],
    }
    return Table(database, document | {"lines": [press, *others], "standing_offers": [more]})


def rows(table: Table) -> dict[str, int]:
    counted = (tables.policy_try, tables.counteroffer, tables.revision, tables.event, tables.scenario)
    return {
        each.name: table.database.read_now(
            lambda t, each=each: t.connection.execute(select(func.count()).select_from(each)).scalar_one()
        )
        for each in counted
    }


def test_nothing_is_tried_or_kept_of_what_no_column_holds(open_table: Table) -> None:
    bea, before = open_table.bea, rows(open_table)
    asked = [huge("quantity"), huge("unit_price")]
    attempts = (
        (make_counteroffer.make_counteroffer, {"revision": 1, "changes": asked}),
        (make_counteroffer.make_counteroffer, {"revision": 1, "changes": asked[:1]}),
        (make_counteroffer.make_counteroffer, {"revision": 1, "changes": asked, "package": True}),
        (draft_counteroffer.put_changes, {"revision": 1, "changes": asked[:1]}),
        (compose.compose, {"changes": asked[:1], "revision": 1}),
        (compose.take_offer, {"offer": "more", "revision": 1}),
    )
    for command, facts in attempts:
        with pytest.raises(Invalid) as refusal:
            bea.does(command, **facts)
        assert "more than 12 digits" in str(refusal.value.problems[0]), command
        assert rows(open_table) == before
    verify(open_table)


def test_a_reps_edits_are_held_against_the_same_bounds(open_table: Table) -> None:
    rita, before = open_table.rita, rows(open_table)
    rita.edits("press", unit_price="300000000000")
    with pytest.raises(Invalid, match="more than can be offered") as refusal:
        rita.does(draft_revision.put_changes, changes=[huge("quantity")])
    assert [each.place for each in refusal.value.problems] == ["line:press:quantity"]
    open_table.bea.proposes("press", quantity="3")
    with pytest.raises(Invalid, match="more than 12 digits"):
        rita.publishes("accept")
    assert rows(open_table)["revision"] == before["revision"]
    verify(open_table)


def test_what_a_tick_could_bring_below_nothing_is_not_sent(database: Database) -> None:
    document = quote()
    training = next(each for each in document["lines"] if each["key"] == "training")
    training |= {"selected": True, "tax": {"category": "S", "rate": "7"}}
    off = {
        "key": "off",
        "label": "Training voucher",
        "kind": "discount",
        "amount": "1000.00",
        "tax": training["tax"],
    }
    with pytest.raises(Invalid) as refusal:
        Table(database, document | {"adjustments": [off]})
    assert "taxed at 7 %" in str(refusal.value.problems[0])


def test_a_key_is_no_longer_than_its_column(table: Table) -> None:
    with pytest.raises(Invalid, match="at most 100 characters"):
        table.bea.proposes("press", quantity="3", key="k" * 101)
