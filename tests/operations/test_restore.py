"""A backup put back beside a running server: open pages load themselves afresh, and nothing of the lost time is shown."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from portal.cli import main
from tests.chaos.conftest import Site
from tests.chaos.invariants import all_equal, verified
from tests.chaos.talk import opened

pytestmark = pytest.mark.anyio


async def test_open_pages_follow_a_restored_backup(
    site: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in site.server.environment.items():
        monkeypatch.setenv(name, value)
    table, copy = site.house.deal(), str(tmp_path / "copy")
    bea, rita = site.tab(table, table.bea), site.tab(table, table.rita)
    async with opened(bea, rita):
        await bea.says("Before the copy")
        assert await asyncio.to_thread(main, ["backup", copy]) == 0
        await bea.says("After the copy, and lost")
        await rita.says("An answer, and lost")
        assert await asyncio.to_thread(main, ["restore", copy]) == 0
        for tab in (bea, rita):
            await tab.loaded(2)
        # These get the numbers of the lost ones. A frame of those that was kept would be shown in their place.
        await bea.says("After the restore")
        await rita.says("And answered")
        for tab in (bea, rita):
            await tab.reaches(tab.who.deal.position)
            assert "lost" not in tab.page.text("log")
            assert "After the restore" in tab.page.text("log")
        await all_equal(bea, rita, loads=2)
    verified(site.database, table.deal_id)
