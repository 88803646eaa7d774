"""The settlement board as pages: from each side's own place, with a way to what waits there, and agreeing in place."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

from portal.domain.change import change as changing
from portal.reading.deal_page.board import curve
from tests.cast import Table
from tests.web.conftest import Site
from tests.web.page import Page, words

HTMX = {"HX_Request": "true"}


@pytest.fixture
def answered(site: Site, table: Table) -> Table:
    price, payment = (
        table.bea.change("press", "unit_price", "17200"),
        table.bea.change("payment", "value", "60 days net"),
    )
    table.bea.asks(price, payment)
    table.rita.publishes({price.id: "17800", payment.id: "decline"})
    return table


def test_one_place_says_what_can_be_negotiated_and_what_not(site: Site, table: Table) -> None:
    assert "What you can negotiate here" in site.browser(table.bea).get(f"/deals/{table.deal_id}").text
    page = Page(site.browser(table.bea).get(f"/deals/{table.deal_id}/board").text)
    rows = {
        " ".join(row[0].text_content().split()): " ".join(row.text_content().split())
        for row in page["negotiable"].xpath(".//tbody/tr")
    }
    press = rows["Hydraulic press HP-40"]
    assert "Quantity, 1 to 10" in press
    assert "The price follows the quantity: from 5 17,900.00." in press
    fixed = rows["Delivery"]
    assert "It stays as it is." in fixed
    assert "The seller has fixed it." in fixed
    payment = next(told for name, told in rows.items() if "Payment" in name)
    assert "60 days net" in payment


def part(site: Site, seat: object, path: str, name: str) -> str:
    return Page(site.browser(seat).get(path).text).text(name)  # type: ignore[arg-type]


def test_each_side_reads_the_board_from_its_own_place(site: Site, answered: Table) -> None:
    deal = f"/deals/{answered.deal_id}"
    answered.bea.proposes("install", quantity="36")
    mine, theirs = (
        part(site, answered.bea, f"{deal}/board", name) for name in ("waits-for-you", "waits-for-them")
    )
    assert mine.startswith("Needs your answer Hydraulic press HP-40 Answered less by −1,200.00")
    assert "stays at 30 days net" in mine
    assert theirs.startswith("Waiting for Kestrel Machines Installation Asked")
    assert "asked 36 by Bea Lund" in theirs
    desk = f"/desk{deal}"
    assert part(site, answered.rita, f"{desk}/board", "waits-for-you").startswith(
        "Needs your answer Installation"
    )
    assert part(site, answered.rita, f"{desk}/board", "waits-for-them").startswith("Waiting for Oakum Foods")


def test_there_is_a_way_to_what_waits(site: Site, answered: Table) -> None:
    deal = f"/deals/{answered.deal_id}"
    answered.bea.proposes("install", quantity="36")
    for who, path, place in (
        (answered.bea, deal, "line-press"),
        (answered.rita, f"/desk{deal}", "ask-line-install-quantity"),
    ):
        page = Page(site.browser(who).get(path).text)
        (jump,) = page["settlement"].xpath('.//a[contains(@class, "jump")]')
        assert (jump.get("href"), words(jump)[:18]) == (f"#{place}", "Needs your answer:")
        assert page.by_id(place) is not None


def test_agreeing_on_the_page_redraws_what_it_changes(site: Site, answered: Table) -> None:
    deal = f"/deals/{answered.deal_id}"
    browser = site.browser(answered.bea)
    page = Page(browser.get(deal).text)
    assert "Agree to Hydraulic press HP-40 as offered" in page.buttons()
    reply = browser.post(f"{deal}/agree", {"subject": "line:press", "revision": "2"}, **HTMX)
    page.take(reply.text)
    assert "Agree to Hydraulic press HP-40 as offered" not in page.buttons()
    assert "Agreed as revision 2 offers it. by Bea Lund" in page.text("line-press")
    assert "1 of 2 points agreed" in page.text("settlement")
    assert "Bea Lund agreed to what revision 2 offers: Hydraulic press HP-40." in page.text("log")
    assert "Agreed as revision 2 offers it. by Bea Lund" in part(
        site, answered.rita, f"/desk{deal}", "line-press"
    )


def test_agreeing_on_the_board(site: Site, answered: Table) -> None:
    board = f"/deals/{answered.deal_id}/board"
    browser = site.browser(answered.bea)
    fields = {"subject": "line:press", "revision": "2", "board": "1"}
    plain = browser.post(f"/deals/{answered.deal_id}/agree", fields)
    assert (plain.status_code, plain.headers["location"]) == (303, f"{board}#board")
    fields = fields | {"subject": "term:payment"}
    reply = Page(browser.post(f"/deals/{answered.deal_id}/agree", fields, **HTMX).text)
    assert reply.text("board-title") == "2 of 2 points agreed"
    assert "Nothing is open between the two sides." in reply.text("board")


def test_a_revision_that_came_meanwhile_is_told_beside_the_board(site: Site, answered: Table) -> None:
    fields = {"subject": "line:press", "revision": "1", "board": "1"}
    reply = site.browser(answered.bea).post(f"/deals/{answered.deal_id}/agree", fields, **HTMX)
    assert reply.status_code == 409
    assert "Revision 2 arrived meanwhile." in Page(reply.text).text("board-problem")


def test_acceptance_settles_the_board(site: Site, answered: Table) -> None:
    answered.sol.accepts()
    page = Page(site.browser(answered.bea).get(f"/deals/{answered.deal_id}/board").text)
    assert page.text("board-title") == "8 of 8 points agreed"
    assert "Nothing is open between the two sides." in page.text("board")
    assert "Sol Iversen accepted" in page.text("board")


def test_what_nobody_spoke_about_is_not_agreed(site: Site, answered: Table) -> None:
    page = Page(site.browser(answered.bea).get(f"/deals/{answered.deal_id}").text)
    assert "0 of 2 points agreed" in page.text("settlement")
    assert "Agreed" not in page.text("line-install")
    board = Page(site.browser(answered.bea).get(f"/deals/{answered.deal_id}/board").text)
    assert "Not discussed Installation" in board.text("board")


def test_what_was_open_when_a_deal_ended_waits_for_nobody(site: Site, answered: Table) -> None:
    answered.sol.declines()
    for who, path in ((answered.bea, ""), (answered.rita, "/desk")):
        deal = f"{path}/deals/{answered.deal_id}"
        page = Page(site.browser(who).get(f"{deal}/board").text)
        assert "Open when it ended Hydraulic press HP-40" in page.text("board")
        assert "Waits for" not in page.text("board")
        assert "How it was settled" in part(site, who, deal, "settlement")


def test_who_only_looks_has_nothing_to_press(site: Site, answered: Table) -> None:
    page = Page(site.browser(answered.vic).get(f"/deals/{answered.deal_id}/board").text)
    assert not {name for name in page.buttons() if name.startswith("Agree")}


def test_how_the_gap_moved_stands_in_a_table_beside_its_line(site: Site, answered: Table) -> None:
    answered.bea.agrees("line:press")
    page = Page(site.browser(answered.bea).get(f"/deals/{answered.deal_id}/board").text)
    rows = [words(row) for row in page.root.xpath("//table[contains(@class, 'steps')]/tbody/tr")]
    figures = [re.sub(r"^.*UTC\S* ", "", row) for row in rows]
    assert [row.split(" 2", 1)[0] for row in rows][:2] == ["Proposal sent", "Bea Lund asked"]
    assert figures == [
        "0.00 – 0",
        "2,500.00 more by +2,500.00 2",
        "1,200.00 less by −1,300.00 2",
        "0.00 less by −1,200.00 1",
    ]
    (line,) = page.root.xpath("//svg/polyline/@points")
    assert len(line.split()) == len(rows)


@pytest.mark.parametrize(
    ("gaps", "points"),
    [
        ([], ""),
        (["0"], ""),
        (["0", "0"], ""),
        (["0", "-2500", "-1250"], "4,44 120,4 236,24"),
    ],
)
def test_the_line_touches_the_top_where_the_gap_is_widest(gaps: list[str], points: str) -> None:
    assert curve([Decimal(gap) for gap in gaps]) == points


def test_what_is_no_line_of_the_offer_has_its_row_as_well(site: Site, table: Table) -> None:
    """An overall price and a line that is wanted are settled like any other point."""
    offer = table.bea.offer
    asked = [
        changing.spell(offer, "deal:total", "target", "50000"),
        changing.spell(offer, "new:spare-filters", "wish", "4 x Spare filters"),
    ]
    table.bea.asks(*asked)
    deal = f"/deals/{table.deal_id}"
    assert "Spare filters" in part(site, table.rita, f"/desk{deal}/board", "waits-for-you")
    table.rita.publishes("decline")
    board = part(site, table.bea, f"{deal}/board", "waits-for-you")
    assert "Total Answered" in board
    assert "Overall price: asked 50,000.00, stays at 52,900.00" in board
    assert table.bea.agrees(*(change.subject for change in asked)).subjects == (
        "deal:total",
        "new:spare-filters",
    )
    assert "All" in part(site, table.bea, deal, "settlement")
