"""The stored world, loaded once for a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from litestar.testing import TestClient

from tests.frozen import world
from tests.frozen.world import World


@pytest.fixture(scope="module")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    configured = world.load(tmp_path_factory.mktemp("world"))
    app = world.application(configured)
    with TestClient(app, base_url=world.PUBLIC_URL) as client:
        yield World(app, client, configured)
