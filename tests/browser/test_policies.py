"""Answers in seconds, and who may give what: a rule answers on the buyer's page, a manager changes what a rep asked for, a
preview says what a rule would have done."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta

from playwright.sync_api import expect
from sqlalchemy import select

from portal.storage import tables
from tests.browser.pages import Screen
from tests.browser.room import Room

PRESS = "Hydraulic press HP-40"


def test_a_rule_answers_at_once_on_every_buyer_s_page(room: Room) -> None:
    bea, sol, rita = room.buyer("bea"), room.buyer("sol"), room.rep("rita")
    for page in (bea, sol, rita):
        page.is_live()
    bea.changes(PRESS, unit_price="18,445").adds()
    bea.button("Send counteroffer").click()
    for page in (bea, sol):
        expect(page.page.get_by_text("Accepted by Kestrel Machines.")).to_be_visible()
        expect(page.line(PRESS)).to_contain_text("18,445.00")
    expect(bea.region("Waiting for an answer")).to_be_hidden()
    expect(rita.counteroffer).not_to_contain_text("Hydraulic press HP-40: Unit price")
    asked, answered = instants(room)
    assert answered - asked < timedelta(seconds=1)


def instants(room: Room) -> list[datetime]:
    """When it was asked and when it was answered, by the server's clock."""
    event = tables.event
    query = select(event.c.at).where(
        event.c.deal_id == room.deal_id, event.c.kind.in_(("counteroffer", "revision"))
    )
    return list(
        room.house.database.read_now(
            lambda t: t.connection.execute(query.order_by(event.c.seq)).scalars().all()
        )
    )


def test_a_manager_approves_with_another_value(room: Room) -> None:
    room.elsewhere("bea").asks_for("press", unit_price="15000")
    sol, rita = room.buyer("sol"), room.rep("rita")
    sol.is_live()
    rita.accepts(f"{PRESS}: Unit price")
    rita.asks_for_approval()
    expect(rita.counteroffer).to_contain_text("Waiting for approval")
    desk = room.browser("mia").new_page()
    desk.goto(f"{room.house.server.url}/desk/approvals")
    waiting = desk.get_by_role("article", name=room.name)
    expect(waiting).to_contain_text("floor 15,919.13")
    waiting.get_by_label("Answer with").fill("16,000")
    waiting.get_by_label("Note for the team").fill("Not below the floor.")
    waiting.get_by_role("button", name="Approve and publish revision 2").click()
    expect(desk.get_by_role("region", name="Decided")).to_contain_text("Not below the floor.")
    expect(sol.line(PRESS)).to_contain_text("16,000.00")
    expect(sol.page.get_by_text(re.compile("published revision 2")).first).to_be_visible()
    assert "approv" not in sol.page.content().lower()


def test_a_policy_is_previewed_before_it_is_kept(new_room: Callable[..., Room]) -> None:
    room = new_room()
    room.elsewhere("bea").asks_for("press", unit_price="18100")
    screen = Screen(room.browser("mia").new_page())
    screen.open(f"{room.house.server.url}/desk/policies")
    screen.page.get_by_role("link", name="New policy").click()
    for label, text in (
        ("Name", "Presses for this customer"),
        ("Product", "HP-*"),
        ("Customer", room.company),
        ("Further discount, percent", "2"),
    ):
        screen.page.get_by_label(label, exact=True).fill(text)
    screen.button("Preview").click()
    preview = screen.region("Preview")
    expect(preview.get_by_role("status")).to_contain_text(
        re.compile(r"would have answered 1 of the last \d+")
    )
    expect(preview).to_contain_text(room.name)
    screen.button("Save policy").click()
    expect(screen.region("Rules")).to_contain_text("Presses for this customer")
    room.elsewhere("rita").publishes("decline")
    room.elsewhere("sol").asks_for("press", unit_price="18100")
    assert room.elsewhere("sol").deal.revision == 3
    screen.button("Switch off Presses for this customer").click()
    expect(screen.button("Switch on Presses for this customer")).to_be_visible()
