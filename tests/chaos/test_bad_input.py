"""Whatever a form, an address or a frame holds: it is done, or refused with a sentence and nothing is left of it."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any, get_args

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as effort
from hypothesis import strategies as st

import portal.web
from portal.domain.change.fields import Field
from tests.chaos import invariants
from tests.chaos.conftest import TIMES, StartSite
from tests.chaos.house import House
from tests.chaos.soundness import Sound
from tests.quotes import day_ahead
from tests.realtime.client import Page
from tests.web.conftest import Browser, Site, settings, site  # noqa: F401 - fixtures
from tests.web.page import Page as Html
from tests.web.test_access import declared

SOURCES = [path.read_text() for path in Path(portal.web.__path__[0]).rglob("*.py")]
# Every field that a handler reads, and more than it knows of those with a prefix.
PREFIXES = sorted({name for text in SOURCES for name in re.findall(r'\.beginning\("([\w:]+)"', text)})
READ = {name for text in SOURCES for name in re.findall(r'\.(?:one|all|checked)\(\s*"(\w+)"', text)}
FIELDS = sorted((READ - {"csrf"}) | {*get_args(Field), "reason", "effect"})
SUBJECTS = ("line:press:unit_price", "line:press:quantity", "line:none:quantity", "term:payment:value", "x")
# What a field could well hold, and what nobody should send.
PLAUSIBLE = (
    *("", "1", "2", "0", "-1", "3.5", "17,200", "17.200,00", "1e9", "99999999999999999999", "NaN", "١٢"),
    *("accept", "decline", "counter", "true", "on", "grant", "rep", "signer", "viewer", "send", "check"),
    *("line:press", "term:payment", "line:training:selected:true", "line:panel-touch:choice:true"),
    *(
        day_ahead().isoformat(),
        "2999-01-01",
        "0001-01-01",
        "9999-12-31",
        "2999-02-30",
        "60 days net",
        "Week 12",
    ),
    *("sol@oakum.example", "a@b", "@", "webhook", "folder", "../../etc", "http://127.0.0.1/", "json", "ubl"),
    *("\x00", "\u202e", "\ufeff", "é" * 300, "x" * 20_000, "<b>", "{{ 7*7 }}", "'; DROP TABLE deal; --"),
)
PLACES = ("press", "payment", "training", "panel-touch", "none", "1", "2", "-1", "0", "%00", "é", "x" * 300)
values = st.sampled_from(PLAUSIBLE) | st.text(max_size=30)
names = st.sampled_from(FIELDS) | st.builds(
    lambda prefix, rest: prefix + rest, st.sampled_from(PREFIXES or [""]), st.sampled_from(SUBJECTS)
)
forms = st.dictionaries(names, values, max_size=6)


def often(examples: int) -> effort:
    return effort(max_examples=examples * TIMES, suppress_health_check=list(HealthCheck))


def filled(path: str, deal_id: str, places: list[str]) -> str:
    """The path with the deal in it, and with other parts as they come."""
    parts = iter(places * 4)
    path = path.replace("{deal_id:str}", deal_id)
    return re.sub(r"\{(\w+):(\w+)\}", lambda part: next(parts) if part[2] == "str" else "1", path)


def is_told(answer: httpx.Response) -> None:
    """A refusal says something to a person, and nothing about our insides."""
    assert answer.status_code < 500, f"{answer.status_code}: {answer.text[:2000]}"
    if answer.status_code >= 400:
        text = answer.text.partition("<main")[2] or answer.text
        assert re.search(r"[A-Z][a-z]+ \w+ .*\.", re.sub(r"<[^>]+>", " ", text)), answer.text[:2000]
        for inside in ("Traceback", "sqlalchemy", "litestar", "Exception"):
            assert inside not in answer.text


class Desk:
    """The application, and a deal of its own for each form that was taken."""

    def __init__(self, site: Site) -> None:  # noqa: F811 - the fixture's class
        self.site, self.house = site, House(site.database, site.table)
        routes = declared(site.app)
        self.forms = sorted(path for method, path in routes if method == "POST" and path != "/desk/sign-out")
        self.pages = sorted(path for method, path in routes if method == "GET")
        self.mia = site.browser(site.table.mia)
        self.begins()

    def browser(self, path: str) -> Browser:
        return self.mia if path.startswith("/desk") else self.sol

    def begins(self) -> None:
        self.table = self.house.deal()
        self.table.bea.proposes("press", unit_price="17200")
        self.site.table.cookies.update(self.table.cookies)
        self.sol = self.site.browser(self.table.sol)
        self.sound = Sound(self.site.database, self.table.deal_id)
        self.before = self.sound.everything()

    def sends(self, path: str, form: dict[str, str]) -> None:
        answer = self.browser(path).post(path, form)
        is_told(answer)
        if answer.status_code >= 400:
            assert self.sound.everything() == self.before, "what was refused left something behind"
            return
        # Whatever was done is shown to both sides, and every chain holds.
        deal = self.table.deal_id
        for place in (f"/deals/{deal}", f"/desk/deals/{deal}", "/desk", "/desk/settings"):
            assert self.browser(place).get(place).status_code == 200, place
        invariants.verified(self.site.database, deal)
        self.begins()


@pytest.fixture
def desk(site: Site) -> Desk:  # noqa: F811
    return Desk(site)


def test_any_form(desk: Desk) -> None:
    @often(60)
    @given(path=st.sampled_from(desk.forms), form=forms, places=st.lists(st.sampled_from(PLACES), min_size=1))
    def holds(path: str, form: dict[str, str], places: list[str]) -> None:
        desk.sends(filled(path, desk.table.deal_id, places), form)

    holds()


def test_any_address(desk: Desk) -> None:
    @often(60)
    @given(
        path=st.sampled_from(desk.pages),
        query=st.dictionaries(
            st.sampled_from(("after", "before", "from", "to", "epoch", "change", "comment", "accept", "tab"))
            | st.sampled_from(("search", "whose", "language", "mail", "page", "next", "deal")),
            values,
            max_size=3,
        ),
        places=st.lists(st.sampled_from(PLACES), min_size=1),
    )
    def holds(path: str, query: dict[str, str], places: list[str]) -> None:
        address = httpx.URL(filled(path, desk.table.deal_id, places), params=query)
        is_told(desk.browser(path).get(str(address)))

    holds()
    assert desk.sound.everything() == desk.before, "looking changed something"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | values,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
KINDS = st.sampled_from(("message", "typing", "at", "seen", "note", "hb", "reload", ""))
frames = st.fixed_dictionaries(
    {}, optional=dict.fromkeys(("key", "body", "anchor", "seq", "by", "content", "HEADERS"), values | JSON)
)


@pytest.mark.anyio
async def test_any_frame(start_site: StartSite) -> None:
    """Each is answered or ignored, the connection goes on, and nothing is said but what was meant to be."""
    served = start_site()
    table = served.house.deal()
    tab = served.tab(table, table.bea)
    await tab.load()
    cookie = "; ".join(f"{name}={value}" for name, value in tab.cookies.items())
    place = f"{tab.url}{tab.path}/live"
    page = await Page.open(place, after=tab.last, cookie=cookie, origin=tab.origin)
    drawn: list[dict[str, Any] | Any] = []

    @often(60)
    @given(frame=st.builds(lambda kind, rest: {"type": kind, **rest}, KINDS, frames) | JSON)
    def draws(frame: Any) -> None:
        drawn.append(frame)

    draws()
    meant = {}
    for number, frame in enumerate(drawn):
        await page.sends(json.dumps(frame))
        meant[f"sane-{number}"] = f"Still here {number}"
        await page.says(meant[f"sane-{number}"], key=f"sane-{number}")
        told = await page.told(f"sane-{number}")
        assert "content" in told, (frame, told)
    invariants.kept_once(served.database, table.deal_id, meant)
    invariants.verified(served.database, table.deal_id)
    fresh = Html((await tab.http.get(tab.path)).text)
    assert fresh.position == page.position
    await page.close()
    await tab.http.aclose()
