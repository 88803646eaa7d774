"""A used if-you-then offer whose condition the seller's next revision ends: its prices are kept or taken back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from portal.commands.negotiation import compose
from portal.database.database import Database
from portal.domain.offer.revision import Line, StandingOffer
from portal.errors import Invalid
from tests.cast import Table
from tests.commands.streams import verify
from tests.quotes import quote

VOLUME = {
    "key": "volume",
    "label": "Five presses, paid early",
    "when": [{"line": "press", "min_quantity": "5"}, {"term": "payment", "value": "14 days net"}],
    "then": [{"line": "press", "discount_percent": "4"}, {"line": "install", "unit_price": "140"}],
}


@pytest.fixture
def table(database: Database) -> Table:
    """Five presses at 17,184.00 instead of 17,900.00, installation at 140.00 instead of 155.00."""
    table = Table(database, quote(standing_offers=[VOLUME]))
    table.bea.does(compose.take_offer, offer="volume", revision=1)
    return table


def line(table: Table, key: str) -> Line:
    found = table.bea.offer.line(key)
    assert found is not None
    return found


def offered(table: Table) -> StandingOffer:
    [only] = table.bea.offer.standing_offers
    return only


@pytest.mark.parametrize("change", [("press", "quantity", "4"), ("payment", "value", "30 days net")])
def test_without_a_decision_nothing_is_published(table: Table, change: tuple[str, str, str]) -> None:
    key, field, value = change
    table.rita.edits(key, **{field: value})
    with pytest.raises(Invalid) as refused:
        table.rita.publishes(ended={})
    assert [each.place for each in refused.value.problems] == ["standing:volume"]
    assert table.bea.deal.revision == 2


def test_kept_its_prices_stay(table: Table) -> None:
    table.rita.edits("payment", value="30 days net")
    table.rita.publishes(ended={"volume": "keep"})
    assert (line(table, "press").net_unit_price, line(table, "install").net_unit_price) == (17184, 140)
    assert offered(table).taken
    # It is decided: another revision does not ask again.
    table.rita.edits("delivery", value="Week 13")
    assert table.rita.publishes(ended={}).revision == 4


def test_taken_back_lines_cost_what_they_did_before(table: Table) -> None:
    before: Any = table.bea.offer.line("care")
    table.rita.edits("payment", value="30 days net")
    table.rita.publishes(ended={"volume": "take_back"})
    press, install = line(table, "press"), line(table, "install")
    assert (press.net_unit_price, press.price_source) == (Decimal(17900), "break")
    assert (install.net_unit_price, install.price_source) == (Decimal(155), "list")
    for each in (press, install):
        assert not each.why or sum(step.amount for step in each.why) == each.net_unit_price
    assert line(table, "care") == before
    # It can be used again.
    assert not offered(table).taken
    table.bea.does(compose.take_offer, offer="volume", revision=3)
    assert line(table, "press").net_unit_price == 17184
    verify(table)


def test_taken_back_a_smaller_quantity_costs_what_it_costs_without_the_offer(table: Table) -> None:
    table.rita.edits("press", quantity="4")
    table.rita.publishes(ended={"volume": "take_back"})
    press = line(table, "press")
    assert (press.quantity, press.net_unit_price) == (4, 18450)
    assert sum(step.amount for step in press.why) == press.net_unit_price


def test_a_price_that_the_revision_itself_sets_stays(table: Table) -> None:
    table.rita.edits("payment", value="30 days net")
    table.rita.edits("press", unit_price="17000", discount_percent="0")
    table.rita.publishes(ended={"volume": "take_back"})
    assert (line(table, "press").net_unit_price, line(table, "install").net_unit_price) == (17000, 155)


def test_a_buyer_is_told_before_an_ask_ends_it(table: Table) -> None:
    four = table.bea.change("press", "quantity", "4")
    with pytest.raises(Invalid) as refused:
        table.bea.asks(four, confirmed=())
    assert [each.place for each in refused.value.problems] == ["standing:volume"]
    table.bea.asks(four)
    with pytest.raises(Invalid):
        table.rita.publishes("accept", ended={})
    table.rita.publishes("accept", ended={"volume": "take_back"})
    assert line(table, "press").net_unit_price == 18450
    verify(table)
