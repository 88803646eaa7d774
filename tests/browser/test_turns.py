"""The turns a negotiation takes besides the straight one."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import Route, expect

from tests.browser.pages import BuyerPage
from tests.browser.room import PHONE, Room

PRESS, INSTALLATION, TRAINING = "Hydraulic press HP-40", "Installation", "Training"


def test_options_are_put_together_and_sent_once(room: Room) -> None:
    bea, sol, rita = room.buyer("bea"), room.buyer("sol"), room.rep("rita")
    for screen in (bea, sol, rita):
        screen.is_live()
    bea.button(f"Add {TRAINING}").click()
    bea.button("Choose Control panel, touch").click()
    expect(bea.tray).to_contain_text("Control panel, touch")
    assert room.elsewhere("bea").deal.revision == 1
    dialog = bea.composition()
    for told in (TRAINING, "Control panel, touch", "Control panel, keys", "New total EUR"):
        expect(dialog).to_contain_text(told)
    dialog.get_by_role("button", name="Change the options", exact=True).click()
    for buyer in (bea, sol):
        expect(buyer.line(TRAINING)).to_contain_text("Now included")
        expect(buyer.line("Control panel, keys")).to_contain_text("Now left out")
        expect(buyer.button(f"Remove {TRAINING}")).to_be_visible()
    expect(bea.tray).to_contain_text("No changes yet.")
    expect(rita.line(TRAINING)).to_contain_text("Now included")
    assert sol.reviews(2).root.is_visible()


def test_without_scripts_a_choice_is_confirmed_as_well(room: Room) -> None:
    bea = room.buyer("bea", java_script_enabled=False)
    bea.composes("Choose Control panel, touch")
    expect(bea.line("Control panel, touch")).to_contain_text("1,800.00")
    expect(bea.line("Control panel, keys")).to_contain_text("Now left out")
    expect(bea.region("Summary")).to_contain_text("EUR 53,431.00")


@pytest.mark.parametrize("scripts", [True, False])
def test_a_stale_counteroffer_is_shown_before_it_leaves(room: Room, scripts: bool) -> None:
    bea = room.buyer("bea", java_script_enabled=scripts, allow=("409",))
    bea.changes(INSTALLATION, quantity="36").adds()
    form = bea.page.locator("#tray-form [name=revision]")
    room.elsewhere("rita").offers("press", unit_price="18000")
    if scripts:
        # The page hears of the revision, and shows the draft against it.
        expect(form).to_have_value("2")
    else:
        expect(form).to_have_value("1")
        bea.button("Send counteroffer").click()
        expect(bea.tray).to_contain_text("Revision 2 arrived meanwhile: Hydraulic press HP-40 changed.")
        expect(form).to_have_value("2")
    bea.sends_counteroffer()
    expect(bea.region("Waiting for an answer")).to_contain_text(INSTALLATION)


def test_below_the_floor_a_manager_approves(room: Room) -> None:
    bea, rita = room.buyer("bea"), room.rep("rita")
    for screen in (bea, rita):
        screen.is_live()
    room.elsewhere("bea").asks_for("press", unit_price="15000.00")
    rita.accepts(f"{PRESS}: Unit price")
    expect(rita.counteroffer).to_contain_text("A manager must approve this before it is sent.")
    rita.asks_for_approval()
    expect(rita.counteroffer).to_contain_text("Waiting for approval")
    expect(bea.page.get_by_role("main")).to_contain_text("Sent to Kestrel Machines on")
    assert "approv" not in bea.page.content().lower()

    approvals = room.browser("mia").new_page()
    approvals.goto(f"{room.house.server.url}/desk/approvals")
    waiting = approvals.get_by_role("article", name=room.name)
    expect(waiting).to_contain_text("below floor", ignore_case=True)
    waiting.get_by_role("button", name="Approve and publish revision 2").click()
    expect(approvals.get_by_role("article", name=room.name)).to_have_count(0)
    expect(bea.line(PRESS).get_by_role("insertion").first).to_have_text("15,000.00")
    expect(rita.page.get_by_role("main")).to_contain_text("revision 2")


def test_a_buyer_declines_and_a_rep_reopens(room: Room) -> None:
    bea, sol, rita = room.buyer("bea"), room.buyer("sol"), room.rep("rita")
    for screen in (bea, sol, rita):
        screen.is_live()
    sol.declines("The budget is gone.")
    for screen in (bea, sol, rita):
        expect(screen.state).to_have_text("declined")
        expect(screen.page.get_by_role("main")).to_contain_text("The budget is gone.")
    for name in ("Review and accept", "Decline", f"Change {PRESS}"):
        expect(sol.button(name)).to_have_count(0)
    expect(bea.tray).to_be_hidden()
    # Talking goes on.
    bea.says("Perhaps next year.")
    rita.hears("Perhaps next year.")

    rita.page.get_by_text("Reopen", exact=True).click()
    rita.button("Reopen with a new revision").click()
    expect(sol.state).to_have_text("in negotiation")
    expect(sol.button("Review and accept")).to_be_visible()
    expect(bea.tray).to_be_visible()


def test_a_rep_withdraws(room: Room) -> None:
    sol, rita = room.buyer("sol"), room.rep("rita")
    sol.is_live()
    form = sol.changes(PRESS, quantity="3")
    expect(form.root.get_by_role("status")).to_contain_text("55,350.00")
    rita.page.get_by_text("Withdraw", exact=True).click()
    rita.page.get_by_label("Reason, shown to the buyers").fill("The presses are sold out.")
    rita.button("Withdraw the proposal").click()
    for screen in (sol, rita):
        expect(screen.state).to_have_text("withdrawn")
        expect(screen.page.get_by_role("main")).to_contain_text("The presses are sold out.")
    expect(sol.button("Review and accept")).to_have_count(0)
    # What was being typed is still there to be copied.
    expect(form.field("Quantity")).to_have_value("3")


def test_a_counteroffer_is_taken_back(room: Room) -> None:
    bea, rita = room.buyer("bea"), room.rep("rita")
    for screen in (bea, rita):
        screen.is_live()
    bea.changes(PRESS, unit_price="17,000").adds()
    bea.sends_counteroffer()
    expect(rita.ask(f"{PRESS}: Unit price")).to_be_visible()
    bea.button("Withdraw").click()
    expect(bea.region("Waiting for an answer")).to_have_count(0)
    expect(bea.line(PRESS)).not_to_contain_text("17,000.00")
    expect(rita.ask(f"{PRESS}: Unit price")).to_have_count(0)


def test_who_only_looks_does_not_hide_what_was_asked(room: Room) -> None:
    room.elsewhere("bea").asks_for("press", unit_price="17000.00")
    rita, inbox, sol = room.rep("rita"), room.inbox("rita"), room.buyer("sol")
    for screen in (rita, inbox, sol):
        screen.is_live()
    rita.page.get_by_text("Activity", exact=True).click()
    expect(rita.region("Activity")).to_contain_text("Sol Iversen opened revision 1.")
    inbox.page.reload()
    expect(inbox.row(room.name)).to_contain_text("Counteroffer: 1 change")


def test_a_counteroffer_of_all_or_nothing(room: Room) -> None:
    bea, rita = room.buyer("bea"), room.rep("rita", allow=("422",))
    rita.is_live()
    bea.changes(PRESS, unit_price="17,000").adds()
    bea.changes(INSTALLATION, quantity="30").adds()
    bea.tray.get_by_role("checkbox", name="Only as a package").check()
    bea.looks_again()
    expect(bea.tray.get_by_role("checkbox", name="Only as a package")).to_be_checked()
    bea.sends_counteroffer()
    expect(bea.region("Waiting for an answer")).to_contain_text("only as a package")
    expect(rita.counteroffer).to_contain_text("Only as a package")
    package = rita.counteroffer.get_by_role("group", name="Package", exact=True)
    package.get_by_role("radio", name="Decline the package").check()
    rita.publishes(2)
    expect(bea.line(PRESS)).to_contain_text("asked 17,000.00")
    expect(bea.line(INSTALLATION)).to_contain_text("Answered")


@pytest.mark.parametrize("pressed", ["before", "while"])
def test_what_is_sent_right_after_a_tick_waits_for_the_tick(room: Room, pressed: str) -> None:
    """Sent before the tick is kept, or pressed before and let go after."""
    bea = room.buyer("bea")
    bea.changes(PRESS, unit_price="17,000").adds()
    bea.changes(INSTALLATION, quantity="30").adds()
    ticks: list[Route] = []

    def hold(tick: Route) -> None:
        ticks.append(tick)

    bea.page.route("**/counteroffer/package", hold)
    bea.tray.get_by_role("checkbox", name="Only as a package").check()
    bea.button("Send counteroffer").hover()
    bea.page.mouse.down()
    if pressed == "before":
        bea.page.mouse.up()
    while not ticks:
        bea.page.title()
    with bea.page.expect_event("requestfinished", lambda request: request.url.endswith("/package")):
        ticks[0].continue_()
    bea.page.mouse.up()
    expect(bea.region("Waiting for an answer")).to_contain_text("only as a package")


def test_what_is_out_of_bounds_is_told_at_the_field(room: Room) -> None:
    bea = room.buyer("bea", allow=("422",))
    form = bea.changes(PRESS, quantity="12")
    expect(form.root).to_contain_text("The largest quantity of Hydraulic press HP-40 is 10.")
    form.root.get_by_role("button", name="Add to counteroffer").click()
    expect(form.root.get_by_role("alert")).to_be_focused()
    expect(form.field("Quantity")).to_have_value("12")
    form.field("Quantity").fill("6")
    # Six cost what the list says from five on.
    expect(form.root.get_by_role("status")).to_contain_text("107,400.00")
    form.adds()
    expect(bea.tray).to_contain_text("6")


def test_an_expired_proposal_asks_for_more_time(new_room: Callable[..., Room]) -> None:
    room = new_room(ago=timedelta(days=20))
    bea, rita = room.buyer("bea"), room.rep("rita")
    for screen in (bea, rita):
        screen.is_live()
        expect(screen.state).to_have_text("expired")
    expect(bea.page.get_by_role("main")).to_contain_text("Its prices are no longer valid.")
    for name in ("Review and accept", "Decline", f"Change {PRESS}", "Send counteroffer"):
        expect(bea.button(name)).to_have_count(0)
    bea.button("Ask for more time").click()
    expect(bea.page.get_by_role("main")).to_contain_text("Bea Lund asked for more time")
    expect(bea.button("Ask for more time")).to_have_count(0)
    expect(rita.region("Conversation")).to_contain_text("Bea Lund asks for more time.")

    rita.page.get_by_text("Give more time", exact=True).first.click()
    later = (rita.page.get_by_label("Valid until", exact=True)).first
    later.fill((room.began + timedelta(days=50)).date().isoformat())
    rita.button("Give more time").click()
    expect(bea.state).to_have_text("in negotiation")
    expect(bea.button("Send counteroffer")).to_be_visible()


def test_a_revision_that_comes_while_the_dialog_is_open_is_told_in_it(room: Room) -> None:
    sol = room.buyer("sol")
    sol.is_live()
    dialog = sol.reviews(1)
    dialog.signs()
    room.elsewhere("rita").offers("press", unit_price="18000.00")
    expect(dialog.root.get_by_role("alert")).to_contain_text("Revision 2 has come")
    expect(dialog.root.get_by_label("Full name")).to_have_value("Sol Iversen")
    dialog.root.get_by_role("button", name="Show what changed").click()
    _looks_again_and_accepts(sol)


@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without"])
def test_accepting_what_no_longer_stands_shows_what_changed(room: Room, scripts: bool) -> None:
    if scripts:
        # A socket that hears nothing, as on a train.
        context = room.browser("sol", allow=("409",))
        context.route_web_socket(re.compile("/live"), lambda socket: None)
        sol = BuyerPage(context.new_page())
        sol.open(room.address)
    else:
        sol = room.buyer("sol", java_script_enabled=False, allow=("409",))
    dialog = sol.reviews(1)
    dialog.signs()
    room.elsewhere("rita").offers("press", unit_price="18000.00")
    dialog.places_order()
    _looks_again_and_accepts(sol)


def _looks_again_and_accepts(sol: BuyerPage) -> None:
    dialog = sol.acceptance(2)
    expect(dialog.root).to_contain_text("What changed from revision 1 to revision 2")
    expect(dialog.root.get_by_role("insertion").first).to_have_text("is now 18,000.00")
    expect(dialog.root.get_by_label("Full name")).to_have_value("Sol Iversen")
    # Authority was given for the other revision.
    expect(dialog.root.get_by_role("checkbox")).not_to_be_checked()
    dialog.signs()
    dialog.places_order()
    expect(sol.page.get_by_text("is placed")).to_be_visible()


def test_a_phone_leads_to_what_is_not_sent_yet(room: Room) -> None:
    bea = room.buyer("bea", **PHONE)
    bea.is_live()
    step = bea.page.get_by_role("link", name="Your counteroffer", exact=True)
    expect(step).to_be_hidden()
    bea.changes(PRESS, unit_price="17,000").adds()
    step.click()
    expect(bea.button("Send counteroffer")).to_be_in_viewport(ratio=1)
    bea.sends_counteroffer()
    expect(step).to_be_hidden()


def test_the_form_over_a_phones_page_keeps_the_focus_and_goes_with_a_touch_beside_it(room: Room) -> None:
    bea = room.buyer("bea", **PHONE)
    form = bea.changes(PRESS, unit_price="17,000")
    for key in ["Shift+Tab"] * 8 + ["Tab"] * 8:
        bea.page.keyboard.press(key)
        assert form.root.evaluate("form => form.contains(document.activeElement)")
    bea.page.touchscreen.tap(180, 90)
    expect(form.root).to_have_count(0)
    # It was put away, not thrown away.
    expect(bea.changes(PRESS).field("Unit price")).to_have_value("17,000")
