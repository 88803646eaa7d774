"""An open page says who else is here, who types, and what came while nobody looked."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.cast import Seat, Table
from tests.conftest import NewContext
from tests.realtime.live_page.buyers_page import LOST, BuyersPage


def test_who_is_here_and_who_types(bea: BuyersPage, new_context: NewContext, table: Table) -> None:
    context = new_context(allow=LOST)
    cookie = {"name": "parley_buyer", "value": table.cookies[table.sol.contact_id], "url": bea.server.url}
    context.add_cookies([cookie])
    sol = BuyersPage(context.new_page(), bea.server, table)
    expect(bea.page.locator("#presence")).to_have_text("Sol Iversen here")
    expect(sol.page.locator("#presence")).to_have_text("Bea Lund here")
    sol.page.get_by_label("Message").press_sequentially("We")
    expect(bea.page.locator("#typing")).to_have_text("Sol Iversen types")
    expect(bea.page.locator("#typing")).to_be_empty(timeout=15_000)


def test_looking_at_the_page_is_noted_after_a_second(bea: BuyersPage, table: Table) -> None:
    expect(bea.page.locator("#state")).to_have_text("viewed")
    assert table.bea.deal.position == 2


def test_the_title_counts_what_came_while_hidden(bea: BuyersPage, rita: Seat) -> None:
    bea.page.evaluate("document.getElementById('live')._htmx.ws.connection.config.pauseOnBackground = false")
    expect(bea.page).to_have_title("Two presses")
    bea.page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    rita.says("One")
    expect(bea.page).to_have_title("(1) Two presses")
    bea.hide(False)
    expect(bea.page).to_have_title("Two presses")
