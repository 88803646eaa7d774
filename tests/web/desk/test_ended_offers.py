"""A revision that ends a used if-you-then offer: the rep is asked what becomes of its prices, with and without scripts."""

from __future__ import annotations

import pytest

from portal.commands.negotiation import compose
from tests.cast import Table
from tests.web.conftest import Browser
from tests.web.desk.test_standing_offers import typed
from tests.web.desk_page import Page


@pytest.fixture
def asked(rep: Browser, table: Table, address: str) -> Table:
    """Bea has used the offer of revision 2, and now asks for what ends it."""
    rep.post(f"{address}/offers/_/change", typed("Five presses, paid early"))
    table.rita.publishes()
    table.bea.does(compose.take_offer, offer="five-presses-paid-early", revision=2)
    table.bea.proposes("press", quantity="4")
    return table


FORM = {"base": "3", "key": "k", "verdict:line:press:quantity": "accept"}
BUTTONS = '//input[@type="radio"][@name="ended:five-presses-paid-early"]'


def test_it_is_asked_while_the_rep_decides(rep: Browser, asked: Table, address: str) -> None:
    declined = Page(rep.post(f"{address}/outcome", FORM | {"verdict:line:press:quantity": "decline"}).text)
    assert declined[BUTTONS] == []
    page = Page(rep.post(f"{address}/outcome", FORM | {"ended:five-presses-paid-early": "take_back"}).text)
    assert [button.get("value") for button in page[BUTTONS]] == ["keep", "take_back"]
    assert page[f"{BUTTONS}[@checked]"][0].get("value") == "take_back"


def test_without_scripts_the_refusal_asks(rep: Browser, asked: Table, address: str) -> None:
    refused = rep.post(f"{address}/publish", FORM)
    assert refused.status_code == 422
    page = Page(refused.text)
    assert "This revision ends a condition of “Five presses, paid early”" in page.words
    assert [button.get("value") for button in page[BUTTONS]] == ["keep", "take_back"]
    assert asked.rita.deal.revision == 3
    assert (
        rep.post(f"{address}/publish", FORM | {"ended:five-presses-paid-early": "take_back"}).status_code
        == 303
    )
    press = asked.bea.offer.line("press")
    assert press is not None
    assert (press.quantity, press.net_unit_price) == (4, 18450)


def test_a_decision_that_there_is_not_is_none(rep: Browser, asked: Table, address: str) -> None:
    assert rep.post(f"{address}/publish", FORM | {"ended:five-presses-paid-early": "both"}).status_code == 422
