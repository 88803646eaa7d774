"""`python -m tests.services` names what is missing of browser, redis and postgres, one a line."""

import shutil

from playwright.sync_api import sync_playwright

from tests.services.browser import find_browser
from tests.services.postgres import find_program

with sync_playwright() as playwright:
    found = {
        "browser": find_browser(playwright),
        "redis": shutil.which("redis-server"),
        "postgres": find_program("postgres") and find_program("initdb"),
    }
print("\n".join(name for name, program in found.items() if not program))
