"""Nobody is kept out: axe on the buyer's screens, every step by keyboard, and a narrow or enlarged window."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import BuyerPage, Screen
from tests.browser.room import Room
from tests.server import PortalServer

PRESS, INSTALLATION = "Hydraulic press HP-40", "Installation"
Axe = Callable[..., list[str]]


@pytest.fixture
def finds_nothing(axe: Axe) -> Callable[[Page], None]:
    """Light and dark, at 375 and 1280: the same page is looked at four times."""

    def look(page: Page) -> None:
        size = page.viewport_size
        # Colours that are still on their way would be looked at halfway.
        page.emulate_media(reduced_motion="reduce")
        found = []
        for width in (375, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                found += [f"{width} {scheme}: {violation}" for violation in axe(page)]
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(size or {"width": 1280, "height": 800})
        assert found == []

    return look


def test_axe_finds_nothing_on_the_way_in(room: Room, finds_nothing: Callable[[Page], None]) -> None:
    screen = Screen(room.browser(allow=("401", "404")).new_page())
    for address in (
        room.link("bea"),
        f"{room.house.server.url}/j/unknown",
        room.house.sign_in_link("rita"),
        f"{room.house.server.url}/desk/sign-in",
        room.address,
    ):
        screen.open(address)
        finds_nothing(screen.page)


def test_axe_finds_nothing_on_the_buyers_page(room: Room, finds_nothing: Callable[[Page], None]) -> None:
    sol = room.buyer("sol")
    sol.is_live()
    finds_nothing(sol.page)
    # As full as a page gets: asked, answered, commented, a form of each kind open.
    room.elsewhere("bea").asks_for("press", unit_price="17000.00", reason="Havn builds one for less.")
    room.elsewhere("rita").says("It does.", anchor="line:press")
    room.elsewhere("rita").offers("install", quantity="36")
    room.elsewhere("bea").asks_for("press", unit_price="16500.00")
    expect(sol.line(PRESS)).to_contain_text("asked 16,500.00")
    sol.changes(INSTALLATION, quantity="32").adds()
    form = sol.changes(PRESS, quantity="3", unit_price="17,500")
    expect(form.root.get_by_role("status")).to_contain_text("52,500.00")
    sol.starts_comment(PRESS)
    for name in ("Why this price", "History", "Parties and delivery", "People"):
        sol.page.get_by_text(name, exact=True).first.click()
    finds_nothing(sol.page)
    sol.reviews(2)
    finds_nothing(sol.page)


def test_axe_finds_nothing_on_what_is_composed_and_confirmed(
    room: Room, finds_nothing: Callable[[Page], None]
) -> None:
    bea = room.buyer("bea")
    bea.is_live()
    bea.changes(PRESS, unit_price="184,500").adds()
    bea.button("Add Training").click()
    expect(bea.tray).to_contain_text("Training")
    finds_nothing(bea.page)
    bea.button("Apply options now").click()
    expect(bea.page.get_by_role("dialog", name="Check what changes")).to_be_visible()
    finds_nothing(bea.page)
    bea.open(f"{room.address}/board")
    finds_nothing(bea.page)


def test_axe_finds_nothing_on_a_phones_sheets(room: Room, axe: Axe) -> None:
    bea = room.buyer("bea", viewport={"width": 375, "height": 720}, reduced_motion="reduce")
    for name in ("Summary", "Conversation"):
        sheet = bea.sheet(name)
        assert axe(bea.page) == [], name
        bea.puts_away(sheet)


@pytest.mark.parametrize("end", ["accepted", "declined", "withdrawn"])
def test_axe_finds_nothing_when_it_is_over(
    room: Room, end: str, finds_nothing: Callable[[Page], None]
) -> None:
    if end == "accepted":
        room.elsewhere("sol").accepts()
    elif end == "declined":
        room.elsewhere("sol").declines()
    else:
        room.elsewhere("rita").withdraws("Sold out.")
    sol = room.buyer("sol")
    expect(sol.state).to_have_text(end)
    sol.is_live()
    finds_nothing(sol.page)


@pytest.mark.parametrize("width", [1280, 375])
def test_a_buyer_needs_a_keyboard_only(room: Room, width: int) -> None:
    # Without motion: what is scrolled to is there at once.
    sol = room.buyer("sol", viewport={"width": width, "height": 720}, reduced_motion="reduce")
    sol.is_live()
    keys = sol.page.keyboard
    _goes_to(sol, sol.button(f"Comment on {PRESS}"), "Enter")
    expect(sol.page.get_by_role("textbox", name="Comment", exact=True)).to_be_focused()
    keys.type("Is the light curtain included?")
    keys.press("Control+Enter")
    expect(sol.line(PRESS)).to_contain_text("Is the light curtain included?")
    keys.press("Escape")
    expect(sol.button(f"Comment on {PRESS}")).to_be_focused()

    keys.press("Shift+Tab")
    expect(sol.button(f"Change {PRESS}")).to_be_focused()
    keys.press("Space")
    form = sol.form(PRESS)
    expect(form.field("Quantity")).to_be_focused()
    keys.press("Tab")
    expect(form.field("Unit price")).to_be_focused()
    keys.type("17,000")
    keys.press("Enter")
    expect(form.root).to_have_count(0)
    expect(sol.button(f"Change {PRESS}")).to_be_focused()
    _goes_to(sol, sol.button("Send counteroffer"), "Enter")
    expect(sol.region("Waiting for an answer")).to_contain_text("1 change by Sol Iversen")

    if width < 960:
        _goes_to(sol, sol.button("Conversation"), "Enter")
    _goes_to(sol, sol.message, "")
    keys.type("We are nearly there.")
    keys.press("Control+Enter")
    expect(sol.region("Conversation")).to_contain_text("We are nearly there.")
    if width < 960:
        keys.press("Escape")
        expect(sol.button("Conversation")).to_be_focused()

    room.elsewhere("rita").offers("install", quantity="36")
    expect(sol.line(INSTALLATION).get_by_role("insertion").first).to_contain_text("36")
    _goes_to(sol, sol.button("Review and accept"), "Enter")
    dialog = sol.acceptance(2)
    _goes_to(sol, dialog.root.get_by_label("Full name"), "")
    keys.type("Sol Iversen")
    _goes_to(sol, dialog.root.get_by_role("checkbox"), "Space")
    _goes_to(sol, dialog.root.get_by_role("button", name="Accept and place order"), "Enter")
    expect(sol.page.get_by_text("is placed")).to_be_visible()


def _goes_to(screen: BuyerPage, control: Locator, key: str) -> None:
    """Tab until it has the focus, seen by the eye as well; then the key."""
    expect(control).to_be_visible()
    for _ in range(120):
        if control.evaluate("each => each === document.activeElement"):
            break
        screen.page.keyboard.press("Tab")
    expect(control).to_be_focused()
    assert control.evaluate(NOT_COVERED), "what has the focus is covered"
    if key:
        screen.page.keyboard.press(key)


# WCAG 2.4.11: sticky bars leave what has the focus in sight.
NOT_COVERED = """each => {
    const box = each.getBoundingClientRect();
    const at = document.elementFromPoint(box.x + box.width / 2, box.y + Math.min(box.height / 2, 10));
    return each === at || each.contains(at) || each.labels?.[0]?.contains(at);
}"""


def test_nothing_scrolls_sideways_at_320(room: Room) -> None:
    room.elsewhere("bea").asks_for("press", unit_price="17000.00", quantity="3")
    narrow = {"viewport": {"width": 320, "height": 640}}
    sol, rita, inbox = room.buyer("sol", **narrow), room.rep("rita", **narrow), room.inbox("rita", **narrow)
    for screen in (sol, rita, inbox):
        screen.is_live()
    sol.starts_comment(INSTALLATION)
    sol.changes(PRESS, quantity="3")
    for screen in (sol, rita, inbox):
        _fits(screen)
    sol.open(room.address)
    sol.sheet("Conversation")
    _fits(sol)
    sol.puts_away(sol.region("Conversation"))
    sol.reviews(1)
    _fits(sol)
    sol.open(room.link("sol"))
    _fits(sol)


@pytest.mark.parametrize("width", [320, 375])
def test_the_bar_of_a_phone_covers_nothing_at_the_end(room: Room, width: int) -> None:
    sol = room.buyer("sol", viewport={"width": width, "height": 640}, reduced_motion="reduce")
    _ends_in_sight(sol)
    # With one button more, it is higher.
    sol.changes(PRESS, quantity="3").adds()
    _ends_in_sight(sol)


def _ends_in_sight(buyer: BuyerPage) -> None:
    buyer.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    assert buyer.button("Decline").evaluate(NOT_COVERED)


def _fits(screen: Screen) -> None:
    wide = screen.page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert wide[0] <= wide[1], f"{screen.page.url} is {wide[0]} wide in a window of {wide[1]}"


def test_the_mailbox_too(
    portal_server: PortalServer, page: Page, finds_nothing: Callable[[Page], None]
) -> None:
    page.goto(f"{portal_server.url}/dev/mailbox")
    finds_nothing(page)
