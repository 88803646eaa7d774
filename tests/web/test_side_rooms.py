"""What the buyers keep among themselves is in no byte of the seller's, and leaves none of them other than it was.

Canary words are in everything that buyers can say or keep; every route of the desk, both sockets, what the command line
prints, the figures and the mail are searched for them. (The other direction is test_canaries: a seller's note is among
its words, and the buyers' own pages among its routes.)
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from litestar.routes import HTTPRoute
from sqlalchemy import select

from portal.cli import main
from portal.commands.conversation import buyer_room
from portal.commands.negotiation import draft_counteroffer, scenarios
from portal.commands.negotiation.send_scenario import send_scenario
from portal.commands.negotiation.share_scenario import share_scenario
from portal.database.command_metrics import name_of
from portal.storage import tables
from portal.web.http import metrics
from tests.cast import Clock, Table
from tests.web.conftest import PUBLIC_URL, Browser, Site
from tests.web.test_access import of, routes

CANARIES = ("Kingfisher", "Wagtail", "Goldcrest", "Nuthatch", "Treecreeper", "16161.61")
KINDS = ("confided", "sign_off", "scenario", "sign-off", "confide")
# Besides ids: what a page of the desk may be asked for.
QUERIES = ("", "?after=0", "?tab=waiting", "?mail=1", "?from=1&to=1")


def confers(table: Table) -> None:
    """Everything that buyers can do among themselves."""
    table.bea.does(buyer_room.confide, body=f"{CANARIES[0]} says 16,161.61 at most.", key=CANARIES[0])
    table.bea.does(buyer_room.sign_off, topic=CANARIES[1], verdict="waiting", note=CANARIES[2])
    table.sol.does(buyer_room.sign_off, topic=CANARIES[1], verdict="objects", note=CANARIES[2])
    begun = table.bea.does(scenarios.begin, name=CANARIES[3])
    change = table.bea.change("press", "unit_price", CANARIES[5])
    table.bea.does(draft_counteroffer.put_changes, changes=[change], reason=CANARIES[4])
    table.bea.does(share_scenario, begun.scenario)
    table.sol.does(scenarios.begin, name=CANARIES[3], copy_of=begun.scenario)


def found_in(text: str) -> str | None:
    for canary in (*CANARIES, *KINDS, "16,161"):
        at = text.find(canary)
        if at >= 0:
            return text[max(0, at - 80) : at + 60]
    return None


def desk(site: Site) -> Iterator[tuple[str, str]]:
    """Every answer of the desk to a look, as a page and as a part."""
    rita, mia = site.browser(site.table.rita), site.browser(site.table.mia)
    for method, path in [*of(site.app, "desk"), ("GET", "/desk/deals/{deal_id:str}/changes")]:
        if method != "GET" or path.startswith("/desk/sign-in"):
            continue
        where = re.sub(r"\{number:\w+\}", "1", path.replace("{deal_id:str}", site.table.deal_id))
        where = re.sub(r"\{line:\w+\}", "press", re.sub(r"\{term:\w+\}", "payment", where))
        where = re.sub(r"\{\w+:(\w+)\}", lambda part: "1" if part[1] == "int" else "nothing", where)
        for query in ("?before=99",) if "{deal_id:str}/conversation" in path else QUERIES:
            for browser in (rita, mia):
                yield where + query, plain(browser, where + query)
            yield f"{where}{query} (part)", plain(rita, where + query, HX_Request="true")


def plain(browser: Browser, path: str, **headers: str) -> str:
    """An answer and its headers, without what is new in every answer."""
    answer = browser.get(path, **headers)
    text = (
        answer.text
        if answer.headers.get("content-type", "").startswith(("text/", "application/json"))
        else ""
    )
    text = re.sub(
        r'name="(key|csrf)" value="[^"]*"|value="[\w-]{22}"|[0-9a-f]{16,}|<time.*?</time>|just now|\d+ \w+\.? ago',
        "",
        text,
    )
    kept = {
        name: value for name, value in answer.headers.items() if name.startswith(("parley", "etag", "last"))
    }
    return f"{answer.status_code} {kept} {text}"


@pytest.fixture
def still(site: Site) -> Clock:
    """Time stands while pages are compared."""
    clock = Clock(site.database.clock())
    site.database.clock = clock
    return clock


def test_no_page_of_the_desk_is_other_than_it_was(site: Site, still: Clock) -> None:
    site.table.rita.says("What do you think?")
    before = dict(desk(site))
    still.advance(minutes=7)
    confers(site.table)
    still.advance(minutes=-7)
    after = dict(desk(site))
    assert len(after) > 40
    assert [where for where, text in after.items() if found_in(text)] == []
    assert [where for where in before if before[where] != after[where]] == []


def test_it_is_there_to_be_found(site: Site) -> None:
    confers(site.table)
    bea = site.browser(site.table.bea)
    room = bea.get(f"/deals/{site.table.deal_id}/room").text
    assert [each for each in CANARIES[:4] if each not in room] == []
    beside = bea.get(f"/deals/{site.table.deal_id}/scenarios").text
    assert found_in(beside)


def test_no_frame_of_the_desk_carries_it(site: Site) -> None:
    table, cookie = site.table, f"parley_desk={site.table.cookies['rita']}"
    headers = {"Origin": PUBLIC_URL, "Cookie": cookie}
    position = table.rita.deal.seller_seq
    site.client.cookies.clear()
    with (
        site.client.websocket_connect("/desk/live", headers=headers) as inbox,
        site.client.websocket_connect(
            f"/desk/deals/{table.deal_id}/live?after={position}", headers=headers
        ) as deal,
    ):
        assert next_frame(inbox)["seq"] == 1
        confers(table)
        table.bea.says("Aloud.")
        frame = next_frame(deal)
        assert (frame["prev"], frame["seq"]) == (position, position + 1)
        assert "Aloud." in frame["content"]
        row = next_frame(inbox)
        assert row["seq"] == 2
        assert "Aloud." in row["content"]
        assert found_in(json.dumps([frame, row])) is None


def next_frame(socket: Any) -> dict[str, Any]:
    while True:
        frame: dict[str, Any] = socket.receive_json(timeout=10)
        assert found_in(json.dumps(frame)) is None
        if "content" in frame:
            return frame


def test_no_mail_says_it_to_anybody_of_the_seller_s(site: Site) -> None:
    confers(site.table)
    payloads = site.database.read_now(
        lambda t: t.connection.execute(select(tables.outbox.c.payload)).scalars().all()
    )
    told = [payload.decode() for payload in payloads if b"@oakum.example" not in payload]
    assert [each for each in told if found_in(each)] == []


def test_the_command_line_does_not_print_it(
    site: Site, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(site.settings.files_dir.parent)
    monkeypatch.setenv("PORTAL_DATABASE_URL", site.settings.database_url)
    verbs = (
        ["deal", "list", "--json"],
        ["deal", "show", site.table.deal_id, "--json"],
        ["verify", "--deal", site.table.deal_id, "--json"],
        ["handoff", "list", "--json"],
        ["order", "list", "--json"],
    )

    def printed() -> list[str]:
        for verb in verbs:
            assert main(verb) == 0, verb
        return capsys.readouterr().out.splitlines()

    before = printed()
    confers(site.table)
    assert printed() == before


def test_figures_count_it_as_work_on_a_draft(site: Site) -> None:
    for verb in (buyer_room.confide, buyer_room.sign_off, scenarios.begin, share_scenario):
        assert name_of(verb) == "draft_counteroffer.put_changes"
    assert name_of(send_scenario) == "make_counteroffer"
    for route in site.app.routes:
        if isinstance(route, HTTPRoute) and re.search("/(room|scenarios)", route.path):
            for method in ("GET", "POST"):
                metrics.answered({"method": method, "path_template": route.path_format}, 303, 0.1)
    text = metrics.text(site.app.state.services.hub, site.database, None).decode()
    assert found_in(text) is None
    assert "/room" not in text


def test_every_address_of_the_buyers_alone_is_theirs(site: Site) -> None:
    own = [path for (_, path), audience in routes(site.app).items() if audience == "buyer"]
    assert sum("/room" in path or "/scenarios" in path for path in own) >= 8
