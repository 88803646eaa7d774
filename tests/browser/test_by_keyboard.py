"""A negotiation by keyboard alone: each stop on the way is in sight and marked, and nothing that is done loses its place."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import Screen
from tests.browser.room import Room

PRESS = "Hydraulic press HP-40"
# What has the focus is marked as such, and no sticky bar covers all of it (WCAG 2.4.7 and 2.4.11); a link may go over two
# lines. Of a day's field the part that has the focus marks itself.
SEEN = """() => {
    const each = document.activeElement;
    if (each === document.body) return "";
    const seen = box => {
        const at = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 10));
        return at && (each === at || each.contains(at) || each.labels?.[0]?.contains(at));
    };
    const name = each.ariaLabel || each.labels?.[0]?.innerText || each.innerText || each.id;
    if (![each.getBoundingClientRect(), ...each.getClientRects()].some(seen)) return `covered: ${name}`;
    const marked = each.type === "date" || getComputedStyle(each).outlineStyle !== "none";
    return marked ? "" : `not marked: ${name}`;
}"""
ON_THE_WAY = 120


class Hands:
    """Somebody who has no mouse."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def goes_to(self, control: Locator, *, back: bool = False) -> None:
        expect(control).to_be_visible()
        for _ in range(ON_THE_WAY):
            if control.evaluate("each => each === document.activeElement"):
                break
            self.page.keyboard.press("Shift+Tab" if back else "Tab")
            assert not self.page.evaluate(SEEN)
        expect(control).to_be_focused()

    def presses(self, name: str, key: str = "Enter", role: str = "button", **options: bool) -> None:
        self.goes_to(self.page.get_by_role(role, name=name, exact=True).first, **options)  # type: ignore[arg-type]
        self.page.keyboard.press(key)

    def types(self, label: str, text: str) -> None:
        self.goes_to(self.page.get_by_label(label, exact=True).first)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def is_at(self, control: Locator) -> None:
        """Where the focus went by itself."""
        expect(control).to_be_focused()
        assert not self.page.evaluate(SEEN)

    def is_live(self) -> None:
        expect(self.page.get_by_role("status", name="Connection")).to_have_text("Live")


def opens(room: Room, who: str, width: int) -> Hands:
    # Without motion: what is scrolled to is there at once.
    context = room.browser(reduced_motion="reduce", viewport={"width": width, "height": 800})
    hands = Hands(context.new_page())
    desk = who in {"rita", "mia"}
    hands.page.goto(room.house.sign_in_link(who) if desk else room.link(who))
    hands.presses("Sign in" if desk else "Open proposal")
    hands.page.wait_for_url("**/desk" if desk else "**/deals/*")
    if not desk:
        hands.is_live()
    return hands


def changes(hands: Hands, field: str, value: str) -> None:
    hands.presses(f"Change {PRESS}")
    hands.is_at(hands.page.get_by_label("Quantity", exact=True))
    hands.types(field, value)
    hands.page.keyboard.press("Enter")
    hands.is_at(hands.page.get_by_role("button", name=f"Change {PRESS}"))


@pytest.mark.parametrize("width", [1280, 375])
def test_from_the_link_to_the_order(room: Room, width: int) -> None:
    bea = opens(room, "bea", width)
    keys, page = bea.page.keyboard, bea.page
    bea.presses(f"Change {PRESS}")
    bea.is_at(page.get_by_label("Quantity", exact=True))
    keys.press("Escape")
    bea.is_at(page.get_by_role("button", name=f"Change {PRESS}"))
    changes(bea, "Unit price", "17,900")

    weigh_two(bea)
    confer(bea)
    bea.presses("Scenarios", role="link", back=True)
    bea.presses("Send Less for two")
    expect(Screen(page).region("Waiting for an answer")).to_contain_text("1 change by Bea Lund")

    rita = opens(room, "rita", width)
    answers_below_the_floor(rita, room)
    mia = opens(room, "mia", width)
    mia.presses("Approvals 1", role="link")
    mine = mia.page.get_by_role("article").filter(has_text=room.title)
    mia.goes_to(mine.get_by_role("button", name="Approve and publish revision 2"))
    mia.page.keyboard.press("Enter")
    expect(mia.page.get_by_text("Mia Dahl approved what Rita Holm asked for.").first).to_be_visible()

    accepts(opens(room, "sol", width))


