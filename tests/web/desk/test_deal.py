"""The deal as its rep works on it: its names, what only the seller knows, talk, and the verbs that open and close it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.cast import Table
from tests.quotes import CANARIES
from tests.web.conftest import Browser, Site
from tests.web.desk_page import Page, drafted, open_page


def test_the_page_has_the_names_that_others_rely_on(rep: Browser, table: Table, address: str) -> None:
    table.bea.proposes("press", unit_price="17200", quantity="3")
    page = open_page(rep, address)
    assert page["//h1"][0].text_content() == "Two HP-40 presses for the Odense line"
    answers = page.region("Counteroffer")
    assert sorted(answers.asks) == [
        "Hydraulic press HP-40: Quantity",
        "Hydraulic press HP-40: Unit price",
    ]
    for group in answers["//fieldset"]:
        assert [label.text_content().strip() for label in group.xpath('.//label[input/@type="radio"]')] == [
            "Accept",
            "Decline",
            "Counter",
        ]
        (field,) = group.xpath('.//input[@id=../label[.="Counter value"]/@for]')
        assert field.get("type", "text") == "text"
    assert [button.text_content() for button in answers['//button[@class="primary"]']] == [
        "Send revision 2 to Oakum Foods"
    ]
    (state,) = page['//*[@role="status"][@aria-label="State"]']
    assert state.text_content().strip() == "in negotiation"
    notes = page.region("Internal notes")
    assert notes['//textarea[@id=//label[.="Internal note"]/@for]']
    assert notes["//button"][0].text_content() == "Save note"
    assert page["//form[@data-say]//button[@class='primary']"][0].text_content() == "Send to Oakum Foods"


def test_only_the_rep_sees_cost_and_floor(rep: Browser, site: Site, table: Table, address: str) -> None:
    ours, theirs = open_page(rep, address), site.browser(table.bea).get(f"/deals/{table.deal_id}")
    assert "13,717.31" in ours.words
    assert "15,919.13" in ours.words
    for figure in CANARIES.values():
        assert figure not in theirs.text
        assert f"{figure[:2]},{figure[2:]}" not in theirs.text


def test_a_note_stays_on_the_sellers_side(rep: Browser, site: Site, table: Table, address: str) -> None:
    assert rep.post(f"{address}/notes", {"body": "They are *keen*.", "key": "n1"}).status_code == 303
    assert "They are *keen*." in open_page(rep, address).region("Internal notes").words
    assert "keen" not in site.browser(table.bea).get(f"/deals/{table.deal_id}").text
    assert table.bea.deal.position == site.browser(table.bea).site.table.bea.deal.buyer_seq


def test_a_message_reaches_the_buyers(rep: Browser, site: Site, table: Table, address: str) -> None:
    assert rep.post(f"{address}/messages", {"body": "Good morning", "key": "m1"}).status_code == 303
    assert "Good morning" in site.browser(table.bea).get(f"/deals/{table.deal_id}").text
    as_program = rep.post(
        f"{address}/messages", {"body": "Good morning", "key": "m1"}, accept="application/json"
    )
    assert as_program.json()["key"] == "m1"
    assert open_page(rep, address).region("Conversation").words.count("Good morning") == 1


def test_an_empty_note_is_refused_and_said_so(rep: Browser, address: str) -> None:
    refused = rep.post(f"{address}/notes", {"body": "  ", "key": "n"})
    assert refused.status_code == 422
    assert "Write something first." in Page(refused.text).region("Internal notes").words


def test_nothing_of_another_house_is_found(rep: Browser, site: Site, table: Table, address: str) -> None:
    assert rep.get("/desk/deals/no-such-deal").status_code == 404
    assert site.browser(table.bea).get(address).status_code == 401
    assert rep.post(f"{address}/notes", {"body": "x", "csrf": "stale"}).status_code == 403


def test_the_preview_is_the_buyers_page_without_its_effects(
    rep: Browser, site: Site, table: Table, address: str
) -> None:
    table.rita.notes("Private.")
    before = table.rita.deal.seq
    page = open_page(rep, f"{address}/preview")
    assert page["//h1"][0].text_content() == "Two HP-40 presses for the Odense line"
    assert page["//fieldset[@disabled][@hx-ignore]//h1"]
    assert page["//*[@*[name()='hx-ws:connect']]"] == []
    assert "Private." not in page.text
    for figure in CANARIES.values():
        assert figure not in page.text
        assert f"{figure[:2]},{figure[2:]}" not in page.text
    assert table.rita.deal.seq == before


@pytest.mark.parametrize("state", ["draft", "open", "accepted", "declined", "withdrawn"])
def test_the_page_and_its_preview_open_in_every_state(
    rep: Browser, table: Table, address: str, state: str
) -> None:
    match state:
        case "draft":
            address = f"/desk/deals/{drafted(table)}"
        case "accepted":
            table.sol.accepts()
        case "declined":
            table.bea.declines()
        case "withdrawn":
            table.rita.withdraws("Sold.")
    page = open_page(rep, address)
    assert page['//*[@aria-label="State"]'][0].text_content().strip() == {"open": "in negotiation"}.get(
        state, state
    )
    assert open_page(rep, f"{address}/preview")["//h1"]


def test_after_acceptance_the_order_is_named(rep: Browser, table: Table, address: str) -> None:
    number = table.sol.accepts().number
    page = open_page(rep, address)
    assert number in page.words
    assert page['//button[starts-with(normalize-space(), "Publish")]'] == []


def test_deals_change_hands(rep: Browser, site: Site, table: Table, address: str) -> None:
    mia = site.browser(table.mia)
    me = table.mia.deal.actor.removeprefix("rep:")
    assert mia.post(f"{address}/owner", {"rep": me}).status_code == 303
    assert table.rita.deal.owner_id == me
    assert rep.post(f"{address}/owner", {"rep": ""}).status_code == 303
    assert table.rita.deal.owner_id is None
    assert rep.post(f"{address}/owner", {"rep": "nobody-like-that"}).status_code == 404


def test_withdrawing_reopening_and_giving_time(rep: Browser, table: Table, address: str) -> None:
    assert rep.post(f"{address}/withdraw", {"reason": "The press is sold.", "key": "w"}).status_code == 303
    page = open_page(rep, address)
    assert "The press is sold." in page.words
    assert Page(rep.post(f"{address}/reopen", {"valid_until": "soon"}).text)['//*[@aria-invalid="true"]']
    past = rep.post(f"{address}/reopen", {"valid_until": "2001-01-01", "key": "r1"})
    assert past.status_code == 422
    assert "has passed already" in Page(past.text).words
    later = (table.rita.deal.valid_until + timedelta(days=30)).date().isoformat()
    assert rep.post(f"{address}/reopen", {"valid_until": later, "key": "r2"}).status_code == 303
    assert table.bea.deal.state == "open"
    even_later = (table.rita.deal.valid_until + timedelta(days=30)).date().isoformat()
    assert rep.post(f"{address}/more-time", {"valid_until": even_later, "key": "t"}).status_code == 303
    assert table.rita.deal.valid_until.date().isoformat() >= even_later
    assert rep.post(f"{address}/reopen", {"valid_until": later, "key": "r3"}).status_code == 403
