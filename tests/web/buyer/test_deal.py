"""What the buyer's page says and offers, by role and by state; and what opens on it without scripts."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from pypdf import PdfReader

from tests.cast import Seat, Table
from tests.quotes import quote
from tests.web.conftest import Site
from tests.web.page import Page


def page_of(site: Site, who: Seat, query: str = "", status: int = 200) -> Page:
    answer = site.browser(who).get(f"/deals/{site.table.deal_id}{query}")
    assert answer.status_code == status, answer.text[:300]
    return Page(answer.text)


def test_the_page_tells_the_offer(site: Site, table: Table) -> None:
    page = page_of(site, table.bea)
    assert page["introduction"].find("h1").text == "Two HP-40 presses for the Odense line"
    assert f"valid until {table.last_day:%-d %b %Y}" in page.text("introduction")
    assert "2 × at 18,450.00 36,900.00" in page.text("line-press")
    assert "Negotiable: quantity 1 to 10, unit price." in page.text("line-press")
    assert "List price 19,500.00 Project −1,050.00 Net unit price 18,450.00" in page.text("line-press")
    assert "250.00 per month, for 36 months" in page.text("line-care")
    assert "not included" in page.text("line-training")
    assert "Due once EUR 52,241.00" in page.text("summary")
    assert "Due per month EUR 297.50" in page.text("summary")
    assert "Your turn" in page.text("turn")


def test_a_price_for_a_hundred_says_so_wherever_it_stands(site: Site, table: Table) -> None:
    oil = {
        "key": "oil",
        "name": "Hydraulic oil",
        "quantity": "250",
        "unit": "KGM",
        "unit_price": "389.00",
        "price_base_quantity": "100",
        "negotiable": ["quantity", "unit_price"],
        "why": [{"label": "List price", "amount": "389.00"}],
    }
    deal_id, seats = table._sent(quote(external_id="CPQ-OIL", lines=[oil]))
    deal, bea = f"/deals/{deal_id}", site.browser(seats["bea"])
    line = Page(bea.get(deal).text).text("line-oil")
    assert "250 kg × at 389.00 per 100 kg 972.50" in line
    assert "Net unit price 389.00 per 100 kg" in line
    preview = bea.post(f"{deal}/lines/oil/preview", {"unit_price": "380"}, HX_Request="true").text
    assert "at 380.00 per 100 kg" in Page(preview).root.text_content()
    paper = PdfReader(io.BytesIO(bea.get(f"{deal}/proposal.pdf").content))
    assert "250 kg × 389.00 per 100 kg" in " ".join(paper.pages[0].extract_text().split())


def test_the_page_holds_its_position_and_its_socket(site: Site, table: Table) -> None:
    table.bea.says("Hello")
    page = page_of(site, table.bea)
    assert page.position == table.bea.deal.position == 2
    assert f"/deals/{table.deal_id}/live?after=2&epoch=" in page["live"].get("hx-ws:connect")
    assert page["log-2"].get("data-author") == f"contact:{table.bea.contact_id}"


@pytest.mark.parametrize(
    ("name", "may"),
    [
        ("vic", set()),
        ("bea", {"Send", "Send counteroffer", "Change Hydraulic press HP-40", "Add Training", "Decline"}),
        ("sol", {"Send", "Send counteroffer", "Change Hydraulic press HP-40", "Review and accept"}),
    ],
)
def test_nobody_sees_a_button_that_their_role_does_not_have(
    site: Site, table: Table, name: str, may: set[str]
) -> None:
    buttons = page_of(site, getattr(table, name)).buttons()
    every = {
        "Send",
        "Send counteroffer",
        "Change Hydraulic press HP-40",
        "Add Training",
        "Decline",
        "Review and accept",
    }
    assert may <= buttons
    if name == "vic":
        assert not every & buttons
    if name == "bea":
        assert "Review and accept" not in buttons


def test_asks_and_answers_stand_on_their_line(site: Site, table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    page = page_of(site, table.sol)
    assert "Asked Unit price: offered 18,450.00, asked 17,200.00 by Bea Lund" in page.text("line-press")
    assert "0 of 1 points agreed · 2,500.00 apart (net)" in page.text("settlement")
    assert "Sent to Kestrel Machines on" in page.text("turn")
    table.rita.publishes("18000", note="As low as we can go.")
    page = page_of(site, table.sol)
    assert "asked 17,200.00, answered 18,000.00 by Rita in revision 2" in page.text("line-press")
    assert "was 18,450.00 18,000.00" in page.text("line-press")
    assert "Rita published revision 2. 1 line changed. Total down EUR 900.00 net." in page.text("banner")
    assert "As low as we can go." in page.text("banner")


def test_a_line_that_is_left_alone_has_no_marks(site: Site, table: Table) -> None:
    table.rita.edits("care", unit_price="240")
    table.rita.publishes()
    page = page_of(site, table.bea)
    assert page["line-care"].get("data-marked") is not None
    assert page["line-press"].get("data-marked") is None
    assert not page["line-press"].xpath(".//ins|.//del")


@pytest.mark.parametrize("subject", ["line:press", "term:payment"])
def test_a_change_form_opens_without_scripts(site: Site, table: Table, subject: str) -> None:
    page = page_of(site, table.bea, f"?change={subject}")
    form = page["change-form"]
    assert form.get("action") == f"/deals/{table.deal_id}/{subject.replace(':', 's/')}/change"
    assert form.getparent().get("id") == f"change-{subject.replace(':', '-')}"
    assert page.form("change-form")["csrf"] == site.browser(table.bea).csrf


def test_the_change_form_shows_what_is_offered_and_its_limits(site: Site, table: Table) -> None:
    page = page_of(site, table.bea, "?change=line:press")
    assert page.form("change-form") | {"quantity": "2", "unit_price": "18,450.00"} == page.form("change-form")
    assert "Offered: 2. From 1 to 10. From 5: 17,900.00." in page.text("hint-quantity")


def test_a_comment_form_opens_without_scripts(site: Site, table: Table) -> None:
    page = page_of(site, table.bea, "?comment=term:payment")
    assert page.form("comment-form")["anchor"] == "term:payment"


def test_what_cannot_open_stays_closed(site: Site, table: Table) -> None:
    for query in ("?change=line:nothing", "?change=nonsense", "?comment=line:nothing", "?change=line:press"):
        page = page_of(site, table.vic, query)
        assert page.by_id("change-form") is None, query
        assert page.by_id("comment-form") is None, query


def test_dialogs_open_without_scripts_for_those_who_may(site: Site, table: Table) -> None:
    assert page_of(site, table.sol, "?accept=1")["acceptance"].get("open") is not None
    assert page_of(site, table.bea, "?accept=1").by_id("acceptance") is None
    assert page_of(site, table.bea, "?decline=1")["refusal-dialog"].get("open") is not None
    assert page_of(site, table.vic, "?decline=1").by_id("refusal-dialog") is None


def test_parts_open_by_themselves_for_htmx(site: Site, table: Table) -> None:
    for path, status in (
        ("/lines/press/change", 200),
        ("/terms/payment/change", 200),
        ("/lines/press/comment", 200),
        ("/counteroffer", 200),
        ("/decline", 200),
        ("/acceptance", 403),
        ("/lines/nothing/change", 404),
        ("/terms/press/comment", 404),
        ("/terms/delivery/change", 404),
    ):
        answer = site.browser(table.bea).get(f"/deals/{table.deal_id}{path}", HX_Request="true")
        assert answer.status_code == status, path
        assert "<html" not in answer.text


def test_the_conversation_begins_with_the_newest_and_tells_the_rest_on_request(
    site: Site, table: Table
) -> None:
    for number in range(60):
        table.bea.says(f"Message {number}.")
    page = page_of(site, table.bea)
    assert len(page["log"]) == 50
    before = page["earlier"].find("a").get("href")
    whole = site.browser(table.bea).get(before)
    assert "Message 5." in whole.text
    assert "<html" in whole.text
    page.take(site.browser(table.bea).get(before, HX_Request="true").text.partition("</p>")[2])
    assert len(page["log"]) == 61
    assert [int(item.get("data-seq")) for item in page["log"]] == list(range(1, 62))


def test_a_comment_never_drops_out_of_its_thread(site: Site, table: Table) -> None:
    table.bea.says("Is it galvanised?", anchor="line:press")
    for number in range(60):
        table.bea.says(f"Message {number}.")
    page = page_of(site, table.bea)
    assert "Is it galvanised?" in page.text("thread-line-press")
    assert page.by_id("log-2") is None


def test_an_expired_proposal_offers_to_ask_for_more_time(
    site: Site, table: Table, monkeypatch: pytest.MonkeyPatch
) -> None:
    end = table.bea.deal.valid_until
    monkeypatch.setattr(site.database, "clock", lambda: end + timedelta(minutes=1))
    page = page_of(site, table.bea)
    assert page["state"].get("data-state") == "expired"
    assert f"was valid until {table.last_day:%-d %b %Y}" in page.text("banner")
    assert "Ask for more time" in page.buttons()
    assert not {"Review and accept", "Send counteroffer", "Decline"} & page.buttons()
    answer = site.browser(table.bea).post(f"/deals/{table.deal_id}/more-time")
    assert answer.status_code == 303
    page = page_of(site, table.bea)
    assert "Bea Lund asked for more time" in page.text("banner")
    assert "Ask for more time" not in page.buttons()


def test_a_closed_proposal_says_how_it_ended_and_stays_readable(site: Site, table: Table) -> None:
    table.rita.withdraws("The press is sold.")
    page = page_of(site, table.bea)
    assert "Rita withdrew this proposal. The press is sold." in page.text("banner")
    assert "Send" in page.buttons()
    assert not {"Change Hydraulic press HP-40", "Send counteroffer", "Add Training"} & page.buttons()


def test_earlier_revisions_and_their_differences_can_be_read(site: Site, table: Table) -> None:
    table.bea.proposes("press", unit_price="17200")
    table.rita.publishes("accept")
    path = f"/deals/{table.deal_id}"
    earlier = Page(site.browser(table.vic).get(f"{path}/revisions/1").text)
    assert "18,450.00" in earlier.text("line-press")
    assert "17,200.00" not in earlier.text("line-press")
    assert not earlier.buttons() - {"Close"}
    compared = site.browser(table.vic).get(f"{path}/compare?from=1&to=2").text
    assert "Revisions 1 and 2" in compared
    assert "17,200.00" in compared
    assert site.browser(table.vic).get(f"{path}/compare?from=x&to=").status_code == 200
    assert site.browser(table.vic).get(f"{path}/compare?from=1&to=99").status_code == 404
    assert site.browser(table.vic).get(f"{path}/revisions/3").status_code == 404


def test_the_language_of_the_page_can_be_chosen(site: Site, table: Table) -> None:
    answer = site.browser(table.bea).get(f"/deals/{table.deal_id}?language=en")
    assert "parley_language=en" in answer.headers["set-cookie"]
    assert "set-cookie" not in site.browser(table.bea).get(f"/deals/{table.deal_id}?language=xx").headers
