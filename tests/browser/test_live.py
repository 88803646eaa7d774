"""Whatever happens to its socket, a page that stayed open says the same as one that is loaded now."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.pages import BuyerPage, DealPage
from tests.browser.room import Room
from tests.browser.wire import Wire, hide, show

PRESS = "Hydraulic press HP-40"
REGIONS = ("Line items", "Terms", "Summary", "Conversation", "History")


def words(region: Locator) -> str:
    return " ".join((region.text_content() or "").split())


def says_the_same_as_a_fresh_page(screen: BuyerPage | DealPage) -> None:
    # Who is typing is shown to those who were there when it was told, and only for a moment.
    expect(screen.page.locator("#typing")).to_be_empty()
    fresh = type(screen)(screen.page.context.new_page())
    fresh.open(screen.page.url)
    for name in REGIONS:
        assert words(screen.region(name)) == words(fresh.region(name)), name
    fresh.page.close()


def goings_on(room: Room) -> None:
    """One of each kind of event that changes the page."""
    rita, bea = room.elsewhere("rita"), room.elsewhere("bea")
    bea.says("First.")
    rita.says("Second.", anchor="line:press")
    bea.asks_for("press", unit_price="17000.00")
    rita.offers("install", quantity="36")
    bea.ticks_box("training")
    rita.says("Last.")


@pytest.fixture
def seats(room: Room) -> tuple[BuyerPage, DealPage, Wire, Wire]:
    """Sol's page and Rita's, each with its wire."""
    sol, rita = room.browser("sol"), room.browser("rita")
    wires = Wire(sol), Wire(rita)
    buyer, rep = BuyerPage(sol.new_page()), DealPage(rita.new_page())
    buyer.open(room.address)
    rep.open(room.desk_address)
    for screen in (buyer, rep):
        screen.is_live()
    return buyer, rep, *wires


def test_frames_as_they_come(room: Room, seats: tuple[BuyerPage, DealPage, Wire, Wire]) -> None:
    goings_on(room)
    for screen in seats[:2]:
        screen.hears("Last.")
    assert [wire.opened for wire in seats[2:]] == [1, 1]
    for screen in seats[:2]:
        says_the_same_as_a_fresh_page(screen)


@pytest.mark.parametrize("trouble", ["lost", "doubled"])
def test_frames_lost_and_doubled(
    room: Room, seats: tuple[BuyerPage, DealPage, Wire, Wire], trouble: str
) -> None:
    for wire in seats[2:]:
        setattr(wire, trouble, 2)
    goings_on(room)
    for screen in seats[:2]:
        screen.hears("First.")
        screen.hears("Last.")
    # A hole is noticed, and closed by asking again from where it began; what comes twice is dropped.
    assert all((wire.opened > 1) == (trouble == "lost") for wire in seats[2:])
    for screen in seats[:2]:
        says_the_same_as_a_fresh_page(screen)


def test_a_socket_that_is_cut(room: Room, seats: tuple[BuyerPage, DealPage, Wire, Wire]) -> None:
    buyer, rep, *wires = seats
    for wire in wires:
        wire.down = True
        wire.cut()
    goings_on(room)
    for screen in (buyer, rep):
        expect(screen.connection).to_have_text("Reconnecting")
    for wire in wires:
        wire.down = False
    for screen in (buyer, rep):
        screen.is_live()
        screen.hears("Last.")
        says_the_same_as_a_fresh_page(screen)


def test_a_tab_that_is_hidden_and_shown(room: Room, seats: tuple[BuyerPage, DealPage, Wire, Wire]) -> None:
    buyer, rep, *_ = seats
    title = rep.page.title()
    for screen in (buyer, rep):
        hide(screen.page)
    goings_on(room)
    # The desk listens on in the background and counts; a buyer's phone does not.
    expect(rep.page).to_have_title(re.compile(rf"^\(\d\) {room.title}"))
    for screen in (buyer, rep):
        show(screen.page)
    # Told for some seconds: it is looked for first.
    expect(buyer.page.get_by_text("while you were away")).to_be_visible()
    expect(rep.page).to_have_title(title)
    for screen in (buyer, rep):
        screen.is_live()
        screen.hears("Last.")
        says_the_same_as_a_fresh_page(screen)


def test_where_sockets_are_blocked(room: Room) -> None:
    context = room.browser("sol")
    Wire(context).down = True
    page = context.new_page()
    page.clock.install()
    sol = BuyerPage(page)
    sol.open(room.address)
    # Its time stands, but for what is waited for here: two seconds until it is told, eight until it polls.
    page.clock.pause_at(page.evaluate("Date.now()") + 1_000)
    while sol.connection.text_content() != "Reconnecting":
        page.clock.run_for(500)
    goings_on(room)
    page.clock.run_for(8_000)
    page.clock.resume()
    sol.hears("Last.")
    says_the_same_as_a_fresh_page(sol)
    # It is as good as live, and a message goes by form.
    sol.is_live()
    sol.says("Hello from behind the proxy.")
    sol.hears("Hello from behind the proxy.")


@pytest.mark.parametrize("trouble", ["down", "deaf"])
def test_what_is_said_while_the_socket_is_gone_arrives_once(
    room: Room, seats: tuple[BuyerPage, DealPage, Wire, Wire], trouble: str
) -> None:
    """`down`: it cannot be sent. `deaf`: it is sent and arrives, and the answer is lost."""
    buyer, rep, wire, _ = seats
    setattr(wire, trouble, True)
    if trouble == "down":
        wire.cut()
    buyer.message.fill("Are you there?")
    buyer.message.press("Control+Enter")
    expect(buyer.message).to_have_value("")
    rep.hears("Are you there?")
    # What was posted is on the page, without waiting for the socket.
    expect(buyer.region("Conversation").get_by_text("Sending", exact=True)).to_have_count(0)
    setattr(wire, trouble, False)
    if trouble == "deaf":
        wire.cut()
    room.elsewhere("rita").says("Yes.")
    for screen in (buyer, rep):
        screen.hears("Yes.")
        screen.hears("Are you there?")
        says_the_same_as_a_fresh_page(screen)
