"""The parts of a deal's page that can be drawn anew by themselves: for htmx replies and for sockets alike.

Each is one template with one root element of that id. Nothing personal is in them, so that they may be pushed.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Protocol

from portal.reading.deal_page.deal_page import DealPage

# In the order of the page.
REGIONS: Mapping[str, str] = {
    name: f"table/_{name}.html"
    for name in (
        *("state", "introduction", "banner", "settlement", "offers", "lines", "terms", "whole", "history"),
        "people",
        *("summary", "sent", "actions", "refusal", "log"),
    )
} | {"turn": "table/_turn.html"}
# What follows the deal's state: who may do what is drawn everywhere.
EVERYTHING = frozenset(REGIONS)


class Render(Protocol):
    """Renders a template in the language it was made for."""

    def __call__(self, name: str, /, **context: Any) -> str: ...


def redrawn(render: Render, names: Iterable[str], subjects: Iterable[str], context: Mapping[str, Any]) -> str:
    """`<hx-partial>` elements for regions and for single lines and terms; `context` is that of the page.

    A line or term that stands in a region drawn as a whole, or that is no longer there, is left out.
    """
    table: DealPage = context["table"]
    wanted = {*names}
    parts = [
        morph(f"#{name}", render(template, turn=table.turn, **context))
        for name, template in REGIONS.items()
        if name in wanted
    ]
    for view in table.items(subjects):
        kind = view.subject.partition(":")[0]
        if f"{kind}s" not in wanted:
            template = (
                context.get("line_template", "table/_line.html") if kind == "line" else "table/_term.html"
            )
            parts.append(morph(f"[id='{dom_id(view.subject)}']", render(template, view=view, **context)))
    return "".join(parts)


def morph(selector: str, content: str) -> str:
    return f'<hx-partial hx-target="{selector}" hx-swap="outerMorph">{content}</hx-partial>'


def upserted(place: str, content: str) -> str:
    """Into a list, by number: what is there already is not doubled."""
    return f'<hx-upsert hx-target="[id=\'{place}\']" key="data-seq">{content}</hx-upsert>'


def replaced(selector: str, content: str) -> str:
    """For what holds boxes and no text: a morph would leave boxes as they were ticked. The focus is kept by id."""
    return f'<hx-partial hx-target="{selector}" hx-swap="outerHTML">{content}</hx-partial>'


def emptied(selector: str) -> str:
    """A slot whose form has done its work."""
    return f'<hx-partial hx-target="{selector}" hx-swap="innerHTML"></hx-partial>'


def dom_id(subject: str) -> str:
    """`line:KEY` has the id line-KEY; keys may have points, so that selectors ask for the attribute."""
    return subject.replace(":", "-")
