"""One line's price is one question with one answer, however and by however many people it is asked."""

from decimal import Decimal

import pytest

from portal.commands.negotiation import open_asks
from portal.database.database import Database
from portal.errors import Invalid
from tests.cast import Table
from tests.commands.streams import events
from tests.quotes import quote

PRESS_PRICE = "line:press:unit_price"


@pytest.fixture
def table(database: Database) -> Table:
    document = quote()
    document["lines"][0]["negotiable"].append("discount_percent")
    return Table(database, document)


def open_ids(table: Table) -> list[str]:
    found = table.database.read_now(lambda t: open_asks.open_asks(t, table.deal_id))
    return [change.id for ask in found for change in ask.changes]


def test_a_newer_ask_of_the_same_person_overtakes_the_older_one_of_the_same_price(table: Table) -> None:
    table.bea.asks(
        table.bea.change("press", "unit_price", "17000"), table.bea.change("install", "quantity", "30")
    )
    table.bea.proposes("press", discount_percent="5")
    assert sorted(open_ids(table)) == ["line:install:quantity", "line:press:discount_percent"]
    table.rita.publishes("accept")
    assert table.bea.offer.line("press").discount_percent == Decimal("5")
    assert table.bea.offer.line("install").quantity == Decimal("30")


def test_what_two_colleagues_ask_is_answered_once(table: Table) -> None:
    table.bea.proposes("press", unit_price="17000")
    table.sol.proposes("press", unit_price="17500")
    assert open_ids(table) == [PRESS_PRICE, PRESS_PRICE]
    with pytest.raises(Invalid) as refusal:
        table.rita.publishes({PRESS_PRICE: "accept"})
    assert [problem.place for problem in refusal.value.problems] == [PRESS_PRICE]
    table.rita.publishes({PRESS_PRICE: "17500"})
    assert open_ids(table) == []
    body = events(table, "buyer")[-1].body
    assert [answer.verdict for answer in body.answers] == ["counter", "accept"]
    assert table.bea.offer.line("press").net_unit_price == Decimal("17500")


def test_a_price_asked_in_two_ways_has_one_answer_net(table: Table) -> None:
    table.rita.edits("press", discount_percent="2")
    table.rita.publishes()
    table.bea.proposes("press", unit_price="18000", discount_percent="5")
    table.rita.publishes({PRESS_PRICE: "17500"})
    press = table.bea.offer.line("press")
    assert (press.unit_price, press.discount_percent) == (Decimal(17500), 0)
    assert [answer.net for answer in events(table, "buyer")[-1].body.answers] == ["17100.000000"] * 2


def test_a_counter_by_the_net_that_was_asked_accepts_it(table: Table) -> None:
    table.bea.proposes("press", unit_price="18000", discount_percent="5")
    table.rita.publishes({PRESS_PRICE: "17100"})
    press = table.bea.offer.line("press")
    assert (press.unit_price, press.discount_percent) == (Decimal(18000), Decimal(5))
    assert {answer.verdict for answer in events(table, "buyer")[-1].body.answers} == {"accept"}


def test_granting_a_net_price_ends_the_discount(table: Table) -> None:
    table.rita.edits("press", discount_percent="2")
    table.rita.publishes()
    table.bea.proposes("press", unit_price="17500")
    table.rita.publishes("accept")
    press = table.bea.offer.line("press")
    assert (press.unit_price, press.discount_percent) == (Decimal(17500), 0)
