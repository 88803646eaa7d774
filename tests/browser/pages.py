"""The screens as a person finds their way on them: by the names of the contract, and by nothing else.

Verbs leave out what a test wants to see for itself: they press and type, and wait only for what the next step needs.
"""

from __future__ import annotations

import re

from playwright.sync_api import Locator, Page, expect


class Screen:
    """Any page of the portal. Without scripts it has to be loaded again to learn what others did."""

    def __init__(self, page: Page, *, scripts: bool = True) -> None:
        self.page, self.scripts = page, scripts

    def open(self, url: str) -> None:
        self.page.goto(url)

    def looks_again(self) -> None:
        if not self.scripts:
            # Not a reload: the last request may have been a form.
            self.page.goto(self.page.url.partition("#")[0].partition("?")[0])

    def region(self, name: str) -> Locator:
        return self.page.get_by_role("region", name=name, exact=True)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def heading(self) -> Locator:
        return self.page.get_by_role("heading", level=1)

    @property
    def connection(self) -> Locator:
        return self.page.get_by_role("status", name="Connection", exact=True)

    @property
    def state(self) -> Locator:
        return self.page.get_by_role("status", name="State", exact=True)

    def is_live(self) -> None:
        if self.scripts:
            expect(self.connection).to_have_text("Live")


class TablePage(Screen):
    """What both sides have: the lines, what is said about them, the conversation, the summary."""

    @property
    def lines(self) -> Locator:
        return self.region("Line items")

    def line(self, name: str) -> Locator:
        """A line or a term."""
        return self.page.get_by_role("group", name=name, exact=True)

    @property
    def phone(self) -> bool:
        size = self.page.viewport_size
        return size is not None and size["width"] < 960

    def sheet(self, name: str) -> Locator:
        """The region "Summary" or "Conversation"; on a phone its button opens it."""
        region = self.region(name)
        if self.phone and not region.is_visible():
            self.button(name).click()
        expect(region).to_be_visible()
        return region

    def puts_away(self, sheet: Locator) -> None:
        if self.phone:
            sheet.get_by_role("button", name="Close").click()
            expect(sheet).to_be_hidden()

    @property
    def message(self) -> Locator:
        return self.page.get_by_role("textbox", name="Message", exact=True)

    def says(self, text: str) -> None:
        conversation = self.sheet("Conversation")
        self.message.fill(text)
        conversation.get_by_role("button", name=re.compile("^Send")).click()
        expect(self.sheet("Conversation")).to_contain_text(text)
        self.puts_away(self.region("Conversation"))

    def hears(self, text: str, *, times: int = 1) -> None:
        """It stands in the conversation; found by its own words, however often the line or the comment repeats it."""
        self.looks_again()
        conversation = self.sheet("Conversation")
        expect(conversation.get_by_role("listitem").filter(has_text=text)).to_have_count(times)
        self.puts_away(conversation)

    def starts_comment(self, line: str) -> Locator:
        self.button(f"Comment on {line}").click()
        box = self.page.get_by_role("textbox", name="Comment", exact=True)
        expect(box).to_be_visible()
        return box

    def comments(self, line: str, text: str, *, by_key: bool = False) -> None:
        box = self.starts_comment(line)
        box.fill(text)
        if by_key:
            box.press("Control+Enter")
        else:
            self.button("Send comment").click()
        expect(self.line(line)).to_contain_text(text)

    def form(self, line: str) -> ChangeForm:
        """The open form of a line."""
        name = re.compile(f"^(Change )?{re.escape(line)}$")
        return ChangeForm(self.page.get_by_role("form", name=name))

    def changes(self, line: str, reason: str = "", **fields: str) -> ChangeForm:
        """Opens the form and fills it in; `quantity`, `unit_price`, `value` name its fields."""
        self.button(f"Change {line}").click()
        form = self.form(line)
        expect(form.root).to_be_visible()
        for name, text in fields.items():
            form.field(name.replace("_", " ").capitalize()).fill(text)
        if reason:
            form.field("Reason").fill(reason)
        return form


