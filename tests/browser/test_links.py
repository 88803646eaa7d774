"""No link leads nowhere: everything a page of either side points to is there."""

from __future__ import annotations

from urllib.parse import urldefrag, urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.pages import Screen
from tests.browser.room import Room


def follow_every_link(screen: Screen) -> list[str]:
    """The addresses that are not answered with 200, and the places on the page that are not there."""
    links = screen.page.get_by_role("link", include_hidden=True)
    addresses = set(links.evaluate_all("links => links.map(link => link.href)"))
    here = urldefrag(screen.page.url)[0]
    broken = []
    for address in sorted(addresses):
        page, place = urldefrag(address)
        assert urlsplit(address).netloc == urlsplit(here).netloc, f"{address} is somebody else's"
        if page == here and place and not screen.page.evaluate("id => !!document.getElementById(id)", place):
            broken.append(address)
        elif page != here and (status := screen.page.request.get(page).status) != 200:
            broken.append(f"{status} {address}")
    return broken


@pytest.mark.parametrize("who", ["vic", "sol", "rita", "mia"])
@pytest.mark.parametrize("accepted", [False, True], ids=["open", "accepted"])
def test_every_link_leads_somewhere(room: Room, who: str, accepted: bool) -> None:
    room.elsewhere("bea").says("Is the light curtain included?", anchor="line:press")
    room.elsewhere("rita").offers("install", quantity="36")
    room.elsewhere("bea").asks_for("press", unit_price="17000.00")
    if accepted:
        room.elsewhere("sol").accepts()
    screen = room.rep(who) if who in room.house.reps else room.buyer(who)
    screen.is_live()
    assert follow_every_link(screen) == []


def test_every_link_of_the_inbox_leads_somewhere(room: Room) -> None:
    inbox = room.inbox("rita")
    expect(inbox.row(room.name)).to_be_visible()
    assert follow_every_link(inbox) == []
