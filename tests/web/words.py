"""The words of a page."""

from __future__ import annotations

from collections.abc import Iterator

from tests.web.page import Page


def words_of(html: str) -> Iterator[str]:
    """Everything a page says, a piece of text at a time: to the eye, to a screen reader, and through its scripts."""
    page = Page(f"<body>{html}</body>" if "<body" not in html else html)
    for element in page.root.iter():
        if not isinstance(element.tag, str):
            continue
        if element.tag not in ("script", "style", "code", "pre", "kbd", "textarea"):
            yield element.text or ""
        yield element.tail or ""
        for name, value in element.attrib.items():
            if name in ("aria-label", "title", "placeholder", "alt", "content-label") or name in SCRIPTED:
                yield value


# Words that scripts put on the page.
SCRIPTED = {
    *("data-live", "data-reconnecting", "data-here", "data-typing", "data-one", "data-many", "data-stale"),
    *("data-sending", "data-waiting", "data-failed"),
}
