"""The picture of the README is taken by a test, so that it shows what there is: PARLEY_PICTURE=1 writes docs/parley.png."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import expect

from portal.worlds import kestrel
from tests.browser.pages import BuyerPage
from tests.conftest import ROOT, NewContext
from tests.server import PortalServer, StartPortal

PICTURE = ROOT / "docs" / "parley.png"
LARGEST = 200_000  # bytes


def test_the_readme_shows_what_there_is(
    portal_server: PortalServer, start_portal: StartPortal, new_context: NewContext, tmp_path: Path
) -> None:
    kept = os.environ.get("PARLEY_PICTURE") == "1"
    # A picture that stays is taken where no other test has left anything.
    world = (start_portal(environment="demo") if kept else portal_server).world()
    page = new_context(viewport={"width": 1280, "height": 800}, reduced_motion="reduce").new_page()
    bea = BuyerPage(page)
    bea.joins(world.link(kestrel.BEA))
    bea.is_live()
    expect(bea.line("Hydraulic press HP-40")).to_contain_text("asked 17,200.00")
    taken = PICTURE if kept else tmp_path / "parley.png"
    page.screenshot(path=taken)
    assert 10_000 < taken.stat().st_size < LARGEST
    assert f"]({PICTURE.relative_to(ROOT).as_posix()})" in (ROOT / "README.md").read_text()
    assert PICTURE.exists()
