"""From the mailed link to the order number: with everything, without scripts, and on a phone."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import BuyerPage, DealPage, Inbox
from tests.browser.room import PHONE, Room

PRESS, INSTALLATION = "Hydraulic press HP-40", "Installation"


def test_a_deal_is_done_live(room: Room) -> None:
    bea = BuyerPage(room.browser().new_page())
    bea.joins(room.link("bea"))
    expect(bea.heading).to_have_text(room.title)
    inbox = Inbox(room.browser().new_page())
    inbox.open(room.house.sign_in_link("rita"))
    inbox.button("Sign in").click()
    sol, rita = room.buyer("sol"), room.rep("rita")
    for screen in (bea, sol, rita, inbox):
        screen.is_live()

    bea.comments(PRESS, "Does the price include the light curtain?")
    expect(rita.line(PRESS)).to_contain_text("Does the price include the light curtain?")
    rita.comments(PRESS, "It does.")
    expect(bea.line(PRESS)).to_contain_text("It does.")
    bea.says("We could order this week.")
    rita.hears("We could order this week.")
    rita.says("Tell me what it takes.")
    for buyer in (bea, sol):
        buyer.hears("Tell me what it takes.")

    form = bea.changes(PRESS, unit_price="17,000", reason="Havn builds one for less.")
    expect(form.root.get_by_role("status")).to_contain_text("34,000.00")
    form.adds()
    bea.changes(INSTALLATION, quantity="32").adds()
    expect(bea.tray.get_by_role("listitem").last).to_contain_text(
        re.compile(r"Installation: Quantity\s+40\s.*\s32")
    )
    expect(rita.counteroffer).not_to_contain_text("17,000.00")
    bea.sends_counteroffer()

    expect(inbox.row(room.name)).to_contain_text("Counteroffer: 2 changes")
    expect(rita.ask(f"{PRESS}: Unit price")).to_contain_text("17,000.00")
    expect(rita.ask(f"{PRESS}: Unit price")).to_contain_text("Havn builds one for less.")
    expect(sol.line(PRESS)).to_contain_text("asked 17,000.00")

    # Sol is in the middle of two sentences when the answer comes.
    sol.message.fill("Before we sign, ")
    open_form = sol.changes(PRESS, quantity="3", reason="Perhaps one more")
    typed = [sol.message, open_form.field("Quantity"), open_form.field("Reason")]
    same = [_identity(each) for each in typed]
    rita.counters(f"{PRESS}: Unit price", "17,800")
    rita.accepts(f"{INSTALLATION}: Quantity")
    expect(rita.counteroffer).to_contain_text("less by −")
    rita.publishes(2)

    for page in (bea, sol):
        expect(page.region("Summary")).to_contain_text("EUR 49,218.40")
        expect(page.line(PRESS).get_by_role("deletion")).to_have_text(["was 18,450.00", "was 36,900.00"])
        expect(page.line(PRESS).get_by_role("insertion")).to_have_text(["17,800.00", "35,600.00"])
        expect(page.line(INSTALLATION).get_by_role("insertion").first).to_contain_text("32")
        expect(page.page.get_by_role("main")).to_contain_text("Rita Holm published revision 2.")
    assert [_identity(each) for each in typed] == same
    expect(sol.message).to_have_value("Before we sign, ")
    expect(open_form.field("Quantity")).to_have_value("3")
    expect(open_form.field("Reason")).to_have_value("Perhaps one more")
    sol.message.fill("")

    acceptance = sol.reviews(2)
    expect(acceptance.root).to_contain_text("EUR 49,218.40")
    acceptance.signs()
    acceptance.places_order()
    number = _order_number(sol)
    for screen in (bea, rita):
        expect(screen.page.get_by_role("main")).to_contain_text(number)
        expect(screen.state).to_have_text("accepted")
    expect(inbox.row(room.name)).to_contain_text("Accepted")
    assert _confirmations(room, sol.page, number) == {"bea@oakum.example", "sol@oakum.example"}


@pytest.mark.parametrize(
    "device",
    [{"java_script_enabled": False}, PHONE, {**PHONE, "java_script_enabled": False}],
    ids=["without scripts", "on a phone", "on a phone, without scripts"],
)
def test_a_deal_is_done(room: Room, device: dict[str, Any]) -> None:
    bea, sol, rita = room.buyer("bea", **device), room.buyer("sol", **device), room.rep("rita", **device)
    bea.comments(PRESS, "Does the price include the light curtain?")
    rita.hears("Does the price include the light curtain?")
    bea.says("We could order this week.")
    rita.says("Tell me what it takes.")
    bea.hears("Tell me what it takes.")

    bea.changes(PRESS, unit_price="17,000", reason="Havn builds one for less.").adds()
    bea.changes(INSTALLATION, quantity="32").adds()
    expect(bea.tray).to_contain_text("17,000.00")
    bea.sends_counteroffer()

    _answers(rita)
    sol.looks_again()
    summary = sol.sheet("Summary")
    expect(summary).to_contain_text("EUR 49,218.40")
    sol.puts_away(summary)
    expect(sol.line(PRESS)).to_contain_text("was 18,450.00 17,800.00")
    acceptance = sol.reviews(2)
    acceptance.signs()
    acceptance.places_order()
    number = _order_number(sol)
    for screen in (bea, rita):
        screen.looks_again()
        expect(screen.page.get_by_role("main")).to_contain_text(number)


def _answers(rita: DealPage) -> None:
    rita.looks_again()
    rita.counters(f"{PRESS}: Unit price", "17,800")
    rita.accepts(f"{INSTALLATION}: Quantity")
    rita.publishes(2)
    expect(rita.page.get_by_role("main")).to_contain_text("Rita Holm published revision 2.")


def _order_number(buyer: BuyerPage) -> str:
    placed = buyer.page.get_by_text("is placed")
    expect(placed).to_be_visible()
    return placed.inner_text().split()[1]


def _identity(field: Locator) -> Any:
    """Marks the element itself: one that is put in its place later has no mark."""
    return field.evaluate("element => element.mark ??= Math.random()")


def _confirmations(room: Room, page: Page, number: str) -> set[str]:
    """Who got mail about the order."""
    letters = page.request.get(f"{room.house.server.url}/dev/mailbox.json").json()
    return {
        letter["to"]
        for letter in letters
        if letter["template"] == "order_confirmation" and number in letter["text"]
    }
