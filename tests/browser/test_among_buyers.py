"""What the buyers have for themselves: scenarios beside each other, shared and copied, and a room that no rep looks into."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Locator, Page, expect

from tests.browser.pages import BuyerPage, Screen
from tests.browser.room import PHONE, Room

PRESS = "Hydraulic press HP-40"
Axe = Callable[..., list[str]]


class ScenarioPage(Screen):
    """A buyer's scenarios of one deal, on the page where their proposal was."""

    def __init__(self, buyer: BuyerPage, room: Room) -> None:
        super().__init__(buyer.page)
        self.proposal, self.address = buyer, f"{room.house.server.url}/deals/{room.deal_id}"

    def look(self) -> None:
        self.open(f"{self.address}/scenarios")

    def begins(self, name: str, copy_of: str = "") -> None:
        self.look()
        self.page.get_by_label("Name of the scenario").fill(name)
        if copy_of:
            self.page.get_by_label("Start from").select_option(label=f"A copy of {copy_of}")
        self.button("Create").click()
        expect(self.page.get_by_role("heading", name=name)).to_be_visible()

    def asks(self, **fields: str) -> None:
        self.open(self.address)
        self.proposal.is_live()
        self.proposal.changes(PRESS, **fields).adds()

    def row(self, name: str) -> Locator:
        return self.region("Side by side").get_by_role("row", name=name).first

    def stacks_on_a_phone(self) -> None:
        """Every cell in sight under the one before it, named; it is a table still."""
        wide = self.page.viewport_size
        self.page.set_viewport_size({"width": 375, "height": 800})
        expect(self.row("Quantity").get_by_role("cell")).to_have_text(["2", "as offered", "asks 3"])
        boxes = [cell.bounding_box() for cell in self.row("Quantity").get_by_role("cell").all()]
        assert all(box and box["x"] >= 0 and box["x"] + box["width"] <= 375 for box in boxes), boxes
        assert len({box["x"] for box in boxes if box}) == 1
        named = "each => getComputedStyle(each, '::before').content"
        names = [cell.evaluate(named) for cell in self.row("Quantity").get_by_role("cell").all()]
        heads = ("Offered, revision 1", "Cheaper", "Three presses")
        assert names == [f'"{head}" / ""' for head in heads]
        self.page.set_viewport_size(wide or {"width": 1280, "height": 800})

    def fits(self) -> None:
        assert self.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_two_are_compared_and_one_is_shared_and_copied(room: Room, axe: Axe) -> None:
    bea = ScenarioPage(room.buyer("bea", reduced_motion="reduce"), room)
    bea.begins("Three presses")
    bea.asks(quantity="3")
    bea.begins("Cheaper")
    bea.asks(unit_price="17,200")
    bea.look()
    table = bea.page.get_by_role("table")
    expect(table.get_by_role("columnheader")).to_have_text(
        ["Offered, revision 1", "Cheaper", "Three presses"]
    )
    expect(bea.row("Quantity").get_by_role("cell")).to_have_text(["2", "as offered", "asks 3"])
    expect(bea.row("Line total").get_by_role("cell")).to_have_text(["36,900.00", "34,400.00", "55,350.00"])
    bea.stacks_on_a_phone()
    bea.button("Share with colleagues: Cheaper").click()
    expect(bea.page.get_by_text("shared with your colleagues")).to_be_visible()
    for width in (375, 1280):
        bea.page.set_viewport_size({"width": width, "height": 800})
        for scheme in ("light", "dark"):
            bea.page.emulate_media(color_scheme=scheme)
            assert axe(bea.page) == []
        bea.fits()

    sol = ScenarioPage(room.buyer("sol"), room)
    sol.begins("Sol's own", copy_of="Cheaper (Bea Lund)")
    sol.open(sol.address)
    expect(sol.proposal.tray).to_contain_text("17,200.00")
    sol.look()
    sol.button("Send Sol's own").click()
    expect(sol.region("Waiting for an answer")).to_contain_text("1 change by Sol Iversen")
    bea.look()
    expect(bea.page.get_by_role("heading", name="Cheaper")).to_be_visible()


def test_the_buyers_confer_live_and_no_rep_sees_it(room: Room, axe: Axe) -> None:
    rita, sol = room.rep("rita"), room.buyer("sol")
    inbox = room.inbox("rita")
    bea = Screen(room.buyer("bea", reduced_motion="reduce").page)
    bea.page.get_by_role("link", name="Team space (private)").click()
    vic = Screen(room.buyer("vic", **PHONE).page)
    vic.open(bea.page.url)
    for screen in (rita, sol, bea, vic, inbox):
        screen.is_live()
    before, row = rita.page.content(), inbox.row(room.name).inner_html()

    says(bea.page, "We could live with 18,200.")
    for screen in (bea, vic):
        expect(screen.region("Team space (private)").get_by_role("log")).to_contain_text(
            "We could live with 18,200."
        )
    expect(bea.page.get_by_label("Message to your team")).to_have_value("")
    bea.page.get_by_text("Ask for a sign-off, or give one").click()
    bea.page.get_by_label("For", exact=True).fill("Legal")
    bea.button("Post sign-off to team").click()
    expect(sol.page.locator("#sign-offs")).to_have_text("Legal: waiting · Team space (private)")
    expect(vic.page.locator("#room-words")).to_contain_text("Legal: waiting")
    expect(vic.page.get_by_role("button", name="Post to team")).to_have_count(0)
    assert axe(bea.page) == []
    assert axe(vic.page) == []
    assert vic.page.evaluate("document.documentElement.scrollWidth <= innerWidth")

    sol.page.get_by_role("link", name="Team space (private)").click()
    sol.button("Legal: Approve").click()
    expect(bea.page.locator("#room-words")).to_contain_text("Legal: approved")
    # What the rep is told next is what was said at the table, and nothing before it.
    room.elsewhere("bea").says("One moment, please.")
    rita.hears("One moment, please.")
    expect(inbox.row(room.name)).to_contain_text("One moment, please.")
    for text in (before, row, rita.page.content(), inbox.page.content()):
        assert "18,200" not in text
        assert "Legal" not in text


def says(page: Page, text: str) -> None:
    page.get_by_label("Message to your team").fill(text)
    page.get_by_role("button", name="Post to team", exact=True).click()
