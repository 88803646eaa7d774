"""The settlement board from both sides, agreeing to what was answered, and comparing revisions in words."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.room import Room

PRESS, INSTALLATION = "Hydraulic press HP-40", "Installation"


def test_the_board_from_both_sides_with_a_way_to_what_waits(room: Room) -> None:
    bea, rita = room.buyer("bea"), room.rep("rita")
    for screen in (bea, rita):
        screen.is_live()
    room.elsewhere("bea").asks_for("press", unit_price="17200.00")
    jump = rita.page.get_by_role("link", name=f"Needs your answer: {PRESS}")
    jump.focus()
    rita.page.keyboard.press("Enter")
    expect(rita.ask(f"{PRESS}: Unit price")).to_be_in_viewport()
    expect(bea.page.get_by_role("main")).to_contain_text("waiting for Kestrel Machines")
    rita.counters(f"{PRESS}: Unit price", "17800")
    rita.publishes(2)
    jump = bea.page.get_by_role("link", name=f"Needs your answer: {PRESS}")
    jump.focus()
    bea.page.keyboard.press("Enter")
    expect(bea.line(PRESS)).to_be_in_viewport()
    # On the board the same, each side from its own place.
    for screen, mine in ((bea, "Needs your answer"), (rita, f"Waiting for {room.company}")):
        screen.page.get_by_role("link", name="See all points").click()
        expect(screen.region(mine)).to_contain_text("answered 17,800.00")
        expect(screen.region("How far apart we are").get_by_role("row")).to_have_count(4)
    bea.button(f"Agree to {PRESS} as offered").click()
    expect(bea.page.get_by_role("heading", name="1 of 1 points agreed")).to_be_visible()
    expect(bea.region("Agreed")).to_contain_text("Agreed as revision 2 offers it.")


def test_agreeing_to_a_countered_line(room: Room) -> None:
    bea, rita = room.buyer("bea"), room.rep("rita")
    for screen in (bea, rita):
        screen.is_live()
    room.elsewhere("bea").asks_for("press", unit_price="17200.00")
    rita.counters(f"{PRESS}: Unit price", "17800")
    rita.publishes(2)
    bea.button(f"Agree to {PRESS} as offered").click()
    for screen in (bea, rita):
        expect(screen.line(PRESS)).to_contain_text("Agreed as revision 2 offers it. by Bea Lund")
        expect(screen.page.get_by_role("main")).to_contain_text("1 point, agreed.")
        screen.hears(f"Bea Lund agreed to what revision 2 offers: {PRESS}.")
    expect(bea.button(f"Agree to {PRESS} as offered")).to_have_count(0)


def test_comparing_in_words_without_scripts(room: Room) -> None:
    rita = room.elsewhere("rita")
    rita.offers("press", unit_price="17800.00")
    rita.offers("install", quantity="36")
    bea = room.buyer("bea", java_script_enabled=False)
    bea.page.get_by_role("link", name="Compare with revision 2").first.click()
    expect(bea.region("In words")).to_contain_text("Installation: Quantity was 40 is now 36 (less by −10%)")
    expect(bea.region("In words")).not_to_contain_text(PRESS)
    bea.page.get_by_label("From revision").select_option("1")
    bea.button("Compare").click()
    words = bea.region("In words")
    expect(words).to_contain_text(f"{PRESS}: Unit price was 18,450.00 is now 17,800.00 (less by −3.5%)")
    expect(words.get_by_role("deletion").filter(has_text="18,450.00")).to_have_count(1)
    row = bea.region("Line by line").get_by_role("row").filter(has_text=PRESS)
    expect(row).to_contain_text("was 36,900.00 is now 35,600.00")


@pytest.mark.parametrize("width", [375, 1280])
def test_axe_finds_nothing_and_nothing_is_wider_than_the_screen(
    room: Room, axe: Callable[..., list[str]], width: int
) -> None:
    room.elsewhere("bea").asks_for("press", unit_price="17200.00")
    room.elsewhere("rita").offers("install", quantity="36")
    room.elsewhere("bea").asks_for("press", unit_price="16000.00")
    for screen in (room.buyer("bea", reduced_motion="reduce"), room.rep("rita", reduced_motion="reduce")):
        screen.page.set_viewport_size({"width": width, "height": 800})
        address = screen.page.url
        pages = ("board", "compare?from=1&to=2", *(("concessions",) if "/desk/" in address else ()))
        for name in pages:
            screen.open(f"{address}/{name}")
            for scheme in ("light", "dark"):
                screen.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
                assert axe(screen.page) == [], f"{name} {scheme}"
            assert screen.page.evaluate("document.documentElement.scrollWidth") <= width, name
