"""Every name of the contract is in the accessibility tree once: by ear and by script, a name finds one thing."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.pages import Screen
from tests.browser.room import PHONE, Room

PRESS, TRAINING = "Hydraulic press HP-40", "Training"
LINES = (PRESS, "Installation", "Care plan", TRAINING, "Control panel, keys", "Control panel, touch")
TABLE = [
    *(("group", line) for line in LINES),
    *(("button", f"Comment on {line}") for line in LINES),
    ("region", "Line items"),
    ("button", f"Change {PRESS}"),
    ("status", "Connection"),
]
# Behind buttons of the same names on a phone.
CONVERSATION = [("region", "Conversation"), ("textbox", "Message")]
BUYER = [
    *TABLE,
    ("region", "Your counteroffer"),
    ("checkbox", "Only as a package"),
    ("button", "Send counteroffer"),
    ("button", "Review and accept"),
    ("button", "Decline"),
]
CHANGE = [
    ("form", f"Change {PRESS}"),
    ("textbox", "Quantity"),
    ("textbox", "Unit price"),
    ("textbox", "Reason"),
    ("button", "Add to counteroffer"),
]
COMMENT = [("textbox", "Comment"), ("button", "Send comment")]
ACCEPTANCE = [
    ("dialog", "Accept revision 1"),
    ("textbox", "Full name"),
    ("textbox", "Job title"),
    ("checkbox", "I am authorised to accept this proposal"),
    ("button", "Accept and place order"),
]
REP = [
    *TABLE,
    ("region", "Counteroffer"),
    ("region", "Conversation"),
    ("textbox", "Message"),
    ("region", "Summary"),
    ("group", f"{PRESS}: Unit price"),
    ("group", f"{PRESS}: Quantity"),
    ("textbox", "Internal note"),
    ("button", "Save note"),
    ("status", "State"),
]


def are_there_once(screen: Screen, names: Iterable[tuple[Any, str]]) -> None:
    found = {
        f"{role} {name}": screen.page.get_by_role(role, name=name, exact=True).count() for role, name in names
    }
    assert found == dict.fromkeys(found, 1)


def only(scope: Locator, role: Any, name: str) -> Locator:
    found = scope.get_by_role(role, name=name, exact=True)
    expect(found).to_have_count(1)
    return found


def test_on_the_buyers_page(room: Room) -> None:
    sol = room.buyer("sol")
    expect(sol.heading).to_have_text([room.title])
    are_there_once(sol, [*BUYER, *CONVERSATION, ("region", "Summary"), ("button", "Send")])
    sol.button(f"Change {PRESS}").click()
    expect(sol.form(PRESS).root).to_be_visible()
    sol.starts_comment(PRESS)
    are_there_once(sol, [*BUYER, *CONVERSATION, *CHANGE, *COMMENT, ("region", "Summary"), ("button", "Send")])
    sol.changes(TRAINING).root.get_by_role("checkbox", name="Include", exact=True).check()
    sol.reviews(1)
    are_there_once(sol, ACCEPTANCE)


def test_on_the_buyers_phone(room: Room) -> None:
    sol = room.buyer("sol", **PHONE)
    are_there_once(sol, [*BUYER, ("button", "Conversation"), ("button", "Summary")])
    for name in ("Summary", "Conversation"):
        assert sol.region(name).count() == 0
    # How much is new is seen at the button, and is no part of its name.
    sol.is_live()
    room.elsewhere("rita").says("Good morning.")
    expect(sol.button("Conversation")).to_have_attribute("data-unread", "1")
    conversation = sol.sheet("Conversation")
    are_there_once(sol, [*CONVERSATION, ("button", "Send")])
    sol.puts_away(conversation)
    expect(sol.button("Conversation")).to_be_focused()
    summary = sol.sheet("Summary")
    are_there_once(sol, [("region", "Summary")])
    sol.puts_away(summary)
    sol.button(f"Change {PRESS}").click()
    expect(sol.form(PRESS).root).to_be_visible()
    are_there_once(sol, CHANGE)


def test_on_the_reps_page(room: Room) -> None:
    room.elsewhere("bea").asks_for("press", unit_price="17000.00", quantity="3")
    rita = room.rep("rita")
    expect(rita.heading).to_have_text([room.title])
    names = [*REP, ("button", f"Send revision 2 to {room.company}")]
    are_there_once(rita, names)
    for ask in (f"{PRESS}: Unit price", f"{PRESS}: Quantity"):
        for verdict in ("Accept", "Decline", "Counter"):
            only(rita.ask(ask), "radio", verdict)
        only(rita.ask(ask), "textbox", "Counter value")
    rita.changes(PRESS)
    are_there_once(rita, [*names, ("form", f"Change {PRESS}"), ("button", "Add to counteroffer")])


def test_in_the_inbox(room: Room) -> None:
    inbox = room.inbox("rita")
    only(inbox.region("Inbox"), "row", room.name)
    are_there_once(inbox, [("region", "Inbox"), ("status", "Connection")])


@pytest.mark.parametrize("who", ["sol", "rita"])
def test_after_acceptance(room: Room, who: str) -> None:
    order = room.elsewhere("sol").accepts()
    screen = room.rep(who) if who == "rita" else room.buyer(who)
    expect(screen.page.get_by_role("main")).to_contain_text(order.number)
    are_there_once(screen, [*TABLE[:-2], *CONVERSATION, ("status", "Connection"), ("region", "Summary")])
    for name in (f"Change {PRESS}", "Review and accept", "Decline", "Send counteroffer"):
        expect(screen.button(name)).to_have_count(0)


def test_who_may_only_read_finds_nothing_else(room: Room) -> None:
    vic = room.buyer("vic")
    vic.is_live()
    are_there_once(vic, [("region", "Line items"), ("region", "Conversation"), ("region", "Summary")])
    for name in ("Review and accept", "Decline", "Send", "Send counteroffer", f"Change {PRESS}"):
        expect(vic.button(name)).to_have_count(0)
    expect(vic.page.get_by_role("textbox")).to_have_count(0)
