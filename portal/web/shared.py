"""The parts of the buyer's page that everybody of the same role reads alike, drawn once for each version of the table."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from markupsafe import Markup

from portal.reading.kept import Kept
from portal.reading.table import Table

# Name in the page's template, and what draws it.
PARTS = {
    "main": "buyer/_main.html",
    "summary": "table/_summary.html",
    "steps": "buyer/_steps.html",
    "log": "table/_log.html",
}
# The one part that a chat line changes.
TALK = "table/_log.html"
_kept: Kept[Markup] = Kept(most=64_000_000, size=len)


def drawn(
    render: Callable[..., str], context: Mapping[str, Any], language: str, *, personal: bool
) -> dict[str, Markup]:
    """Every part by its name. `personal`: something is open or refused inside of them, so they are this person's own."""
    return {name: _drawn(render, template, context, language, personal) for name, template in PARTS.items()}


def _drawn(
    render: Callable[..., str], template: str, context: Mapping[str, Any], language: str, personal: bool
) -> Markup:
    table: Table = context["table"]
    if personal or table.version is None:
        return Markup(render(template, language, **context))  # noqa: S704 - our own templates, escaped by themselves
    key = (table.version if template == TALK else table.calm, context["deal"].role, language, template)
    found = _kept.get(key)
    return found or _kept.put(key, Markup(render(template, language, **_impersonal(context))))  # noqa: S704


def _impersonal(context: Mapping[str, Any]) -> dict[str, Any]:
    """Nothing in it is one person's own: a template that asks for a token or a name fails instead of sharing it."""
    deal = replace(context["deal"], actor="", actor_name="")
    return {"deal": deal, "table": context["table"], "urls": context["urls"], "problems_at": None}
