"""Taking back a revision on the rep's page: the button while it can be done, and the reason why it can't."""

from __future__ import annotations

from lxml import html

from portal.commands.deal import record_view
from tests.cast import Table
from tests.web.buyer.test_deal import page_of
from tests.web.conftest import Site


def moves(site: Site, table: Table) -> str:
    page = html.fromstring(site.browser(table.rita).get(f"/desk/deals/{table.deal_id}").text)
    return " ".join(page.get_element_by_id("moves").text_content().split())


def published(table: Table, price: str = "18000") -> None:
    table.rita.edits("press", unit_price=price)
    table.rita.publishes()


def test_a_revision_nobody_has_opened_is_taken_back(site: Site, table: Table) -> None:
    assert "Take back" not in moves(site, table)
    published(table)
    assert "Nobody at Oakum Foods has opened it." in moves(site, table)
    path = f"/desk/deals/{table.deal_id}/revisions/2/take-back"
    rita = site.browser(table.rita)
    assert rita.post(path, {"key": "t"}).status_code == 303
    assert rita.post(path, {"key": "t"}).status_code == 303
    assert table.rita.deal.revision == 3
    assert "only a newer revision corrects it" in moves(site, table)
    page = page_of(site, table.bea)
    assert "Rita took back revision 2 before anybody had opened it." in page.text("log")
    history = page.text("history")
    assert "takes back revision 2" in history
    assert "taken back before anybody had opened it" in history


def test_a_revision_that_was_opened_stays_and_the_page_says_so(site: Site, table: Table) -> None:
    published(table)
    table.vic.does(record_view.record_view)
    assert "Oakum Foods has opened revision 2; only a newer revision corrects it." in moves(site, table)
    refused = site.browser(table.rita).post(f"/desk/deals/{table.deal_id}/revisions/2/take-back")
    assert refused.status_code == 409
    assert "has opened revision 2" in refused.text
    assert table.rita.deal.revision == 2


def test_an_earlier_revision_is_offered_again(site: Site, table: Table) -> None:
    assert "Offer an earlier revision again" not in moves(site, table)
    published(table, "19000")
    assert "Offer an earlier revision again" in moves(site, table)
    rita, path = site.browser(table.rita), f"/desk/deals/{table.deal_id}/offer-again"
    refused = rita.post(path, {"revision": "1", "valid_until": "soon"})
    assert (refused.status_code, "is not a day" in refused.text) == (422, True)
    until = table.last_day.isoformat()
    assert rita.post(path, {"revision": "1", "valid_until": until, "key": "k"}).status_code == 303
    page = page_of(site, table.bea)
    assert "Rita offered revision 1 again, as revision 3." in page.text("log")
    assert "offers revision 1 again" in page.text("history")