class ChangeForm:
    def __init__(self, root: Locator) -> None:
        self.root = root

    def field(self, name: str) -> Locator:
        return self.root.get_by_label(name, exact=True)

    def adds(self) -> None:
        self.root.get_by_role("button", name="Add to counteroffer", exact=True).click()
        expect(self.root).to_have_count(0)


class BuyerPage(TablePage):
    def joins(self, link: str) -> None:
        """From the mailed link to the proposal."""
        self.open(link)
        self.button("Open proposal").click()
        expect(self.region("Line items")).to_be_visible()

    @property
    def tray(self) -> Locator:
        return self.region("Your counteroffer")

    def composition(self) -> Locator:
        """What is confirmed before options and if-you-then offers are sent."""
        self.button("Review and confirm").click()
        dialog = self.page.get_by_role("dialog", name="Check what changes", exact=True)
        expect(dialog).to_be_visible()
        return dialog

    def composes(self, *buttons: str, confirms: str = "Change the options") -> None:
        """Puts together what is offered already, button by button, and sends it once."""
        for name in buttons:
            self.button(name).click()
            expect(self.tray).to_contain_text(name.partition(" ")[2].removeprefix("this offer: "))
        self.composition().get_by_role("button", name=confirms, exact=True).click()
        expect(self.page.get_by_role("dialog")).to_have_count(0)

    def sends_counteroffer(self) -> None:
        self.button("Send counteroffer").click()
        expect(self.region("Waiting for an answer")).to_be_visible()

    def reviews(self, revision: int) -> Acceptance:
        self.button("Review and accept").click()
        return self.acceptance(revision)

    def acceptance(self, revision: int) -> Acceptance:
        """The dialog that is open."""
        dialog = self.page.get_by_role("dialog", name=f"Accept revision {revision}", exact=True)
        expect(dialog).to_be_visible()
        return Acceptance(dialog)

    def declines(self, reason: str) -> None:
        self.button("Decline").click()
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_label("Reason", exact=True).fill(reason)
        dialog.get_by_role("button", name="Decline proposal", exact=True).click()


class Acceptance:
    """The dialog in which a signer accepts."""

    def __init__(self, root: Locator) -> None:
        self.root = root

    def signs(self, name: str = "Sol Iversen", title: str = "Head of purchasing") -> None:
        self.root.get_by_label("Full name", exact=True).fill(name)
        self.root.get_by_label("Job title", exact=True).fill(title)
        self.root.get_by_role("checkbox", name="I am authorised to accept this proposal").check()

    def places_order(self) -> None:
        self.root.get_by_role("button", name="Accept and place order", exact=True).click()


class DealPage(TablePage):
    """The rep's."""

    @property
    def counteroffer(self) -> Locator:
        return self.region("Counteroffer")

    def ask(self, name: str) -> Locator:
        """One change to answer: "Installation: Quantity"."""
        return self.counteroffer.get_by_role("group", name=name, exact=True)

    def accepts(self, ask: str) -> None:
        self.ask(ask).get_by_role("radio", name="Accept", exact=True).check()

    def declines(self, ask: str) -> None:
        self.ask(ask).get_by_role("radio", name="Decline", exact=True).check()

    def counters(self, ask: str, value: str) -> None:
        self.ask(ask).get_by_role("radio", name="Counter", exact=True).check()
        self.ask(ask).get_by_label("Counter value", exact=True).fill(value)

    def publishes(self, revision: int) -> None:
        self.page.get_by_role("button", name=f"Send revision {revision} to ").click()

    def asks_for_approval(self) -> None:
        self.button("Ask for approval").click()

    def notes(self, text: str) -> None:
        self.page.get_by_role("textbox", name="Internal note", exact=True).fill(text)
        self.button("Save note").click()
        expect(self.region("Internal notes")).to_contain_text(text)


class Inbox(Screen):
    def row(self, name: str) -> Locator:
        return self.region("Inbox").get_by_role("row", name=name, exact=True)

    def opens(self, name: str) -> DealPage:
        self.row(name).get_by_role("link").click()
        deal = DealPage(self.page, scripts=self.scripts)
        expect(deal.state).to_be_visible()
        return deal
