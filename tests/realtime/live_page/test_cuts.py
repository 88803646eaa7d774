"""An open page is equal to the deal through every cut."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect
from sqlalchemy import update

from portal.commands.people import revoke_links
from portal.database.database import Database
from portal.storage import tables
from tests.cast import Seat, Table
from tests.realtime.live_page.buyers_page import BuyersPage


def test_what_others_say_appears(bea: BuyersPage, rita: Seat) -> None:
    rita.says("Good morning")
    rita.says('{"content": "<b>mine</b>", "target": "body"}')
    rita.says("<img src=x onerror=alert(1)>")
    bea.shows("Good morning", '{"content": "<b>mine</b>", "target": "body"}', "<img src=x onerror=alert(1)>")


def test_other_events_redraw_their_regions(bea: BuyersPage, table: Table) -> None:
    table.sol.proposes("press", unit_price="17200")
    expect(bea.page.locator("#state")).to_have_text("counteroffer")


def test_what_came_twice_is_shown_once(bea: BuyersPage, rita: Seat) -> None:
    bea.twice = True
    rita.says("One")
    rita.says("Two")
    bea.shows("One", "Two")
    assert len(bea.wires) == 1, "and nothing was fetched again"


def test_what_was_lost_on_the_way_is_fetched(bea: BuyersPage, rita: Seat, table: Table) -> None:
    rita.says("One")
    bea.shows("One")
    position = table.bea.deal.position
    bea.drop = {position + 1}
    rita.says("Two")
    rita.says("Three")
    bea.shows("One", "Two", "Three")
    assert len(bea.wires) == 2


@pytest.mark.parametrize("server", [0.3], indirect=True)
def test_a_lost_frame_with_nothing_behind_it_is_noticed_by_the_heartbeat(
    bea: BuyersPage, rita: Seat, table: Table
) -> None:
    expect(bea.page.locator("#state")).to_have_text("viewed")
    bea.drop = {table.bea.deal.position + 1}
    rita.says("One")
    bea.shows("One")


def test_a_cut_is_no_news_for_two_seconds_and_then_said_quietly(bea: BuyersPage, rita: Seat) -> None:
    bea.stop_the_clock()
    bea.blocked = True
    bea.cut()
    bea.notices_the_cut()
    rita.says("Meanwhile")
    bea.page.clock.run_for(1500)
    bea.status("Live")
    bea.page.clock.run_for(1000)
    bea.status("Reconnecting")
    bea.blocked = False
    bea.page.clock.resume()
    bea.shows("Meanwhile")
    bea.status("Live")


def test_a_hidden_page_catches_up_when_it_is_shown(bea: BuyersPage, rita: Seat) -> None:
    rita.says("Before")
    bea.shows("Before")
    expect(bea.page.locator("#state")).to_have_text("viewed")
    # What is told of what was missed is told once it has been quiet for a while.
    bea.stop_the_clock()
    bea.hide()
    rita.says("Two")
    rita.says("Three")
    bea.hide(False)
    while len(bea.wires) < 2:
        bea.page.clock.run_for(100)
    bea.shows("Before", "Two", "Three")
    bea.page.clock.run_for(600)
    expect(bea.page.locator("#away")).to_have_text("2 updates")
    assert f"after={bea.table.bea.deal.position - 2}" in bea.wires[-1].url


def test_hidden_and_shown_again_and_again(bea: BuyersPage, rita: Seat) -> None:
    said = []
    for number in range(6):
        bea.hide()
        rita.says(f"Message {number}")
        said.append(f"Message {number}")
        bea.hide(False)
        if number % 2:
            bea.shows(*said)
    bea.shows(*said)


def test_without_sockets_the_page_polls(bea: BuyersPage, rita: Seat) -> None:
    bea.page.clock.install()
    bea.blocked = True
    bea.cut()
    rita.says("One")
    bea.page.clock.run_for(9000)
    bea.shows("One")
    rita.says("Two")
    bea.page.clock.run_for(5000)
    bea.shows("One", "Two")
    bea.status("Live")
    bea.send("By form")
    bea.shows("One", "Two", "By form")
    # And sockets again, once they can be had.
    bea.blocked = False
    bea.page.clock.run_for(70_000)
    rita.says("Three")
    bea.shows("One", "Two", "By form", "Three")


@pytest.mark.parametrize("code", [4401, 4403, 4404])
def test_a_page_that_has_ended_says_what_next(bea: BuyersPage, code: int) -> None:
    bea.write("Half a sentence")
    bea.cut(code)
    expect(bea.page.get_by_role("heading", name="This page has ended")).to_be_focused()
    expect(bea.page.get_by_label("Message")).to_have_value("Half a sentence")
    assert len(bea.wires) == 1


def test_a_revoked_link_ends_the_page(bea: BuyersPage, table: Table) -> None:
    table.rita.does(revoke_links.revoke_links, table.bea.contact_id)
    expect(bea.page.get_by_role("alert").filter(has_text="This page has ended")).to_be_visible()


def test_a_restored_database_loads_the_page_afresh_once(
    bea: BuyersPage, rita: Seat, database: Database
) -> None:
    bea.write("Half a sentence")
    rita.says("Kept")
    bea.shows("Kept")
    with bea.page.expect_event("load"), database.store.writer.connect() as connection, connection.begin():
        connection.execute(update(tables.installation).values(epoch="restored"))
    bea.shows("Kept")
    expect(bea.page.get_by_label("Message")).to_have_value("Half a sentence")
    bea.status("Live")
    # Told so again at once, it stays and goes on by polling instead of spinning.
    bea.page.evaluate("window.stayed = true")
    bea.wires[-1].send('{"reload":true}')
    bea.cut(1000)
    rita.says("Still here")
    expect(bea.page.locator("#log li")).to_have_text(["Kept", "Still here"])
    assert bea.page.evaluate("window.stayed") is True
