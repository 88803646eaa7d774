"""`python -m tests.services` names what is missing of browser, redis and postgres, one a line."""

import shutil
import subprocess
import sys

from playwright.sync_api import Error, sync_playwright

from tests.services.browser import start_browser
from tests.services.postgres import find_program


def has_browser() -> bool:
    """Whether one starts: being on PATH is not enough for a stub that asks for a snap."""
    driver = subprocess.run(
        [sys.executable, "-m", "playwright", "--version"], capture_output=True, check=False
    )
    if driver.returncode != 0:  # a library is missing that Playwright's own Node.js needs
        return False
    with sync_playwright() as playwright:
        try:
            return start_browser(playwright) is not None
        except Error:
            return False


PRESENT = {
    "browser": has_browser,
    "redis": lambda: shutil.which("redis-server"),
    "postgres": lambda: find_program("postgres") and find_program("initdb"),
}

for name, is_present in PRESENT.items():
    if not is_present():
        print(name)
