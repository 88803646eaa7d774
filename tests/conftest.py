"""Fixtures every test may ask for. Programs start when first asked for, and end with the session or the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Protocol

import hypothesis
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from portal.settings import Settings
from portal.web.http import logs
from tests.server import portal_server, start_portal  # noqa: F401 - fixtures
from tests.services import browser as browsers
from tests.services.mail import SmtpSink
from tests.services.postgres import PostgresServer
from tests.services.process import free_port as pick_free_port
from tests.services.redis import RedisServer

ROOT = Path(__file__).resolve().parent.parent
REAL_DOCUMENTS = ROOT.parent / "shared" / "real"
IN_CI = os.environ.get("CI") == "true"

# Tests start many programs, and each would compile every module anew: that takes longer than what it is started for.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# Milliseconds. Only a failure takes so long, or a machine that is busy with something else.
expect.set_options(timeout=30_000)
# No deadline: how long an example takes says something about the machine, not about the rule.
hypothesis.settings.register_profile("parley", deadline=None, derandomize=IN_CI)
hypothesis.settings.load_profile("parley")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if not IN_CI and not REAL_DOCUMENTS.is_dir():
        leave_out(config, items, "real_documents")
    # No other event loop can run beside the browser's, which ends with the file: browser tests are its last.
    files = {item.path: place for place, item in enumerate(items)}
    items.sort(key=lambda item: (files[item.path], asks_for(item, "browser")))


def leave_out(config: pytest.Config, items: list[pytest.Item], fixture: str) -> None:
    config.hook.pytest_deselected(items=[item for item in items if asks_for(item, fixture)])
    items[:] = [item for item in items if not asks_for(item, fixture)]


def asks_for(item: pytest.Item, fixture: str) -> bool:
    return fixture in getattr(item, "fixturenames", ())


@pytest.fixture(scope="session", autouse=True)
def server_logs() -> None:
    """Log lines as a server writes them: without the values of variables, which may be secrets, in tracebacks."""
    logs.configure(Settings(_env_file=None))  # type: ignore[call-arg]


@pytest.fixture(scope="session")
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def real_documents() -> Path:
    """The folder with published schemas and examples."""
    if not REAL_DOCUMENTS.is_dir():
        pytest.fail(f"The published documents are not in {REAL_DOCUMENTS}")
    return REAL_DOCUMENTS


@pytest.fixture(scope="session")
def free_port() -> Callable[[], int]:
    return pick_free_port


@pytest.fixture(scope="session")
def redis_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisServer]:
    """Shared by the session: leave it running. A test that makes Redis fail takes `own_redis`."""
    server = RedisServer(tmp_path_factory.mktemp("redis"))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis_url(redis_server: RedisServer) -> str:
    return redis_server.url


@pytest.fixture
def own_redis(tmp_path: Path) -> Iterator[RedisServer]:
    server = RedisServer(tmp_path)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Shared by the session. A test may restart it, and leaves it running."""
    server = PostgresServer()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def create_database(postgres_server: PostgresServer) -> Callable[..., str]:
    """Makes a fresh PostgreSQL database and answers its address; see PostgresServer.create_database."""
    return postgres_server.create_database


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> str:
    """The address of an empty PostgreSQL database of the test's own."""
    return postgres_server.create_database()


@pytest.fixture
def smtp_sink() -> Iterator[SmtpSink]:
    sink = SmtpSink()
    yield sink
    sink.stop()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One for a file. Playwright has an event loop running until it is stopped, and tests after it have their own."""
    with sync_playwright() as playwright:
        started = browsers.start_browser(playwright)
        if started is None:
            absent = "No Chromium. `make services` installs one; CHROMIUM=/path/to/chromium names one."
            if os.environ.get("REQUIRE_BROWSER") == "1":
                pytest.fail(absent)
            pytest.skip(absent)
        yield started
        started.close()


class NewContext(Protocol):
    def __call__(self, *, allow: tuple[str, ...] = (), **options: Any) -> BrowserContext: ...


@pytest.fixture
def new_context(browser: Browser) -> Iterator[NewContext]:
    """Gives each actor a browser of their own: `new_context(locale="de-DE", color_scheme="dark")`.

    The test fails on anything their pages complain about: console errors, uncaught exceptions, blocked content,
    answers of 500 and above. `allow` holds regular expressions of complaints that belong to the story.
    """
    actors: list[browsers.Actor] = []

    def start(*, allow: tuple[str, ...] = (), **options: Any) -> BrowserContext:
        actors.append(browsers.Actor(browser.new_context(**options), allow))
        return actors[-1].context

    yield start
    for actor in actors:
        actor.context.close()
    complaints = [complaint for actor in actors for complaint in actor.complaints()]
    assert not complaints, "The browser complained:\n" + "\n".join(complaints)


@pytest.fixture
def page(new_context: NewContext) -> Page:
    """One actor's page, for tests that need no second one."""
    return new_context().new_page()


@pytest.fixture(scope="session")
def axe() -> Callable[..., list[str]]:
    """`assert axe(page) == []`: nothing that axe-core knows of keeps anybody from using the page."""
    return browsers.axe
