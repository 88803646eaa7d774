"""Options, choices and if-you-then offers are put together in the tray, and confirmed once."""

from __future__ import annotations

from typing import Any

from tests.cast import Table
from tests.web.buyer.sending import changing, in_tray, send
from tests.web.buyer.test_deal import page_of
from tests.web.conftest import Site
from tests.web.desk import test_standing_offers as standing_offers
from tests.web.page import Page


def test_an_option_is_put_into_the_tray_and_confirmed_once(site: Site, table: Table) -> None:
    for choice in ("line:training:selected:true", "line:panel-touch:choice:true"):
        answer = send(site, table.bea, "/choices", choice=choice, revision="1")
        assert (answer.status_code, answer.headers["location"]) == (303, f"/deals/{table.deal_id}#tray")
    assert table.bea.deal.revision == 1
    page = page_of(site, table.bea)
    assert "Review and confirm" in page.buttons()
    assert "Send counteroffer" not in page.buttons()
    assert "Training: Include left out → becomes included" in page.text("tray")
    dialog = page_of(site, table.bea, "?compose=1")
    for told in ("Training", "Control panel, touch", "Control panel, keys", "New total EUR"):
        assert told in dialog.text("composition")
    assert "Change the options" in dialog.buttons()
    both = ["line:training:selected:true", "line:panel-touch:choice:true"]
    confirmed: dict[str, Any] = {**dialog.form("composition-form"), "choice": both}
    answer = site.browser(table.bea).post(f"/deals/{table.deal_id}/composition", confirmed)
    assert answer.status_code == 303
    assert table.bea.deal.revision == 2
    assert in_tray(site, table.bea) == {}


def test_a_composition_that_is_stale_shows_what_changed_and_asks_again(site: Site, table: Table) -> None:
    send(site, table.bea, "/choices", choice="line:training:selected:true", revision="1")
    confirmed = page_of(site, table.bea, "?compose=1").form("composition-form")
    table.rita.edits("press", unit_price="18000")
    table.rita.publishes()
    stale = Page(site.browser(table.bea).post(f"/deals/{table.deal_id}/composition", confirmed).text)
    assert "Revision 2 arrived meanwhile: Hydraulic press HP-40 changed." in stale.text("composition")
    again = stale.form("composition-form")
    assert again["revision"] == "2"
    site.browser(table.bea).post(f"/deals/{table.deal_id}/composition", again)
    assert table.bea.deal.revision == 3


def test_beside_a_request_options_go_with_it_or_by_themselves(site: Site, table: Table) -> None:
    send(site, table.bea, "/lines/press/change", **changing(unit_price="17200"))
    send(site, table.bea, "/choices", choice="line:training:selected:true", revision="1")
    buttons = page_of(site, table.bea).buttons()
    assert {"Send counteroffer", "Apply options now"} <= buttons
    confirmed = page_of(site, table.bea, "?compose=1").form("composition-form")
    site.browser(table.bea).post(f"/deals/{table.deal_id}/composition", confirmed)
    assert in_tray(site, table.bea) == {"line:press:unit_price": "17200.000000"}


def test_an_offer_that_is_used_in_a_request_is_named_wherever_it_waits(site: Site, table: Table) -> None:
    rep, desk = site.browser(table.rita), f"/desk/deals/{table.deal_id}"
    rep.post(f"{desk}/offers/_/change", standing_offers.typed("Five presses, paid early"))
    table.rita.publishes()
    send(site, table.bea, "/offers/five-presses-paid-early/take", revision="2")
    send(site, table.bea, "/lines/install/change", quantity="30", reason="")
    here = f"/deals/{table.deal_id}"
    for path in ("", "/scenarios", "/board"):
        assert site.browser(table.bea).get(f"{here}{path}").status_code == 200
    assert "Five presses, paid early: Use not used → becomes used" in page_of(site, table.bea).text("tray")
    form = {**page_of(site, table.bea).form("tray-form"), "package": "1"}
    assert send(site, table.bea, "/counteroffer", **form).status_code == 303
    assert "Five presses, paid early" in page_of(site, table.bea).text("sent")
    for path in ("", "/board", "/revisions/2", "/proposal.pdf"):
        assert site.browser(table.bea).get(f"{here}{path}").status_code == 200, path
    for path in ("", "/board", "/concessions"):
        assert rep.get(f"{desk}{path}").status_code == 200, path
    assert "Five presses, paid early: Use" in rep.get(desk).text
    table.rita.publishes("accept")
    assert table.bea.offer.standing_offers[0].taken
