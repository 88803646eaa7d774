"""Chromium for browser tests: found, started, and listened to."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
SYSTEM_BROWSERS = (
    "chromium-headless-shell",
    "chromium",
    "chromium-browser",
    "google-chrome-stable",
    "google-chrome",
    "microsoft-edge",
)
# Without these, some builds look up their maker's hosts at every start.
ARGUMENTS = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)

# A blocked style or script can be silent in the console; the event never is.
REPORT_POLICY_VIOLATIONS = """
document.addEventListener("securitypolicyviolation", event =>
    console.error(`Content-Security-Policy: ${event.violatedDirective} blocked ${event.blockedURI} ${event.sample}`))
"""


def find_browser(playwright: Playwright) -> Path | None:
    """$CHROMIUM, else Playwright's own, else the system's."""
    if named := os.environ.get("CHROMIUM"):
        return Path(named)
    own = Path(playwright.chromium.executable_path)
    if own.exists():
        return own
    return next((Path(found) for name in SYSTEM_BROWSERS if (found := shutil.which(name))), None)


def start_browser(playwright: Playwright) -> Browser | None:
    found = find_browser(playwright)
    return found and playwright.chromium.launch(executable_path=found, args=list(ARGUMENTS))


class Actor:
    """One person's browser context, and everything its pages complained about."""

    def __init__(self, context: BrowserContext, allowed: Sequence[str]) -> None:
        self.context = context
        self._allowed = [re.compile(pattern) for pattern in allowed]
        self._complaints: list[str] = []
        context.add_init_script(REPORT_POLICY_VIOLATIONS)
        context.on("console", self._hear_console)
        context.on("weberror", lambda error: self._hear(f"page error: {error.error}"))
        context.on("response", self._hear_response)

    def complaints(self) -> list[str]:
        return [
            text for text in self._complaints if not any(pattern.search(text) for pattern in self._allowed)
        ]

    def _hear(self, complaint: str) -> None:
        self._complaints.append(complaint)

    def _hear_console(self, message: ConsoleMessage) -> None:
        if message.type == "error":
            self._hear(f"console: {message.text} ({message.location.get('url', '')})")

    def _hear_response(self, response: Any) -> None:
        if response.status >= 500:
            self._hear(f"answered {response.status}: {response.request.method} {response.url}")


@cache
def axe_source() -> str:
    if not AXE.exists():
        raise RuntimeError("axe-core is not installed; `make setup` installs it")
    return AXE.read_text()


# What is in order is ten times as long, and bringing it here takes longer than finding it out.
VIOLATIONS = """async within =>
    (await axe.run(within ?? document, {resultTypes: ["violations"]})).violations"""


def axe(page: Page, *, within: str | None = None) -> list[str]:
    """What axe-core finds wrong on the page as it is now, a sentence each; `within` is a CSS selector.

    Evaluated rather than added as a script element, which a Content-Security-Policy would rightly block.
    """
    if not page.evaluate("'axe' in window"):
        page.evaluate(axe_source())
    found = page.evaluate(VIOLATIONS, within)
    return [
        f"{violation['id']}: {violation['help']}: {node['target']} {node['html'][:160]}"
        for violation in found
        for node in violation["nodes"]
    ]
