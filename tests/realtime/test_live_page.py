"""An open page in a real browser: equal to the deal through every cut, and never losing what a person wrote."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect
from sqlalchemy import update

from portal.commands import revoke_links
from portal.commands.unit_of_work import Database
from portal.storage import tables
from tests.cast import Seat, Table
from tests.conftest import NewContext
from tests.realtime.conftest import Server, StartServer

HIDE = """hidden => {
    Object.defineProperty(document, "hidden", {value: hidden, configurable: true});
    Object.defineProperty(document, "visibilityState", {value: hidden ? "hidden" : "visible", configurable: true});
    document.dispatchEvent(new Event("visibilitychange"));
}"""
# What the page has noticed of its line.
LINES = """
    window.lines = [];
    document.addEventListener("parley:line", event => window.lines.push(event.detail.live));
"""
# Lost connections are the story here; the browser says so in its console.
LOST = (
    r"WebSocket connection to",
    r"htmx:ws:error",
    r"ERR_CONNECTION_REFUSED",
    r"status of 429",
    r"ERR_FAILED",
)


class BuyersPage:
    """Bea's page: what she sees, and the wire between her and the server, which a test may disturb."""

    def __init__(self, page: Page, server: Server, table: Table) -> None:
        self.page, self.server, self.table = page, server, table
        self.wires: list[WebSocketRoute] = []
        self.blocked = False
        self.drop: set[int] = set()
        self.twice = False
        self.deaf = False
        page.add_init_script(LINES)
        page.route_web_socket("**/live**", self._wire)
        page.goto(f"{server.url}/deals/{table.deal_id}")

    def _wire(self, wire: WebSocketRoute) -> None:
        self.wires.append(wire)
        if self.blocked:
            wire.close(code=1013)
            return
        server = wire.connect_to_server()
        if self.deaf:
            wire.on_message(lambda message: None)
        server.on_message(lambda message: self._down(wire, message))

    def _down(self, wire: WebSocketRoute, message: str | bytes) -> None:
        seq = json.loads(message).get("seq")
        if seq in self.drop:
            self.drop.discard(seq)
            return
        wire.send(message)
        if self.twice:
            wire.send(message)

    def cut(self, code: int = 1012) -> None:
        self.wires[-1].close(code=code)

    def connected_again(self) -> None:
        while not self.page.evaluate("window.parley.send({type: 'seen', seq: 0})") or len(self.wires) < 2:
            pass

    def stop_the_clock(self) -> None:
        """The page's time stands until a test moves it (clock.run_for), however long the test itself takes."""
        self.page.clock.install()
        self.page.clock.pause_at(self.page.evaluate("Date.now()") + 5_000)

    def notices_the_cut(self) -> None:
        while self.page.evaluate("window.lines.at(-1) !== false"):
            pass

    def hide(self, hidden: bool = True) -> None:
        self.page.evaluate(HIDE, hidden)

    def write(self, text: str) -> None:
        self.page.get_by_label("Message").fill(text)

    def send(self, text: str) -> None:
        self.write(text)
        self.page.get_by_role("button", name="Send").click()

    def shows(self, *texts: str) -> None:
        """The log is exactly this, in this order, and nothing is on its way."""
        expect(self.page.locator("#log li")).to_have_text(list(texts))
        expect(self.page.locator("#log li.pending")).to_have_count(0)

    def status(self, text: str) -> None:
        expect(self.page.get_by_role("status", name="Connection")).to_have_text(text)


@pytest.fixture
def server(start_server: StartServer, request: pytest.FixtureRequest) -> Server:
    """Heartbeats are as far apart as in production, but where a test is about them."""
    return start_server(heartbeat=getattr(request, "param", 20.0))


@pytest.fixture
def bea(new_context: NewContext, server: Server, table: Table) -> Iterator[BuyersPage]:
    context = new_context(allow=LOST)
    context.add_cookies(
        [{"name": "parley_buyer", "value": table.cookies[table.bea.contact_id], "url": server.url}]
    )
    bea = BuyersPage(context.new_page(), server, table)
    bea.status("Live")
    yield bea
    bea.blocked = True


@pytest.fixture
def rita(table: Table) -> Seat:
    return table.rita


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


# ---- what a person writes ---------------------------------------------------------------------------------------------


def test_a_message_is_shown_at_once_and_once(bea: BuyersPage) -> None:
    bea.send("Could you do 17,200?")
    expect(bea.page.get_by_label("Message")).to_have_value("")
    bea.shows("Could you do 17,200?")
    bea.send("And week 12?")
    bea.shows("Could you do 17,200?", "And week 12?")


def test_a_socket_that_does_not_answer_is_given_up_for_a_form(bea: BuyersPage, table: Table) -> None:
    bea.deaf = True
    bea.cut()
    bea.connected_again()
    with bea.page.expect_request("**/messages") as posted:
        bea.send("Anybody there?")
        expect(bea.page.locator("#log li.pending")).to_have_text("Anybody there?Sending")
    assert "key=" in (posted.value.post_data or "")
    bea.shows("Anybody there?")


def test_a_refusal_stands_beside_the_text_it_refuses(bea: BuyersPage, table: Table) -> None:
    bea.send("x" * 15_000)
    expect(bea.page.locator("[data-problem]")).not_to_be_empty()
    expect(bea.page.get_by_label("Message")).to_have_value("x" * 15_000)
    expect(bea.page.get_by_label("Message")).to_be_focused()
    bea.send("Shorter")
    expect(bea.page.locator("[data-problem]")).to_be_empty()
    bea.shows("Shorter")


def test_no_server_no_loss(bea: BuyersPage) -> None:
    bea.server.stop()
    bea.send("While you are away")
    expect(bea.page.locator("#log li.pending")).to_contain_text("While you are away")
    expect(bea.page.locator(".pending-state")).to_have_text("Not sent yet. Trying again.")
    bea.server.start()
    expect(bea.page.locator("#log li[data-key]")).to_have_text(["While you are away"])
    bea.shows("While you are away")


def test_a_reload_in_the_middle_sends_once(bea: BuyersPage) -> None:
    posts: list[str] = []

    def hold(route: Route) -> None:
        posts.append(route.request.post_data or "")
        if len(posts) > 1:
            route.continue_()

    bea.deaf = True
    bea.cut()
    bea.connected_again()
    bea.page.route("**/messages", hold)
    with bea.page.expect_request("**/messages"):
        bea.send("On its way")
    bea.write("The next one")
    bea.page.reload()
    bea.shows("On its way")
    expect(bea.page.get_by_label("Message")).to_have_value("The next one")
    assert [post.partition("key=")[2].partition("&")[0] for post in posts] == [shown_key(bea)] * 2


def shown_key(bea: BuyersPage) -> str | None:
    return bea.page.locator("#log li").get_attribute("data-key")


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
