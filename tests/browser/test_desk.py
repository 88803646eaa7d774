"""What only reps have: the inbox by keys, rows that wait, answers that survive what comes in, pages open to everybody."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.room import PHONE, Room

PRESS, INSTALLATION = "Hydraulic press HP-40", "Installation"
PRICE, QUANTITY = f"{PRESS}: Unit price", f"{PRESS}: Quantity"


def test_the_inbox_is_walked_by_keys(new_room: Callable[..., Room]) -> None:
    rooms = [new_room(), new_room()]
    for room in rooms:
        room.elsewhere("bea").says("Hello?")
    inbox = rooms[0].inbox("rita")
    inbox.is_live()
    keys = inbox.page.keyboard
    keys.press("/")
    expect(inbox.page.get_by_role("searchbox")).to_be_focused()
    keys.type("hall jk")
    expect(inbox.page.get_by_role("searchbox")).to_have_value("hall jk")
    keys.press("Escape")
    inbox.page.get_by_role("searchbox").blur()
    keys.press("j")
    first = inbox.region("Inbox").get_by_role("row").nth(1)
    expect(first.get_by_role("link")).to_be_focused()
    keys.press("j")
    keys.press("k")
    expect(first.get_by_role("link")).to_be_focused()
    keys.press("?")
    expect(inbox.page.get_by_text("next and previous deal")).to_be_visible()
    keys.press("j")
    name = first.get_by_role("link").inner_text()
    keys.press("Enter")
    expect(inbox.heading).to_have_text(name)


def test_single_keys_can_be_switched_off(room: Room) -> None:
    inbox = room.inbox("rita")
    inbox.page.keyboard.press("?")
    inbox.page.get_by_role("checkbox", name="Turn on shortcuts").uncheck()
    inbox.page.get_by_role("checkbox", name="Turn on shortcuts").blur()
    inbox.page.keyboard.press("/")
    expect(inbox.page.get_by_role("searchbox")).not_to_be_focused()


def test_new_rows_wait_while_somebody_reads_the_list(room: Room, new_room: Callable[..., Room]) -> None:
    room.elsewhere("bea").says("Hello?")
    inbox = room.inbox("rita")
    inbox.is_live()
    inbox.row(room.name).get_by_role("link").focus()
    newcomer = new_room()
    newcomer.elsewhere("bea").says("Is anybody there?")
    waiting = inbox.button("1 new")
    expect(waiting).to_be_visible()
    expect(inbox.row(newcomer.name)).to_have_count(0)
    # What changes in a row that is there already changes in place, and the focus stays in it.
    room.elsewhere("bea").says("And another question.")
    expect(inbox.row(room.name)).to_contain_text("And another question.")
    expect(inbox.row(room.name).get_by_role("link")).to_be_focused()
    waiting.click()
    expect(inbox.row(newcomer.name)).to_be_visible()
    expect(waiting).to_be_hidden()


def test_a_row_leaves_the_tab_it_no_longer_belongs_to(room: Room) -> None:
    room.elsewhere("bea").says("Hello?")
    inbox = room.inbox("rita")
    inbox.open(f"{room.house.server.url}/desk?tab=needs")
    inbox.is_live()
    expect(inbox.row(room.name)).to_be_visible()
    room.elsewhere("rita").says("Good morning.")
    expect(inbox.row(room.name)).to_have_count(0)


def test_what_is_ticked_and_typed_survives_another_ask(room: Room) -> None:
    room.elsewhere("bea").asks_for("press", unit_price="17000")
    rita = room.rep("rita")
    rita.is_live()
    rita.counters(PRICE, "17,800")
    note = rita.page.get_by_role("textbox", name="Internal note", exact=True)
    note.fill("Ask Mia about")
    room.elsewhere("sol").asks_for("install", quantity="32")
    expect(rita.ask(f"{INSTALLATION}: Quantity")).to_be_visible()
    expect(rita.ask(PRICE).get_by_role("radio", name="Counter", exact=True)).to_be_checked()
    expect(rita.ask(PRICE).get_by_label("Counter value", exact=True)).to_have_value("17,800")
    expect(note).to_have_value("Ask Mia about")
    # The foot counts what is ticked, also after the region was drawn anew.
    expect(rita.counteroffer).to_contain_text("less by −1,300.00")


def test_the_foot_tells_what_an_answer_costs_and_who_must_approve(room: Room) -> None:
    room.elsewhere("bea").asks_for("press", unit_price="15000")
    rita, mia = room.rep("rita"), room.rep("mia")
    rita.is_live()
    rita.accepts(PRICE)
    expect(rita.counteroffer).to_contain_text(f"{PRESS} at 15,000.00, floor 15,919.13")
    expect(rita.counteroffer).to_contain_text("A manager must approve this")
    rita.declines(PRICE)
    expect(rita.counteroffer).not_to_contain_text("A manager must approve this")
    rita.accepts(PRICE)
    rita.asks_for_approval()
    expect(rita.counteroffer).to_contain_text("Waiting for approval")
    # Her colleague's open page hears of it without being loaded again.
    expect(mia.counteroffer).to_contain_text("Waiting for approval")
    mia.open(f"{room.house.server.url}/desk/approvals")
    card = mia.page.get_by_role("article", name=room.title)
    card.get_by_role("textbox", name="Note for the team").fill("Once.")
    card.get_by_role("button", name="Approve and publish revision 2").click()
    expect(card).to_have_count(0)
    expect(rita.page.get_by_role("main")).to_contain_text("revision 2")
    expect(rita.counteroffer).not_to_contain_text("Waiting for approval")


def test_own_changes_are_shared_by_the_reps_and_published(room: Room) -> None:
    rita = room.rep("rita")
    rita.is_live()
    rita.changes(INSTALLATION, quantity="30").adds()
    expect(rita.page.get_by_role("status", name="Done")).to_have_text("Added to revision 2")
    expect(rita.counteroffer).to_contain_text("Installation: Quantity")
    mia = room.rep("mia")
    expect(mia.counteroffer).to_contain_text("Installation: Quantity")
    rita.publishes(2)
    expect(mia.line(INSTALLATION).get_by_role("insertion").first).to_contain_text("30")
    expect(mia.counteroffer).not_to_contain_text("Installation: Quantity")


def test_an_own_change_that_can_not_be_is_told_in_the_form(room: Room, new_context: Any) -> None:
    rita = room.rep("rita", allow=("422",))
    form = rita.changes(INSTALLATION, quantity="many")
    form.root.get_by_role("button", name="Add to counteroffer", exact=True).click()
    expect(form.root.get_by_role("alert")).to_contain_text("“many” is not a number")
    expect(form.field("Quantity")).to_have_value("many")
    form.field("Quantity").fill("30")
    form.adds()
    expect(rita.button(f"Change {INSTALLATION}")).to_be_focused()


def test_notes_come_to_colleagues_and_to_nobody_else(room: Room) -> None:
    rita, mia, bea = room.rep("rita"), room.rep("mia"), room.buyer("bea")
    for screen in (rita, mia, bea):
        screen.is_live()
    rita.notes("They are in a hurry.")
    expect(mia.region("Internal notes")).to_contain_text("They are in a hurry.")
    rita.says("Good morning.")
    bea.hears("Good morning.")
    assert "hurry" not in bea.page.content()


def test_a_counteroffer_is_answered_by_keyboard_alone(room: Room) -> None:
    room.elsewhere("bea").asks_for("press", unit_price="17000", quantity="3")
    rita = room.rep("rita")
    rita.is_live()
    keys = rita.page.keyboard
    reach(rita.page, "radio", "Accept", within=PRICE)
    keys.press("ArrowRight")
    keys.press("ArrowRight")
    expect(rita.ask(PRICE).get_by_role("radio", name="Counter", exact=True)).to_be_checked()
    keys.press("Tab")
    keys.type("17,800")
    reach(rita.page, "radio", "Accept", within=QUANTITY)
    keys.press("Space")
    reach(rita.page, "textbox", "Note to the buyers")
    keys.type("Our best.")
    reach(rita.page, "button", f"Send revision 2 to {room.company}")
    keys.press("Enter")
    expect(rita.line(PRESS).get_by_role("insertion").first).to_contain_text("3")
    expect(rita.page.get_by_role("main")).to_contain_text("Our best.")


def reach(page: Page, role: Any, name: str, *, within: str | None = None) -> None:
    """Tab until the control has the focus, as somebody without a mouse does; it must not take a hundred."""
    scope = page.get_by_role("group", name=within, exact=True) if within else page
    wanted = scope.get_by_role(role, name=name, exact=True)
    expect(wanted).to_be_visible()
    for _ in range(100):
        if wanted.evaluate("element => element === document.activeElement"):
            return
        page.keyboard.press("Tab")
    pytest.fail(f"Tab does not lead to {name}")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(
    "device", [{"viewport": {"width": 1280, "height": 900}}, PHONE], ids=["wide", "phone"]
)
def test_axe_finds_nothing_on_any_page_of_the_desk(
    room: Room, axe: Callable[..., list[str]], device: dict[str, Any], scheme: str
) -> None:
    room.elsewhere("bea").asks_for("press", unit_price="15000", quantity="3")
    room.elsewhere("mia").edits("install", quantity="30")
    room.elsewhere("rita").notes("They are in a hurry.")
    mia = room.rep("mia", color_scheme=scheme, **device)
    mia.is_live()
    mia.accepts(PRICE)
    mia.button(f"Change {INSTALLATION}").click()
    expect(mia.form(INSTALLATION).root).to_be_visible()
    assert axe(mia.page) == [], "the deal"
    deal = f"/desk/deals/{room.deal_id}"
    for address in (
        *("/desk", "/desk/quotes/new", "/desk/approvals", "/desk/handoffs", "/desk/handoffs?mail=1"),
        *("/desk/policies", "/desk/policies/new"),
        *("/desk/insights", "/desk/settings", f"{deal}/preview", f"{deal}/compare", f"{deal}/revisions/1"),
    ):
        mia.open(room.house.server.url + address)
        expect(mia.page.locator("h1").first).to_be_visible()
        assert axe(mia.page) == [], address
        width = mia.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
        assert width[0] <= width[1], f"{address} scrolls sideways"
