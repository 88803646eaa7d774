"""A proposal filled in offline and uploaded again; a revision that nobody has read is taken back."""

from __future__ import annotations

import re
from pathlib import Path

from openpyxl import load_workbook
from playwright.sync_api import expect

from tests.browser.pages import BuyerPage
from tests.browser.room import Room

PRESS = "Hydraulic press HP-40"


def test_a_proposal_is_filled_in_as_a_spreadsheet(room: Room, tmp_path: Path) -> None:
    bea = room.buyer("bea")
    history = bea.region("History")
    history.get_by_role("heading", name="History").click()
    history.get_by_role("link", name="Work in a spreadsheet").click()
    expect(bea.heading).to_have_text("Work in a spreadsheet")
    with bea.page.expect_download() as download:
        bea.page.get_by_role("link", name="XLSX").click()
    sheet = tmp_path / download.value.suggested_filename
    download.value.save_as(sheet)
    book = load_workbook(sheet)
    rows = list(book.worksheets[0].iter_rows())
    (comment,) = {place for row in rows for place, cell in enumerate(row) if cell.value == "Comment"}
    for row in rows:
        if row[0].value == "line:press":
            row[4].value, row[comment].value = 17200, "We take both at once."
    book.save(sheet)
    bea.page.get_by_label("The sheet you have filled in").set_input_files(sheet)
    bea.button("Show what it asks").click()
    expect(bea.page.get_by_text(f"{PRESS}: Unit price 18,450.00")).to_contain_text("17,200.00")
    expect(bea.page.get_by_text("We take both at once.")).to_be_visible()
    bea.button("Add to counteroffer").click()
    expect(bea.tray).to_contain_text("17,200.00")
    expect(bea.tray).to_contain_text("We take both at once.")


def test_a_revision_that_nobody_has_read_is_taken_back(room: Room) -> None:
    seat = room.elsewhere("rita")
    seat.edits("press", unit_price="18000")
    seat.publishes()
    rita = room.rep("rita")
    deal = rita.region("This deal")
    deal.get_by_text("Take back revision 2").first.click()
    deal.get_by_role("button", name="Take back revision 2").click()
    expect(rita.region("Conversation")).to_contain_text("took back revision 2 before anybody had opened it")
    bea = room.buyer("bea")
    expect(bea.line(PRESS)).to_contain_text("18,450.00")
    history = bea.region("History")
    history.get_by_role("heading", name="History").click()
    expect(history).to_contain_text("takes back revision 2")
    bea.is_live()
    rita.page.reload()
    rita.region("This deal").get_by_text("Take back revision 3").first.click()
    expect(rita.region("This deal")).to_contain_text("only a newer revision corrects it")


def test_no_figure_of_it_is_left_for_the_buyer(room: Room) -> None:
    """Whatever her browser gets, by page, script or socket, and whatever it asks for by number."""
    room.elsewhere("bea").asks_for("press", unit_price="17000")
    seat = room.elsewhere("rita")
    seat.edits("install", unit_price="147.37")
    seat.publishes({"line:press:unit_price": "17311.17"}, note="Only until noon.")
    rita = room.rep("rita")
    deal = rita.region("This deal")
    deal.get_by_text("Take back revision 2").first.click()
    deal.get_by_role("button", name="Take back revision 2").click()
    expect(rita.region("Conversation")).to_contain_text("took back revision 2")

    received: list[str] = []
    context = room.browser("bea", allow=("404",))
    page = context.new_page()
    page.on("websocket", lambda wire: wire.on("framereceived", lambda frame: received.append(str(frame))))
    bea = BuyerPage(page)
    bea.open(room.address)
    bea.is_live()
    history = bea.region("History")
    history.get_by_role("heading", name="History").click()
    expect(history).to_contain_text("taken back before anybody had opened it")
    expect(history.get_by_role("link", name="Revision 2")).to_have_count(0)
    expect(bea.line(PRESS)).to_contain_text("18,450.00")
    received.append(page.content())
    paths = ("/revisions/2", "/compare?from=1&to=2", "/compare?from=2&to=3", "/board", "/changes?after=0", "")
    received += [context.request.get(room.address + path).text() for path in paths]
    page.goto(f"{room.address}/revisions/2")
    expect(page.get_by_role("main")).to_contain_text("took revision 2 back on")
    for text in received:
        assert not re.search(r"17.?311|147[.,]37|until noon", text)
