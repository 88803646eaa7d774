"""Pages without a session, in a browser: everybody can use them, at every width, in light and dark."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from portal.worlds import kestrel
from tests.conftest import NewContext
from tests.server import PortalServer

PATHS = (
    "/j/no-such-link",
    "/links/sent",
    "/deals/no-such-deal",
    "/desk/sign-in",
    "/no/such/page",
    "/dev/mailbox",
)
# A page for somebody without a session is a 401 or a 404, which the browser mentions.
MENTIONED = (r"Failed to load resource: .*40[14]",)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_axe_finds_nothing(
    new_context: NewContext,
    portal_server: PortalServer,
    axe: Callable[..., list[str]],
    width: int,
    scheme: str,
) -> None:
    viewport = {"width": width, "height": 800}
    page = new_context(allow=MENTIONED, viewport=viewport, color_scheme=scheme).new_page()
    world = portal_server.world()
    for path in (*PATHS, world.link(kestrel.BEA), world.link(kestrel.RITA)):
        page.goto(path if path.startswith("http") else f"{portal_server.url}{path}")
        assert axe(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path


def test_from_the_mailed_link_to_the_proposal(page: Page, portal_server: PortalServer) -> None:
    page.goto(portal_server.world().link(kestrel.BEA))
    page.get_by_role("button", name="Open proposal").click()
    page.get_by_role("heading", level=1, name="Two HP-40 presses for the Odense line").wait_for()
    assert "/j/" not in page.url


def test_from_the_sign_in_link_to_the_desk_and_out(page: Page, portal_server: PortalServer) -> None:
    page.goto(portal_server.world().link(kestrel.RITA))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/desk")
    page.get_by_role("button", name="Sign out").click()
    page.get_by_role("button", name="Mail me a sign-in link").wait_for()
