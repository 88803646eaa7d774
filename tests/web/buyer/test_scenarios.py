"""A buyer's scenarios on their page: kept, compared, shared, sent; every step a plain form that leads back to it."""

from __future__ import annotations

import re

from lxml.html import HtmlElement

from tests.cast import Seat
from tests.web.conftest import Site
from tests.web.page import Page, words


class Scenarios:
    """One buyer's page of scenarios."""

    def __init__(self, site: Site, who: Seat) -> None:
        self.browser, self.here = site.browser(who), f"/deals/{who.deal_id}"

    def page(self, query: str = "") -> Page:
        answer = self.browser.get(f"{self.here}/scenarios{query}")
        assert answer.status_code == 200, answer.text
        return Page(answer.text)

    def begin(self, name: str, copy_of: str = "") -> str:
        answer = self.browser.post(f"{self.here}/scenarios", {"name": name, "copy_of": copy_of})
        assert answer.headers["location"] == f"{self.here}/scenarios#kept", answer.text
        return self.ids()[name]

    def ids(self) -> dict[str, str]:
        """What is listed, by its name."""
        items = self.page().root.xpath("//li[starts-with(@id, 'scenario-')]")
        return {words(each.find(".//h3")): each.get("id").removeprefix("scenario-") for each in items}

    def does(self, scenario: str, verb: str, status: int = 303, **fields: str) -> str:
        answer = self.browser.post(f"{self.here}/scenarios/{scenario}/{verb}?revision=1", fields)
        assert answer.status_code == status, answer.text
        return str(answer.headers.get("location", "")) if status == 303 else answer.text

    def asks(self, line: str, **fields: str) -> None:
        answer = self.browser.post(f"{self.here}/lines/{line}/change", fields)
        assert answer.status_code == 303, answer.text


def table_of(page: Page) -> list[list[str]]:
    """The comparison, cell by cell, its headings included."""
    (found,) = page.root.xpath("//div[contains(@class, 'beside')]/table")
    return [[words(cell) for cell in row] for row in found.iter("tr")]


def row(page: Page, name: str) -> list[str]:
    return next(cells[1:] for cells in table_of(page) if cells[0] == name)


def two(site: Site, who: Seat) -> Scenarios:
    bea = Scenarios(site, who)
    bea.begin("Three presses")
    bea.asks("press", quantity="3", reason="A second shift.")
    bea.begin("Cheaper")
    bea.asks("press", unit_price="17,200")
    return bea


def test_two_stand_beside_what_is_offered(site: Site) -> None:
    bea = two(site, site.table.bea)
    page = bea.page()
    assert table_of(page)[0] == ["", "Offered, revision 1", "Cheaper", "Three presses"]
    assert row(page, "Quantity") == ["2", "as offered", "asks 3 A second shift."]
    assert row(page, "Unit price") == ["18,450.00", "asks 17,200.00", "as offered"]
    assert row(page, "Line total") == ["36,900.00", "34,400.00", "55,350.00"]
    assert row(page, "One-off, net") == ["43,900.00", "41,400.00", "62,350.00"]
    assert row(page, "Monthly, with tax") == ["297.50"] * 3
    assert row(page, "Difference, net") == ["–", "less by −2,500.00", "more by +18,450.00"]
    assert "7 lines and terms are as offered" in page.text("content")


def test_the_table_says_what_its_cells_are(site: Site) -> None:
    page = two(site, site.table.bea).page()
    (table,) = page.root.xpath("//div[@class='beside']/table[@role='table']")
    assert words(page[table.get("aria-labelledby")]) == "Side by side"
    assert page[table.get("aria-describedby")] is table.find("caption")
    cells: list[HtmlElement] = list(table.iter("th"))
    assert {cell.get("scope") for cell in cells} == {"col", "row", "rowgroup"}
    # On a phone each is a box of its own, which would cost it what it is; there its column's name stands before it.
    roles = {
        "thead": "rowgroup",
        "tbody": "rowgroup",
        "tr": "row",
        "td": "cell",
        "th": "columnheader rowheader",
    }
    for part in table.iter(*roles):
        assert part.get("role") in roles[part.tag].split()
    heads = table_of(page)[0][1:]
    for each in table.xpath("./tbody/tr[td]"):
        assert [cell.get("data-of") for cell in each.xpath("./td")] == heads


def test_at_most_three_and_those_that_were_ticked(site: Site) -> None:
    bea = two(site, site.table.bea)
    ids = [bea.begin("C"), bea.begin("D"), *bea.ids().values()]
    everything = "?" + "&".join(f"with={each}" for each in ids)
    assert len(table_of(bea.page(everything))[0]) == 5
    assert table_of(bea.page(f"?with={bea.ids()['Cheaper']}"))[0][2:] == ["Cheaper"]
    assert len(table_of(bea.page("?with=nothing"))[0]) == 5


def test_the_tray_shows_the_one_that_is_worked_on(site: Site) -> None:
    bea = two(site, site.table.bea)
    deal = Page(bea.browser.get(bea.here).text)
    assert "Cheaper" in deal.text("tray")
    assert bea.does(bea.ids()["Three presses"], "open") == f"{bea.here}#tray"
    tray = Page(bea.browser.get(bea.here).text).text("tray")
    assert "Three presses" in tray
    assert "Quantity" in tray
    assert "Unit price" not in tray


