"""An open page never loses what a person wrote, and never sends it twice."""

from __future__ import annotations

from playwright.sync_api import Route, expect

from tests.cast import Table
from tests.realtime.live_page.buyers_page import BuyersPage


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
