"""The parts of the buyer's page that everybody of the same role reads alike, drawn once for each version of the table."""

import re
import secrets
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup
from msgspec.structs import replace

from portal.lru_cache import LruCache
from portal.reading.deal_page.deal_page import DealPage
from portal.rendering import compressed_parts
from portal.rendering.compressed_parts import Piece

# Name in the page's template, and what draws it.
PARTS = {
    "main": "buyer/_main.html",
    "summary": "table/_summary.html",
    "steps": "buyer/_steps.html",
    "log": "table/_log.html",
}
# The one part that a chat line changes.
TALK = "table/_log.html"
# Stands in the page where a part goes. Nobody can write it into a message: it is another one in each process.
_PLACE = f"<!--{secrets.token_hex(16)}:%s-->"
_PLACES = re.compile(_PLACE.replace("%s", r"(\w+)"))
_kept: LruCache[Piece] = LruCache(most=64_000_000, size=lambda piece: piece.size)


def places() -> dict[str, Markup]:
    """What the page's template puts where a part goes."""
    return {name: Markup(_PLACE) % name for name in PARTS}  # noqa: S704 - no text of anybody's


def drawn(render: Callable[..., str], context: Mapping[str, Any], language: str) -> dict[str, Piece]:
    """Every part by its name, for this role and language."""
    return {name: _drawn(render, template, context, language) for name, template in PARTS.items()}


def drawn_alone(render: Callable[..., str], context: Mapping[str, Any], language: str) -> dict[str, Markup]:
    """The parts with a form or a refusal inside, for one person alone."""
    return {name: Markup(render(template, language, **context)) for name, template in PARTS.items()}  # noqa: S704


def together(page: str, parts: Mapping[str, Piece]) -> list[Piece]:
    """The page with its parts in their places."""
    texts = _PLACES.split(page)
    return [
        parts[text] if number % 2 else compressed_parts.piece(text, level=4)
        for number, text in enumerate(texts)
        if text
    ]


def _drawn(render: Callable[..., str], template: str, context: Mapping[str, Any], language: str) -> Piece:
    table: DealPage = context["table"]
    key = (
        table.version if template == TALK else table.version_without_chat,
        context["deal"].role,
        language,
        template,
    )
    found = _kept.get(key)
    return found or _kept.put(key, compressed_parts.piece(render(template, language, **_impersonal(context))))


def _impersonal(context: Mapping[str, Any]) -> dict[str, Any]:
    """Nothing in it is one person's own: a template that asks for a token or a name fails instead of sharing it."""
    deal = replace(context["deal"], actor="", actor_name="")
    return {"deal": deal, "table": context["table"], "urls": context["urls"], "problems_at": None}
