"""The demo's mailbox."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Page

from portal.worlds import kestrel
from tests.server import PortalServer


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PortalServer]:
    """The mailbox shows the latest mails, so the world's own are looked for where nobody else writes any."""
    server = PortalServer(tmp_path_factory.mktemp("demo"), environment="demo")
    server.world()
    yield server
    server.stop()


def test_every_mail_stands_in_the_mailbox_with_its_links(demo: PortalServer) -> None:
    letters = httpx.get(f"{demo.url}/dev/mailbox.json").json()
    assert letters
    assert [letter["at"] for letter in letters] == sorted((each["at"] for each in letters), reverse=True)
    invited = next(each for each in letters if each["to"] == kestrel.RAVN)
    assert "Packing cell" in invited["subject"]
    assert invited["html"].lower().startswith("<!doctype html>")
    link = next(link for link in invited["links"] if "/j/" in link)
    assert link in invited["text"]
    assert "Open proposal" in httpx.get(link).text


def test_a_mail_is_shown_in_a_box_of_its_own(demo: PortalServer) -> None:
    letter = httpx.get(f"{demo.url}/dev/mailbox.json").json()[0]
    shown = httpx.get(f"{demo.url}/dev/mailbox/{letter['id']}")
    policy = shown.headers["content-security-policy"]
    assert "sandbox" in policy
    assert "frame-ancestors 'self'" in policy
    assert "script" not in policy
    assert shown.headers["x-frame-options"] == "SAMEORIGIN"
    assert httpx.get(f"{demo.url}/dev/mailbox/nothing").status_code == 404


def test_the_page_lists_mails_and_frames_them(page: Page, demo: PortalServer) -> None:
    page.goto(f"{demo.url}/dev/mailbox")
    letter = page.get_by_role("article").filter(has_text=kestrel.RAVN).first
    letter.get_by_text("As a mail program shows it").click()
    framed = letter.frame_locator("iframe")
    framed.get_by_text("Packing cell for the new hall").first.wait_for()
    letter.get_by_role("link").first.click()
    page.get_by_role("button", name="Open proposal").wait_for()
