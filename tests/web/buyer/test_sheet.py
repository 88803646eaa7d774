"""The proposal as a spreadsheet, filled in offline and read back into the draft."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
import hypothesis.strategies as st
from hypothesis import HealthCheck, given, settings
from lxml import html
from openpyxl import Workbook, load_workbook

from portal.reading.buyer import tray
from tests.cast import Seat, Table
from tests.web.buyer.test_deal import page_of
from tests.web.conftest import Site

HEADER, COLUMNS = 6, "ABCDEFGHIJKLM"
Edit = Callable[[Any], None]


def download(site: Site, kind: str = "xlsx", language: str = "en") -> bytes:
    answer = site.browser(site.table.bea).get(
        f"/deals/{site.table.deal_id}/sheet.{kind}", Accept_Language=language
    )
    assert answer.status_code == 200
    assert answer.headers["content-disposition"].startswith('attachment; filename="')
    return answer.content


def filled(content: bytes, **cells: Any) -> bytes:
    """The workbook with other values: `quantity_press=3` is the column and the key's row."""
    book = load_workbook(io.BytesIO(content))
    sheet = book.worksheets[0]
    rows = {str(sheet.cell(row, 1).value): row for row in range(HEADER + 1, sheet.max_row + 1)}
    names = (
        "key",
        "name",
        "unit",
        "quantity",
        "price",
        "discount",
        "include",
        "day",
        "warranty",
        "value",
        "net",
        "billing",
        "comment",
    )
    for name, value in cells.items():
        column, _, key = name.partition("_")
        (row,) = (row for subject, row in rows.items() if subject.partition(":")[2] == key.replace("_", "-"))
        sheet.cell(row, names.index(column) + 1).value = value
    return saved(book)


def saved(book: Workbook) -> bytes:
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def upload(
    site: Site, data: bytes, who: Seat | None = None, name: str = "sheet.xlsx", **form: Any
) -> httpx.Response:
    browser = site.browser(who or site.table.bea)
    return site.request(
        "POST",
        f"/deals/{site.table.deal_id}/sheet",
        cookies=browser.cookies,
        data={"csrf": browser.csrf, **form},
        files={"file": (name, data, "application/octet-stream")},
    )


def drafted(site: Site, who: Seat) -> dict[str, str]:
    found = site.database.read_now(lambda transaction: tray.load(transaction, who.deal, who.offer))
    return {change.id: change.value for change in found.asked}


def words(answer: httpx.Response) -> str:
    return " ".join(html.fromstring(answer.text).text_content().split())


def confirm(site: Site, answer: httpx.Response, **more: Any) -> httpx.Response:
    """Send the form that the page shows."""
    (form,) = (form for form in html.fromstring(answer.text).forms if "held" in form.fields)
    fields = {name: value for name, value in form.form_values() if name != "csrf"}
    return site.browser(site.table.bea).post(form.action, {**fields, "do": "add", **more})


def test_the_page_leads_to_both_files(site: Site, table: Table) -> None:
    assert "Work in a spreadsheet" in page_of(site, table.bea).text("history")
    page = html.fromstring(site.browser(table.bea).get(f"/deals/{table.deal_id}/sheet").text)
    assert [link.rpartition(".")[2] for link in page.xpath("//a[@download]/@href")] == ["xlsx", "csv"]
    assert page.xpath('//form[@enctype="multipart/form-data"]//input[@type="file"]')


def test_a_viewer_can_download_and_not_upload(site: Site, table: Table) -> None:
    page = html.fromstring(site.browser(table.vic).get(f"/deals/{table.deal_id}/sheet").text)
    assert page.xpath("//a[@download]")
    assert not page.xpath('//input[@type="file"]')
    assert upload(site, download(site), table.vic).status_code == 403


