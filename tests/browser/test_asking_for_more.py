"""An overall price and its spread, packages, standing offers and conflicts, as people meet them on their screens."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.room import Room

PRESS = "Hydraulic press HP-40"
VOLUME = {
    "key": "volume",
    "label": "Five presses, paid early",
    "when": [{"line": "press", "min_quantity": "5"}, {"term": "payment", "value": "14 days net"}],
    "then": [{"line": "press", "discount_percent": "4"}],
}


def test_a_package_with_an_overall_price_is_refused_and_granted_as_one(room: Room) -> None:
    bea, rita = room.buyer("bea"), room.rep("rita", allow=("422",))
    for screen in (bea, rita):
        screen.is_live()
    bea.button("Ask for an overall price").click()
    form = bea.form("Total")
    form.field("Overall price").fill("51,900")
    expect(form.root.get_by_role("status")).to_contain_text("Total down EUR 1,000.00 net.")
    form.adds()
    bea.button("Request another item").click()
    form = bea.form("New line")
    form.field("How many").fill("4")
    form.field("What").fill("Sets of spare filters")
    form.adds()
    expect(bea.tray).to_contain_text("4 × Sets of spare filters")
    bea.tray.get_by_role("checkbox", name="Only as a package").check()
    bea.sends_counteroffer()
    expect(bea.region("Waiting for an answer").get_by_role("list", name="Only as a package")).to_contain_text(
        "51,900.00"
    )

    target, wish = "Total: Overall price", "Sets of spare filters: New line"
    expect(rita.ask(target)).to_contain_text("These lines could carry it")
    package = rita.counteroffer.get_by_role("group", name="Package", exact=True)
    package.get_by_role("radio", name="Accept the package").check()
    rita.publishes(2)
    # Nothing keeps it yet: both are told, and what was decided stays decided.
    alert = rita.counteroffer.get_by_role("alert")
    expect(alert).to_contain_text("EUR 52,900.00 net, and EUR 51,900.00 is granted")
    expect(alert).to_contain_text("Nothing in this revision answers the wish")
    expect(package.get_by_role("radio", name="Accept the package")).to_be_checked()
    # No part of it has an answer of its own.
    expect(rita.ask(wish).get_by_role("radio")).to_have_count(0)

    rita.ask(wish).get_by_role("link").click()
    form = rita.form("Sets of spare filters")
    expect(form.field("Quantity")).to_have_value("4")
    form.field("Unit price").fill("50")
    form.adds()
    expect(rita.counteroffer).to_contain_text("Your own changes")
    rita.ask(target).get_by_role("button", name="Add to your own changes").click()
    expect(rita.ask(target)).to_contain_text("With your own changes the contract comes to EUR 51,900.00 net.")
    package.get_by_role("radio", name="Accept the package").check()
    rita.publishes(2)
    expect(bea.line("Sets of spare filters")).to_contain_text("New in this revision")
    expect(bea.line("Overall price")).to_contain_text("51,900.00")
    expect(bea.region("Waiting for an answer")).to_be_hidden()


def test_a_package_is_countered_as_a_package(room: Room) -> None:
    bea, rita = room.buyer("bea"), room.rep("rita")
    for screen in (bea, rita):
        screen.is_live()
    form = bea.changes(PRESS)
    form.field("Quantity").fill("3")
    form.field("Unit price").fill("17000")
    form.adds()
    bea.tray.get_by_role("checkbox", name="Only as a package").check()
    bea.sends_counteroffer()
    package = rita.counteroffer.get_by_role("group", name="Package", exact=True)
    price = package.get_by_role("group", name=f"{PRESS}: Unit price")
    price.get_by_label("Counter value").fill("17,600")
    # One answer for all of it.
    expect(package.get_by_role("radio")).to_have_count(3)
    expect(package.get_by_role("radio", name="Counter the package")).to_be_checked()
    rita.publishes(2)
    line = bea.line(PRESS)
    expect(line.get_by_role("insertion")).to_have_text(["3", "17,600.00", "52,800.00"])
    expect(line).to_contain_text("asked 17,000.00, answered 17,600.00")
    bea.button(f"Agree to {PRESS} as offered").click()
    expect(bea.page.get_by_role("main")).to_contain_text("1 point, agreed.")


def test_a_question_is_seen_and_blocks_nothing(room: Room) -> None:
    room.elsewhere("bea").says("Does it come with a guard?", "line:press")
    room.elsewhere("bea").asks_for("press", unit_price="17000.00")
    rita, sol = room.rep("rita"), room.buyer("sol")
    for screen in (rita, sol):
        screen.is_live()
    notice = "Questions without a reply: Hydraulic press HP-40"
    expect(rita.counteroffer).to_contain_text(notice)
    rita.accepts(f"{PRESS}: Unit price")
    rita.publishes(2)
    sol.button("Review and accept").click()
    dialog = sol.page.get_by_role("dialog", name="Accept revision 2")
    expect(dialog).to_contain_text(f"{notice}. You can accept all the same.")
    dialog.get_by_role("link", name="Cancel").click()


def test_a_standing_offer_is_taken_in_one_step(new_room: Callable[..., Room]) -> None:
    room = new_room(standing_offers=[VOLUME])
    bea, sol, rita = room.buyer("bea"), room.buyer("sol"), room.rep("rita")
    for screen in (bea, sol, rita):
        screen.is_live()
    offers = bea.region("If-you-then offers")
    expect(offers).to_contain_text("Hydraulic press HP-40: 5 or more and Payment is 14 days net")
    expect(offers).to_contain_text("Adds 49,020.00 net.")
    bea.button("Use this offer: Five presses, paid early").click()
    dialog = bea.composition()
    for told in ("Five presses, paid early", PRESS, "85,920.00", "14 days net", "New total EUR"):
        expect(dialog).to_contain_text(told)
    assert room.elsewhere("bea").deal.revision == 1
    dialog.get_by_role("button", name="Use this offer", exact=True).click()
    for page in (bea, sol, rita):
        expect(page.region("If-you-then offers")).to_contain_text("Used")
        expect(page.line(PRESS).get_by_role("insertion")).to_have_text(["5", "17,184.00", "85,920.00"])
        expect(page.line("Payment")).to_contain_text("14 days net")
    expect(sol.page.get_by_role("main")).to_contain_text(
        "Bea Lund used the offer “Five presses, paid early”."
    )


def test_without_scripts_an_offer_is_used_after_it_was_confirmed(new_room: Callable[..., Room]) -> None:
    room = new_room(standing_offers=[VOLUME])
    bea = room.buyer("bea", java_script_enabled=False)
    bea.composes("Use this offer: Five presses, paid early", confirms="Use this offer")
    expect(bea.region("If-you-then offers")).to_contain_text("Used")
    expect(bea.line("Payment")).to_contain_text("14 days net")


def test_a_conflict_is_decided_where_the_ask_waits(room: Room) -> None:
    bea, rita = room.buyer("bea"), room.rep("rita")
    for screen in (bea, rita):
        screen.is_live()
    bea.changes(PRESS, unit_price="17,200").adds()
    rita.changes(PRESS, unit_price="18,000").adds()
    rita.publishes(2)
    conflict = bea.tray.get_by_role("group", name=f"Conflict: {PRESS}")
    for told in ("18,450.00", "18,000.00", "17,200.00"):
        expect(conflict).to_contain_text(told)
    conflict.get_by_role("button", name="Keep my request").click()
    expect(conflict).to_have_count(0)
    bea.sends_counteroffer()
    expect(rita.ask(f"{PRESS}: Unit price")).to_contain_text("17,200.00")
