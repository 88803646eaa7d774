"""Somebody who reads pages and parts in one language and keeps what was read."""

from __future__ import annotations

import httpx

from portal.request import LANGUAGE_COOKIE
from tests.cast import Seat
from tests.web.conftest import Browser, Site

HTMX = {"HX_Request": "true"}
# What the people of the tours write themselves.
SAID = ("Is that with oil?", "Too dear, sorry.", "They seem in a hurry.", "Gern, bis Freitag.")


class Reader:
    """`seen` holds what was read, by a name for it. Whoever reads has chosen the language on the page."""

    def __init__(self, site: Site, language: str) -> None:
        self.site, self.table, self.language = site, site.table, language
        self.seen: dict[str, str] = {}

    def browser(self, who: Seat | None = None) -> Browser:
        browser = self.site.browser(who)
        browser.cookies = {**browser.cookies, LANGUAGE_COOKIE: self.language}
        return browser

    def look(self, name: str, answer: httpx.Response, status: int = 200) -> str:
        assert answer.status_code == status, f"{name}: {answer.status_code} {answer.text[:500]}"
        assert name not in self.seen, name
        self.seen[name] = answer.text
        return answer.text

    def get(self, who: Seat | None, path: str, status: int = 200, **headers: str) -> str:
        name = f"GET {path}{' (part)' if headers else ''} {len(self.seen)}"
        return self.look(name, self.browser(who).get(path, **headers), status)

    def post(
        self, who: Seat | None, path: str, status: int = 200, /, htmx: bool = True, **fields: str
    ) -> str:
        answer = self.browser(who).post(path, fields, **(HTMX if htmx else {}))
        return self.look(f"POST {path} {len(self.seen)}", answer, status)