def test_the_sheet_says_what_it_is_and_marks_what_is_open(site: Site, table: Table) -> None:
    sheet = load_workbook(io.BytesIO(download(site))).worksheets[0]
    assert (sheet["B2"].value, sheet["B3"].value) == (1, table.bea.deal.digest)
    rows = {sheet.cell(row, 1).value: row for row in range(HEADER + 1, sheet.max_row + 1)}
    press = rows["line:press"]
    assert (sheet.cell(press, 4).value, sheet.cell(press, 5).value) == (2, 18450)
    assert sheet.protection.sheet
    unlocked = {
        COLUMNS[at - 1] for at in range(1, len(COLUMNS) + 1) if not sheet.cell(press, at).protection.locked
    }
    assert unlocked == {"D", "E", "M"}
    assert "term:payment" in rows


def test_what_differs_is_shown_first_and_kept_when_confirmed(site: Site, table: Table) -> None:
    data = filled(
        download(site),
        price_press=17200,
        quantity_install=36,
        comment_press="Good customers.",
        include_training="yes",
    )
    answer = upload(site, data)
    assert answer.status_code == 200
    shown = words(answer)
    assert "Hydraulic press HP-40: Unit price 18,450.00 → becomes 17,200.00 Good customers." in shown
    assert "Installation: Quantity 40 → becomes 36" in shown
    assert drafted(site, table.bea) == {}
    done = confirm(site, answer)
    assert (done.status_code, done.headers["location"]) == (303, f"/deals/{table.deal_id}#tray")
    assert drafted(site, table.bea) == {
        "line:press:unit_price": "17200.000000",
        "line:install:quantity": "36.000000",
        "line:training:selected": "true",
    }
    assert "Good customers." in page_of(site, table.bea).text("tray")


def test_a_sheet_as_it_was_downloaded_asks_nothing(site: Site, table: Table) -> None:
    for kind in ("xlsx", "csv"):
        answer = upload(site, download(site, kind), name=f"sheet.{kind}")
        assert answer.status_code == 200, words(answer)
        assert "Nothing in the sheet differs" in words(answer)


def test_a_sheet_in_another_language_comes_back(site: Site, table: Table) -> None:
    text = download(site, "csv", "de").decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    (press,) = (row for row in rows if row and row[0] == "line:press")
    press[4] = "17200,50"
    written = io.StringIO()
    csv.writer(written, delimiter=";").writerows(rows)
    answer = upload(site, written.getvalue().encode("cp1252"), name="sheet.csv")
    assert answer.status_code == 200, words(answer)
    assert "17,200.50" in words(answer)


def test_every_wrong_cell_is_told_at_once_and_nothing_is_kept(site: Site, table: Table) -> None:
    data = filled(
        download(site),
        quantity_press=99,
        price_press="=1+1",
        quantity_install="many",
        price_install=1,
        comment_install="+49 30 1",
        include_care="no",
        name_care="Careless",
    )
    answer = upload(site, data, do="add")
    assert answer.status_code == 422
    told = [
        " ".join(each.itertext()).split(":")[0].strip()
        for each in html.fromstring(answer.text).xpath('//*[@class="errors"]//li')
    ]
    assert told == [
        "row 7, Unit price (EUR)",
        "row 8, Quantity",
        "row 8, Comment",
        "row 9, Name",
        "row 9, Include",
        "row 7, Quantity",
        "row 8, Unit price (EUR)",
    ]
    assert drafted(site, table.bea) == {}


def test_a_choice_is_made_by_a_yes(site: Site, table: Table) -> None:
    keys = [line.key for line in table.bea.offer.lines if line.choice_group]
    (chosen,) = (line.key for line in table.bea.offer.lines if line.choice_group and line.selected)
    other = next(key for key in keys if key != chosen)
    assert (
        confirm(site, upload(site, filled(download(site), **{f"include_{other}": "yes"}))).status_code == 303
    )
    assert drafted(site, table.bea) == {f"line:{other}:choice": "true"}
    none = upload(site, filled(download(site), **{f"include_{chosen}": "no"}))
    assert none.status_code == 422


