"""A page as a browser would have it: found by id, brought up to date by the elements of frames, compared by its regions."""

from __future__ import annotations

import copy
import re

import lxml.html
from lxml.html import HtmlElement

# Everything that frames draw anew. The tray, the dialog and open forms are one person's own and never pushed.
PUSHED = (
    *(
        "state",
        "turn",
        "introduction",
        "banner",
        "settlement",
        "offers",
        "lines",
        "terms",
        "whole",
        "summary",
        "sent",
        "actions",
    ),
    *("refusal", "history", "people", "log"),
)


class Page:
    def __init__(self, html: str) -> None:
        self.root: HtmlElement = lxml.html.document_fromstring(html)

    def by_id(self, name: str) -> HtmlElement | None:
        found = self.root.xpath("//*[@id=$name]", name=name)
        assert len(found) <= 1, f"#{name} is on the page {len(found)} times"
        return found[0] if found else None

    def __getitem__(self, name: str) -> HtmlElement:
        found = self.by_id(name)
        assert found is not None, f"#{name} is not on the page"
        return found

    def text(self, name: str) -> str:
        """What stands in an element, spaces as a reader sees them."""
        return words(self[name])

    def form(self, name: str) -> dict[str, str]:
        """What a browser would send of the form as it stands."""
        return {key: value for key, value in self[name].form_values() if value is not None}

    def buttons(self) -> set[str]:
        """The names that a screen reader tells."""
        return {element.get("aria-label") or words(element) for element in self.root.iter("button")}

    @property
    def position(self) -> int:
        return int(self["live"].get("data-after"))

    def take(self, content: str) -> None:
        """Apply the elements of frames, as htmx does: whole elements morphed by id, list items sorted in by number."""
        for part in lxml.html.fragments_fromstring(content):
            assert isinstance(part, HtmlElement), f"text outside of elements: {part!r}"
            target = _named(part.get("hx-target"))
            if part.tag == "hx-upsert":
                self._upsert(target, list(part))
            elif part.get("hx-swap") in ("outerMorph", "outerHTML"):
                self._replace(target, part)
            else:
                assert (part.tag, part.get("hx-swap")) == ("hx-partial", "innerHTML"), part.attrib

    def _upsert(self, target: str, items: list[HtmlElement]) -> None:
        if target == "room-log" and self.by_id(target) is None:
            # Only the page of the buyers' room has it; as any target that is missing, it is passed over.
            return
        place = self[target]
        for item in items:
            for old in place.xpath("./*[@id=$name]", name=item.get("id")):
                place.remove(old)
            place.append(item)
        place[:] = sorted(place, key=lambda each: int(each.get("data-seq")))

    def _replace(self, target: str, part: HtmlElement) -> None:
        (new,) = part
        assert new.get("id") == target, f"{target} is replaced by {new.get('id')}"
        old = self.by_id(target)
        if old is not None:
            new.tail = old.tail
            old.getparent().replace(old, new)


def words(element: HtmlElement) -> str:
    """The text with a space where a block or a cell ends."""
    element = copy.deepcopy(element)
    for part in element.iter(
        "td", "th", "dd", "dt", "li", "p", "div", "caption", "span", "button", "h1", "h2", "h3", "h4"
    ):
        if part.tag != "span" or "tag" in part.get("class", "") or "badge" in part.get("class", ""):
            part.tail = f" {part.tail or ''}"
    return " ".join(element.text_content().split())


def regions(page: Page) -> dict[str, str]:
    """The pushed regions in one spelling: slots empty, spaces alike."""
    return {name: _spelled(found) for name in PUSHED if (found := page.by_id(name)) is not None}


def _spelled(element: HtmlElement) -> str:
    element = copy.deepcopy(element)
    element.tail = None
    for slot in element.xpath(".//*[@hx-morph-skip]"):
        slot[:], slot.text = [], None
    return re.sub(r">\s+<", "><", re.sub(r"\s+", " ", lxml.html.tostring(element, encoding="unicode")))


def _named(selector: str) -> str:
    """#name and [id='name'] are the two ways in which fragments name their place."""
    found = re.fullmatch(r"#([\w-]+)|\[id='([\w.-]+)'\]", selector)
    assert found, selector
    return str(found[1] or found[2])
