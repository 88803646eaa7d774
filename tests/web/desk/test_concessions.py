"""What each round cost the seller, and the word beside the answers while nothing comes back. No buyer gets a byte of it."""

from __future__ import annotations

from portal.reading.desk import concessions
from tests.cast import Table
from tests.web.conftest import Site
from tests.web.desk_page import Page


def page(site: Site, table: Table, path: str = "") -> Page:
    return Page(site.browser(table.rita).get(f"/desk/deals/{table.deal_id}{path}").text)


def test_each_round_tells_what_it_gave_and_what_came_back(site: Site, table: Table) -> None:
    table.bea.proposes("press", unit_price="17000", quantity="4")
    table.rita.publishes("accept")
    table.bea.ticks("training")
    found = page(site, table, "/concessions")
    words = found.region("Revision 2").words
    assert (
        "Given Hydraulic press HP-40: Net unit price was 18,450.00 is now 17,000.00 less by −5,800.00"
        in words
    )
    assert "Received Hydraulic press HP-40: Quantity was 2 is now 4 more by +36,900.00" in words
    assert "was 9,465.38 (25.7%) becomes 13,130.76" in words
    assert "chosen by Bea Lund" in found.region("Revision 3").words
    assert "Received Training: taken more by +1,710.00" in found.region("Revision 3").words
    so_far = found.region("Since revision 1").words
    assert "Givenless by −5,800.00 Receivedmore by +38,610.00 Contract, netmore by +32,810.00" in so_far


def test_what_is_given_for_nothing_is_said_beside_the_answers(site: Site, table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    here = f"/desk/deals/{table.deal_id}"
    assert "getting nothing in return" not in page(site, table).region("Counteroffer").words
    form = {"base": "1", "verdict:line:press:unit_price": "accept"}
    weighed = site.browser(table.rita).post(f"{here}/outcome", form).text
    said = Page(weighed).words
    assert (
        "You're getting nothing in return yet. Ask for something in return, e.g. 5 of Hydraulic press HP-40;"
        in said
    )
    assert "Payment: 14 days net; Training." in said
    table.rita.edits("payment", value="14 days net")
    assert "getting nothing in return" not in site.browser(table.rita).post(f"{here}/outcome", form).text


def test_the_deal_tells_it_in_one_line(site: Site, table: Table) -> None:
    assert not page(site, table)['//p[contains(@class, "so-far")]']
    table.bea.proposes("press", unit_price="17200")
    table.rita.publishes("accept")
    said = page(site, table).region("Counteroffer").words
    assert "Since revision 1: given less by −2,500.00, received 0.00;" in said


def test_there_is_no_such_page_for_a_buyer(site: Site, table: Table) -> None:
    assert site.browser(table.bea).get(f"/deals/{table.deal_id}/concessions").status_code == 404
    assert site.browser(table.bea).get(f"/desk/deals/{table.deal_id}/concessions").status_code in (303, 401)


def test_the_totals_are_the_sums_of_the_rounds(site: Site, table: Table) -> None:
    """Also where one round takes back what an earlier one gave."""
    for price in ("17000", "17500", "16900"):
        table.bea.asks(table.bea.change("press", "unit_price", "16000"))
        table.mia.publishes({"line:press:unit_price": price})
    table.bea.ticks("training")
    table.bea.ticks("training", "false")
    found = site.database.read_now(lambda t: concessions.load(t, table.rita.deal))
    assert found.so_far is not None
    for way in ("given", "received"):
        parts = [part.money or 0 for each in found.rounds for part in getattr(each.trade, way)]
        assert getattr(found.so_far, way) == sum(parts)
    assert found.so_far.given < 0 < found.so_far.received
    assert found.so_far.trade.net == sum(each.trade.net for each in found.rounds)
    assert found.so_far.trade.net == found.so_far.given + found.so_far.received
    beside = site.database.read_now(lambda t: concessions.so_far(t, table.rita.deal))
    assert beside == found.so_far