def test_what_moved_shows_as_a_conflict(site: Site) -> None:
    bea = two(site, site.table.bea)
    site.table.rita.edits("press", unit_price="18000")
    site.table.rita.publishes()
    page = bea.page()
    assert "This changed after it was written. It was 18,450.00." in page.text("content")
    assert "written on revision 1" in page.text(f"scenario-{bea.ids()['Cheaper']}")


def test_sending_one_leaves_the_other(site: Site) -> None:
    bea = two(site, site.table.bea)
    assert bea.does(bea.ids()["Three presses"], "send", key="k") == f"{bea.here}#sent"
    assert list(bea.ids()) == ["Cheaper"]
    assert "1 change by Bea Lund" in Page(bea.browser.get(bea.here).text).text("sent")


def test_a_shared_one_is_read_by_colleagues_and_copied(site: Site) -> None:
    bea, sol, vic = (
        two(site, site.table.bea),
        *(Scenarios(site, who) for who in (site.table.sol, site.table.vic)),
    )
    shared = bea.ids()["Cheaper"]
    assert sol.ids() == {}
    assert bea.does(shared, "share") == f"{bea.here}/scenarios#scenario-{shared}"
    for each in (sol, vic):
        assert each.ids() == {"Cheaper": shared}
        item = each.page()[f"scenario-{shared}"]
        assert "shared by Bea Lund" in words(item)
        assert item.xpath(".//button") == []
    assert table_of(sol.page(f"?with={shared}"))[0][2:] == ["Cheaper (Bea Lund)"]
    assert vic.page().by_id("new-name") is None
    sol.begin("Mine", copy_of=shared)
    assert "17,200.00" in Page(sol.browser.get(sol.here).text).text("tray")
    sol.does(shared, "name", 404, name="Hers")
    bea.does(shared, "unshare")
    assert list(sol.ids()) == ["Mine"]


def test_a_refusal_stands_beside_what_it_is_about(site: Site) -> None:
    bea = Scenarios(site, site.table.bea)
    answer = bea.browser.post(f"{bea.here}/scenarios", {"name": ""})
    assert answer.status_code == 422
    assert "Write something first." in answer.text
    empty = bea.begin("Empty")
    page = Page(bea.does(empty, "send", 422, key="k"))
    assert "Nothing is asked yet." in page.text(f"scenario-{empty}")
    assert "not there any more" in bea.does("nothing", "open", 404)


def test_ten_are_kept(site: Site) -> None:
    bea = Scenarios(site, site.table.bea)
    for number in range(10):
        bea.begin(f"Plan {number}")
    assert bea.page().by_id("new-name") is None
    assert bea.does(bea.ids()["Plan 3"], "delete") == f"{bea.here}/scenarios#kept"
    assert bea.page().by_id("new-name") is not None
    bea.does(bea.ids()["Plan 4"], "name", name="Another name")
    assert "Another name" in bea.ids()


def test_names_are_text(site: Site) -> None:
    bea = Scenarios(site, site.table.bea)
    bea.browser.post(f"{bea.here}/scenarios", {"name": "<b>50 % off</b> %(name)s"})
    page = bea.page()
    assert "<b>50 % off</b> %(name)s" in page.text("content")
    assert not re.search(r"<b>50", bea.browser.get(f"{bea.here}/scenarios").text)


def test_the_change_form_tells_the_price_breaks(site: Site) -> None:
    bea = Scenarios(site, site.table.bea)
    form = Page(bea.browser.get(f"{bea.here}?change=line:press").text)
    assert form.text("preview") == "From 5 it is 17,900.00 each; the line would be 89,500.00 then."

    def preview(**fields: str) -> str:
        answer = bea.browser.post(f"{bea.here}/lines/press/preview", fields, HX_Request="true")
        return words(Page(f"<body>{answer.text}</body>").root)

    assert "Volume price from 5 reached: 17,900.00 each." in preview(quantity="6")
    assert "From 5 it is" not in preview(quantity="6")
    assert "From 5 it is 17,900.00 each" in preview(quantity="4")
    # A price that one asks for oneself is moved by no break.
    assert "From 5 it is" not in preview(quantity="4", unit_price="18000")


def test_what_is_asked_of_the_whole_stands_there_too(site: Site) -> None:
    bea = Scenarios(site, site.table.bea)
    bea.begin("All in")
    for path, fields in (
        ("whole/total", {"target": "50,000"}),
        ("terms/payment", {"value": "60 days net"}),
        ("wishes/_", {"wish_quantity": "2", "wish_words": "Spare pump"}),
    ):
        answer = bea.browser.post(f"{bea.here}/{path}/change", fields)
        assert answer.status_code == 303, answer.text
    page = bea.page()
    assert row(page, "Value") == ["30 days net", "asks 60 days net"]
    text = page.text("content")
    for each in ("50,000.00", "60 days net", "pump"):
        assert each in text
