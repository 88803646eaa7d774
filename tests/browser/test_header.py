"""The head of the buyer's page: the seller's whole name and the state in one line, on a phone too."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.room import PHONE, Room

SELLER = {
    "name": "Kestrel Machines & Automation Nordic A/S",
    "contact": {"name": "Rita", "email": "rita@kestrel.example"},
}
DESKTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}


@pytest.mark.parametrize("screen", [PHONE, DESKTOP], ids=["phone", "desktop"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_sellers_name_is_whole_and_the_state_is_one_line(
    new_room: Callable[..., Room], screen: dict[str, Any], scheme: str
) -> None:
    room = new_room(seller=SELLER)
    bea = room.buyer("bea", color_scheme=scheme, **screen)
    bea.is_live()
    name, state = bea.page.locator(".top-seller"), bea.page.locator("#state")
    expect(name).to_have_text(SELLER["name"])
    assert name.evaluate("each => each.scrollWidth <= each.clientWidth")
    assert state.evaluate("each => each.getClientRects().length") == 1
    assert state.evaluate("each => each.offsetHeight < 2 * parseFloat(getComputedStyle(each).lineHeight)")
    assert bea.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    room.elsewhere("bea").asks_for("press", unit_price="17,200.00")
    expect(bea.page.locator("#turn")).to_contain_text("They aim to answer within 4 hours.")
