"""Every template of the pages is drawn in one walk through the house. One that nothing reaches is dead, or not tested."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from jinja2 import BaseLoader, Environment, Template
from litestar.testing import TestClient

from portal import signing
from portal.app import create_app
from portal.commands.deal import expire_deals
from portal.commands.people import sign_in
from portal.domain.change import change as changing
from portal.settings import Settings
from portal.storage import migrate
from portal.storage.session import Store
from tests.cast import Table
from tests.quotes import current_quote
from tests.web.conftest import PUBLIC_URL, Browser, Site
from tests.web.public.test_join import link_of, token_in

TEMPLATES = Path(__file__).resolve().parent.parent / "templates"
# Mail is drawn by the worker and shown by the demo's mailbox, and tested with them.
PAGES = {
    path.relative_to(TEMPLATES).as_posix()
    for path in TEMPLATES.rglob("*.html")
    if path.relative_to(TEMPLATES).parts[0] not in ("mail", "mailbox")
}


class Recorder(BaseLoader):
    """Remembers which templates were asked for; each is asked for when it is first drawn, not when it is named."""

    def __init__(self, loader: BaseLoader) -> None:
        self.loader, self.drawn = loader, set[str]()

    def load(self, environment: Environment, name: str, globals: Any = None) -> Template:  # noqa: A002
        self.drawn.add(name)
        return self.loader.load(environment, name, globals)

    def list_templates(self) -> list[str]:
        return self.loader.list_templates()


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=f"sqlite:///{tmp_path}/parley.db",
        secret_keys=("a key of the tests",),
        public_url=PUBLIC_URL,
        files_dir=tmp_path / "files",
        environment="demo",
    )


@pytest.fixture
def site(settings: Settings) -> Iterator[Site]:
    store = Store(settings.database_url)
    migrate.upgrade(store, new_epoch="test")
    store.close()
    app = create_app(settings)
    with TestClient(app, base_url=PUBLIC_URL, raise_server_exceptions=True) as client:
        yield Site(app, client)


@pytest.fixture
def recorder(site: Site) -> Recorder:
    environment = site.app.state.services.templates.environment
    environment.loader = recorder = Recorder(environment.loader)
    return recorder


def test_every_template_of_a_page_is_drawn(site: Site, recorder: Recorder) -> None:
    walk(site, site.table)
    assert PAGES - recorder.drawn == set()


def test_every_template_can_be_compiled(site: Site) -> None:
    environment: Environment = site.app.state.services.templates.environment
    for name in sorted(PAGES):
        source = (TEMPLATES / name).read_text()
        assert isinstance(environment.compile(source, name=name), CodeType)


def walk(site: Site, table: Table) -> None:
    """A deal from the mailed link to the order, another that expires, and every room of the desk."""
    bea, sol, rita, mia = (site.browser(who) for who in (table.bea, table.sol, table.rita, table.mia))
    deal, desk = f"/deals/{table.deal_id}", f"/desk/deals/{table.deal_id}"
    outside(site, table)
    stop = signing.sign(site.settings, "unsubscribe", [f"contact:{table.bea.contact_id}", "expiry"])
    reads(site.browser(), f"/unsubscribe/{stop}")

    for number in range(52):
        bea.post(f"{deal}/messages", {"body": f"Message {number}", "key": f"m-{number}"})
    bea.post(f"{deal}/messages", {"body": "Why?", "anchor": "line:press", "key": "c"})
    reads(bea, deal, f"{deal}?change=line:press", f"{deal}?comment=term:payment", f"{deal}?decline=1")
    reads(bea, f"{deal}/conversation?before=20")
    reads(bea, f"{deal}/conversation?before=20", f"{deal}/lines/press/change", f"{deal}/decline", htmx=True)
    bea.post(f"{deal}/lines/press/change", {"unit_price": "17200"})
    bea.post(f"{deal}/lines/press/preview", {"unit_price": "17200"}, HX_Request="true")
    bea.post(f"{deal}/lines/press/change", {"quantity": "99"}, HX_Request="true")
    reads(bea, deal)
    bea.post(f"{deal}/room/sign-offs", {"topic": "Legal", "verdict": "waiting"})
    reads(bea, f"{deal}/room", f"{deal}/scenarios")
    bea.post(f"{deal}/counteroffer", {"key": "k", "revision": "1"})
    bea.post(f"{deal}/choices", {"choice": "x", "revision": "1"}, HX_Request="true")
    bea.post(f"{deal}/choices", {"choice": "line:training:selected:true", "revision": "1"})
    reads(bea, f"{deal}?compose=1")
    bea.post(f"{deal}/counteroffer/discard", {})

    reads(rita, "/desk", desk, f"{desk}/changes?after=0", f"{desk}?change=line:press", f"{desk}/preview")
    rita.post(f"{desk}/notes", {"body": "Careful.", "key": "n"})
    rita.post(f"{desk}/lines/care/change", {"unit_price": "240"}, HX_Request="true")
    offer = {"label": "Five", "if_1": "line:press", "least_1": "5", "then_1": "press", "measure_1": "percent"}
    offer = {f"standing_offer_{name}": value for name, value in (offer | {"figure_1": "4"}).items()}
    reads(rita, f"{desk}/offers/_/change", htmx=True)
    rita.post(f"{desk}/offers/_/preview", offer, HX_Request="true")
    rita.post(f"{desk}/outcome", {"base": "1"}, HX_Request="true")
    reads(rita, f"{desk}/answers", f"{desk}/activity", htmx=True)
    reads(rita, desk, f"{desk}/changes?after=0")
    rita.post(f"{desk}/publish", {"base": "1", "answer:line:press:unit_price": "accept", "key": "p"})
    table.rita.publishes("17900")
    reads(bea, deal, f"{deal}/changes?after=0", f"{deal}/compare?from=1&to=2", f"{deal}/revisions/1")
    reads(bea, deal, f"{deal}/sheet", f"{deal}/reminders")
    reads(bea, f"{deal}/board")
    reads(rita, f"{desk}/board", f"{desk}/concessions", f"{desk}/compare?from=1&to=2")
    reads(sol, f"{deal}?accept=1")
    rooms_of_the_desk(mia)
    reads(bea, f"{deal}/whole/total/change", f"{deal}/wishes/_/change", htmx=True)
    table.bea.asks(changing.spell(table.bea.offer, "deal:total", "target", "50000"))
    reads(rita, f"{desk}/wishes/_/change", f"{desk}/adjustments/_/change", f"{desk}/answers", htmx=True)

    table.rita.edits("press", unit_price="15000")
    table.rita.publishes("decline")
    reads(mia, "/desk/approvals", desk)
    table.sol.accepts()
    reads(sol, deal)
    reads(rita, desk, "/desk/handoffs")

    end = table.ravn.deal.valid_until
    site.database.clock = lambda: end + timedelta(hours=1)
    site.database.write_now(expire_deals.expire_deals)
    reads(site.browser(table.ravn), f"/deals/{table.rival_deal_id}")


def outside(site: Site, table: Table) -> None:
    """Doors, and what stands behind a wrong one."""
    nobody = site.browser()
    rep = partial(sign_in.issue_sign_in_link, email="rita@kestrel.example")
    desk_link = str(site.database.write_now(rep).url).removeprefix(PUBLIC_URL)
    reads(nobody, link_of(site, table.bea), desk_link, "/desk/sign-in", "/links/sent")
    reads(nobody, "/j/nothing", "/desk/sign-in/nothing", "/nowhere", status=(404,))
    reads(nobody, f"/deals/{table.deal_id}", "/desk", status=(401,))
    reads(site.browser(table.bea), f"/deals/{table.rival_deal_id}", status=(404,), htmx=True)
    token = token_in(nobody.get("/desk/sign-in").text)
    asked = site.request("POST", "/desk/sign-in", data={"csrf": token, "email": "rita@kestrel.example"})
    assert asked.status_code == 200


def rooms_of_the_desk(mia: Browser) -> None:
    reads(
        mia, "/desk/quotes/new", "/desk/insights", "/desk/settings", "/desk?search=nothing", "/desk/approvals"
    )
    reads(mia, "/desk/policies", "/desk/policies/new")
    document = json.dumps(current_quote(external_id="NEW-1"))
    mia.post("/desk/quotes/new", {"text": document, "do": "check"})
    reads(mia, mia.post("/desk/quotes/new", {"text": document, "do": "import"}).headers["location"])


def reads(browser: Browser, *paths: str, status: tuple[int, ...] = (200,), htmx: bool = False) -> None:
    for path in paths:
        answer = browser.get(path, **({"HX_Request": "true"} if htmx else {}))
        assert answer.status_code in status, f"{path} answered {answer.status_code}"