def test_a_sheet_of_an_older_revision_is_carried_over_and_conflicts_are_told(
    site: Site, table: Table
) -> None:
    old = filled(download(site), price_press=17200, quantity_install=36)
    table.bea.proposes("press", unit_price="18000")
    table.rita.publishes("accept")
    answer = upload(site, old)
    assert answer.status_code == 200
    assert "made of revision 1, and revision 2 stands now" in words(answer)
    assert "This changed after the sheet was made. It was 18,450.00." in words(answer)
    confirm(site, answer)
    assert drafted(site, table.bea) == {"line:install:quantity": "36.000000"}
    confirm(site, answer, anyway="line:press:unit_price")
    assert drafted(site, table.bea)["line:press:unit_price"] == "17200.000000"


def test_a_sheet_is_shown_again_when_a_revision_came_meanwhile(site: Site, table: Table) -> None:
    answer = upload(site, filled(download(site), price_press=17200))
    table.rita.edits("press", unit_price="18000")
    table.rita.publishes()
    stale = confirm(site, answer)
    assert stale.status_code == 409
    assert "Revision 2 arrived meanwhile." in words(stale)
    assert "This changed after the sheet was made. It was 18,450.00." in words(stale)
    assert drafted(site, table.bea) == {}
    assert confirm(site, stale, anyway="line:press:unit_price").status_code == 303
    assert drafted(site, table.bea) == {"line:press:unit_price": "17200.000000"}


def test_a_sheet_of_another_deal_is_refused(site: Site, table: Table) -> None:
    book = load_workbook(io.BytesIO(download(site)))
    book.worksheets[0]["B3"].value = "0" * 64
    refused = upload(site, saved(book))
    assert refused.status_code == 422
    assert "another proposal" in words(refused)
    for data in (b"", b"hello", b"PK\x03\x04", b"x" * 2_100_000):
        assert upload(site, data).status_code == 422


def test_formulas_do_not_leave_the_house(site: Site, table: Table) -> None:
    """What a quote says is text in the sheet, whatever it begins with."""
    table.rita.edits("payment", value="=HYPERLINK(1)")
    table.rita.publishes()
    content = download(site)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert not any(b"<f>" in part or b"<f " in part for part in parts.values())
    assert not any("external" in name or "vba" in name for name in parts)
    assert "'=HYPERLINK(1)" in download(site, "csv").decode()
    answer = upload(site, content)
    assert answer.status_code == 200, words(answer)
    assert "Nothing in the sheet differs" in words(answer)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_uploaded_is_answered_and_keeps_nothing_unless_it_holds(
    site: Site, table: Table, data: st.DataObject
) -> None:
    kind = data.draw(st.sampled_from(["csv", "xlsx"]))
    if kind == "csv":
        rows = list(csv.reader(io.StringIO(download(site, "csv").decode("utf-8-sig"))))
        for _ in range(data.draw(st.integers(1, 4))):
            row = rows[data.draw(st.integers(0, len(rows) - 1))]
            if row:
                row[data.draw(st.integers(0, len(row) - 1))] = data.draw(st.text(max_size=10))
        text = io.StringIO()
        csv.writer(text).writerows(rows)
        damaged = text.getvalue().encode("utf-8", "surrogatepass")
    else:
        whole = download(site)
        # Bounds of their own: each download has its time in it, and may be a byte longer.
        at, gone = data.draw(st.integers(0, 6000)), data.draw(st.integers(0, 12))
        damaged = whole[:at] + data.draw(st.binary(max_size=3)) + whole[at + gone :]
    answer = upload(site, damaged, name=f"sheet.{kind}", do="add", seen="1")
    assert answer.status_code in (303, 422)
    if answer.status_code == 422:
        assert drafted(site, table.bea) == {}
    site.browser(table.bea).post(f"/deals/{table.deal_id}/counteroffer/discard")