def weigh_two(bea: Hands) -> None:
    """A second scenario; both compared; one shared. Each form leads back to where it was sent."""
    page = bea.page
    bea.presses("Scenarios", role="link")
    bea.types("Name of the scenario", "Less for two")
    page.keyboard.press("Enter")
    bea.is_at(Screen(page).region("Your scenarios"))
    bea.presses("Edit Less for two", role="link")
    bea.is_live()
    changes(bea, "Unit price", "17,200")
    bea.presses("Scenarios", role="link")
    bea.presses("Compare selected")
    bea.is_at(Screen(page).region("Side by side"))
    expect(page.get_by_role("row", name="Unit price").get_by_role("cell")).to_have_text(
        ["18,450.00", "asks 17,200.00", "asks 17,900.00"]
    )
    bea.presses("Share with colleagues: Less for two", back=True)
    shared = page.get_by_role("listitem").filter(has=page.get_by_role("heading", name="Less for two"))
    bea.is_at(shared)
    expect(shared).to_contain_text("shared with your colleagues")


def confer(bea: Hands) -> None:
    page = bea.page
    bea.presses("Team space (private)", role="link", back=True)
    bea.is_live()
    box = page.get_by_label("Message to your team")
    bea.types("Message to your team", "Sol thinks so, too.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("log")).to_contain_text("Sol thinks so, too.")
    expect(box).to_have_value("")
    bea.is_at(box)
    bea.goes_to(page.locator("summary", has_text="Ask for a sign-off"), back=True)
    page.keyboard.press("Enter")
    bea.types("For", "Legal")
    bea.presses("Post sign-off to team")
    expect(page.locator("#room-words")).to_contain_text("Legal: waiting")
    bea.is_at(page.get_by_role("button", name="Post sign-off to team"))
    bea.presses("Legal: Approve", back=True)
    expect(page.locator("#room-words")).to_contain_text("Legal: approved")
    bea.is_at(page.get_by_role("heading", name="Sign-offs"))


def answers_below_the_floor(rita: Hands, room: Room) -> None:
    page = rita.page
    rita.goes_to(page.get_by_role("row", name=room.name, exact=True).get_by_role("link"))
    page.keyboard.press("Enter")
    rita.is_live()
    rita.goes_to(page.get_by_role("radio", name="Accept", exact=True))
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    rita.is_at(page.get_by_role("radio", name="Counter", exact=True))
    rita.types("Counter value", "15,000")
    expect(page.get_by_text("A manager must approve this")).to_be_visible()
    rita.is_at(page.get_by_label("Counter value"))
    rita.presses("Ask for approval")
    expect(page.get_by_text("Waiting for approval").first).to_be_visible()


def accepts(sol: Hands) -> None:
    page = sol.page
    sol.presses("Skip to the next step", role="link")
    sol.presses("Review and accept")
    dialog = page.get_by_role("dialog", name="Accept revision 2")
    sol.is_at(dialog.get_by_role("heading", name="Accept revision 2"))
    page.keyboard.press("Escape")
    sol.is_at(page.get_by_role("button", name="Review and accept"))
    page.keyboard.press("Enter")
    sol.types("Full name", "Sol Iversen")
    sol.presses("I am authorised to accept this proposal", "Space", "checkbox")
    sol.presses("Accept and place order")
    expect(page.get_by_text("is placed")).to_be_visible()
    sol.is_at(page.locator("#banner"))


@pytest.mark.parametrize("width", [1280, 375])
def test_a_rep_offers_something_on_a_condition(room: Room, width: int, axe: Callable[..., list[str]]) -> None:
    window = {"width": width, "height": 800}
    rita = Hands(room.rep("rita", reduced_motion="reduce", viewport=window, allow=("422",)).page)
    keys, page = rita.page.keyboard, rita.page
    rita.is_live()
    rita.presses("Add an if-you-then offer", back=True)
    rita.is_at(page.get_by_role("main").get_by_label("Name", exact=True))
    keys.type("Five presses")
    rita.goes_to(page.get_by_label("Condition 1: line or term"))
    keys.type("Hydr")
    rita.types("Condition 1: at least, or its wording", "50")
    rita.goes_to(page.get_by_label("Price 1: line", exact=True))
    keys.type("Hydr")
    rita.types("Price 1: how much", "4")
    keys.press("Enter")
    rita.is_at(page.get_by_role("alert"))
    keys.press("Tab")
    keys.press("Enter")
    rita.is_at(page.get_by_label("Condition 1: line or term"))
    assert axe(page) == []
    rita.types("Condition 1: at least, or its wording", "5")
    expect(page.get_by_role("status").filter(has_text="As buyers will read it")).to_contain_text("5 or more")
    keys.press("Enter")
    rita.is_at(page.get_by_role("button", name="Add an if-you-then offer"))
    expect(page.get_by_role("group", name="Your own changes")).to_contain_text(
        "Five presses: If-you-then offer"
    )
    rita.presses(f"Send revision 2 to {room.company}", back=True)
    expect(page.get_by_role("group", name="Five presses", exact=True)).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    rita.presses("Change Five presses")
    rita.is_at(page.get_by_role("main").get_by_label("Name", exact=True))
    keys.press("Escape")
    rita.is_at(page.get_by_role("button", name="Change Five presses"))
