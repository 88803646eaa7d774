"""The buyers' room: a page of their own, its own addresses, and sign-offs told beside the next step. None of it blocks."""

from __future__ import annotations

import pytest

from portal.access import deal_for
from portal.commands.conversation import buyer_room
from portal.reading.buyer import room
from tests.cast import Seat
from tests.web.conftest import Browser, Site
from tests.web.page import Page


def here(site: Site) -> str:
    return f"/deals/{site.table.deal_id}"


def room_of(site: Site, who: Seat, query: str = "") -> Page:
    answer = site.browser(who).get(f"{here(site)}/room{query}")
    assert answer.status_code == 200, answer.text
    return Page(answer.text)


def test_without_scripts_a_line_leads_back_to_the_room(site: Site) -> None:
    bea = site.browser(site.table.bea)
    form = room_of(site, site.table.bea).form("room-say")
    for _ in range(2):
        answer = bea.post(f"{here(site)}/room", {**form, "body": "We could pay **18,200**."})
        assert (answer.status_code, answer.headers["location"]) == (303, f"{here(site)}/room#room")
    for who in (site.table.bea, site.table.sol, site.table.vic):
        log = room_of(site, who)["room-log"]
        assert [each.text_content() for each in log.iter("p") if "as-written" in each.get("class", "")] == [
            "We could pay **18,200**."
        ]


def test_with_scripts_it_is_added_in_place(site: Site) -> None:
    page = room_of(site, site.table.bea)
    form = page.form("room-say")
    answer = site.browser(site.table.bea).post(
        f"{here(site)}/room", {**form, "body": "Quietly."}, HX_Request="true"
    )
    assert answer.status_code == 200
    page.take(answer.text)
    assert "Quietly." in page.text("room-log")
    assert page.form("room-say")["key"] != form["key"]
    assert page.form("room-say")["body"] == ""
    fresh = room_of(site, site.table.bea)
    assert page.text("room-log") == fresh.text("room-log")


def test_a_viewer_reads_and_says_nothing(site: Site) -> None:
    page = room_of(site, site.table.vic)
    assert page.by_id("room-say") is None
    answer = site.browser(site.table.vic).post(f"{here(site)}/room", {"body": "Hello"})
    assert answer.status_code == 403
    assert "Only a commenter" in answer.text


@pytest.mark.parametrize(
    ("path", "fields"), [("room", {"body": ""}), ("room/sign-offs", {"topic": "", "verdict": "fine"})]
)
def test_a_refusal_keeps_what_was_typed(site: Site, path: str, fields: dict[str, str]) -> None:
    answer = site.browser(site.table.bea).post(f"{here(site)}/{path}", fields | {"note": "As last year."})
    assert answer.status_code == 422
    page = Page(answer.text)
    assert page.root.xpath("//*[@role='alert']")
    if "sign-offs" in path:
        assert page.form("sign-off")["note"] == "As last year."


def told(site: Site, who: Seat) -> str:
    return Page(site.browser(who).get(here(site)).text).text("sign-offs")


def test_what_is_open_is_told_beside_the_next_step_and_hinders_nothing(site: Site) -> None:
    assert told(site, site.table.sol) == "Team space (private)"
    bea = site.browser(site.table.bea)
    bea.post(f"{here(site)}/room/sign-offs", {"topic": "Legal", "verdict": "waiting"})
    bea.post(f"{here(site)}/room/sign-offs", {"topic": "Finance", "verdict": "fine"})
    assert told(site, site.table.sol) == "Legal: waiting · Team space (private)"
    dialog = Page(site.browser(site.table.sol).get(f"{here(site)}?accept=1").text)
    assert "Legal: waiting" in dialog.text("acceptance")
    assert "Finance" not in dialog.text("acceptance")
    site.table.rita.edits("press", unit_price="18400")
    site.table.rita.publishes()
    assert (
        told(site, site.table.sol)
        == "Legal: waiting (revision 1) · Finance: approved (revision 1) · Team space (private)"
    )
    answer(site.browser(site.table.sol), here(site), "fine:Legal")
    answer(site.browser(site.table.sol), here(site), "fine:finance")
    assert told(site, site.table.sol) == "Team space (private)"
    assert site.table.sol.accepts()


def answer(browser: Browser, deal: str, word: str) -> None:
    answer = browser.post(f"{deal}/room/sign-offs", {"word": word})
    # To the words themselves: the form is folded away.
    assert (answer.status_code, answer.headers["location"]) == (303, f"{deal}/room#words-title")


def test_the_history_of_a_topic_is_in_the_room(site: Site) -> None:
    for verdict in ("waiting", "objects", "fine"):
        site.table.bea.does(buyer_room.sign_off, topic="Legal", verdict=verdict, note=f"It is {verdict}.")
    page = room_of(site, site.table.sol)
    assert "Legal: approved" in page.text("room-words")
    for verdict in ("waiting", "objects", "fine"):
        assert f"It is {verdict}." in page.text("room-log")


def test_what_was_said_long_ago_is_found(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "NEWEST", 3)
    for number in range(5):
        site.table.bea.does(buyer_room.confide, body=f"Line {number}")
    page = room_of(site, site.table.bea)
    assert "Line 1" not in page.text("room-log")
    (earlier,) = page.root.xpath("//p[@class='earlier']/a/@href")
    assert "Line 1" in room_of(site, site.table.bea, f"?{earlier.partition('?')[2]}").text("room-log")


def test_the_preview_of_the_desk_has_neither(site: Site) -> None:
    site.table.bea.does(buyer_room.sign_off, topic="Legal", verdict="waiting")
    page = site.browser(site.table.rita).get(f"/desk{here(site)}/preview").text
    assert "sign-offs" not in page
    assert "Legal" not in page
    answer = site.browser(site.table.rita).get(f"/desk{here(site)}/room")
    assert answer.status_code == 404


def test_a_page_of_the_room_is_no_view_of_the_proposal(site: Site) -> None:
    page = room_of(site, site.table.bea)
    assert page.root.body.get("data-party") != "buyer"
    assert page["live"].get("hx-ws:connect").endswith("room=1")
    events = site.database.read_now(
        lambda t: deal_for(t, site.table.rita.actor, site.table.deal_id).seller_seq
    )
    room_of(site, site.table.bea)
    assert site.table.rita.deal.seller_seq == events
