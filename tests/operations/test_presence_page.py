"""On the pages: who is at the table, and at which line, on both sides."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import house, new_room  # noqa: F401 - fixtures
from tests.browser.room import Room

PRESS = "Hydraulic press HP-40"


def test_each_side_sees_where_the_other_is(new_room: Callable[..., Room]) -> None:  # noqa: F811 - the fixture
    room = new_room()
    bea, rita = room.buyer("bea"), room.rep("rita")
    for screen in (bea, rita):
        screen.is_live()
    expect(rita.page.locator("#presence")).to_have_text("Bea Lund here")
    expect(bea.page.locator("#presence")).to_contain_text("Rita Holm")
    bea.starts_comment(PRESS).press_sequentially("Could")
    # Told for some seconds: it is looked for first.
    expect(rita.page.locator("#typing")).to_have_text("Bea Lund is typing")
    expect(rita.line(PRESS)).to_have_attribute("data-here", "Bea Lund")
    # The row is drawn anew under the mark, and keeps it.
    room.elsewhere("sol").asks_for("press", unit_price="17200.00")
    expect(rita.line(PRESS)).to_contain_text("17,200.00")
    expect(rita.line(PRESS)).to_have_attribute("data-here", "Bea Lund")
    rita.button("Comment on Payment").focus()
    expect(bea.line("Payment")).to_have_attribute("data-here", "Rita Holm")
    bea.message.focus()
    expect(rita.line(PRESS)).not_to_have_attribute("data-here", "Bea Lund")
    # Nobody is told of themselves.
    expect(rita.page.locator("[data-here='Rita Holm']")).to_have_count(0)
