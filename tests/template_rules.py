"""What no template may contain, and how long it may be; `python -m tests.template_rules` lists every offence.

The pages are served under a Content-Security-Policy without inline code or styles. htmx would run code found in
some attributes, so these are kept out as well, and escaping is never switched off in a template.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from jinja2 import Environment, TemplateSyntaxError

ROOT = Path(__file__).resolve().parent.parent
TEMPLATES = ROOT / "templates"
# Mail has no style sheet to link to: css-inline turns its <style> into attributes.
MAIL = "mail/"

GONE_FROM_HTMX = (
    *("hx-vars", "hx-params", "hx-ext", "hx-disinherit", "hx-request", "hx-disabled-elt"),
    *("ws-connect", "ws-send", r"hx-ws-\w+"),
)

RULES = {
    "an inline script": r"<script(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")[^>]*>",
    "a script with both src and a body": r"<script[^>]*\bsrc=[^>]*>(?!\s*</script>)",
    "an event handler attribute": r"<[^>]*\son[a-z]+\s*=",
    "hx-on": r"\bhx-on\b",
    "a js: or javascript: value": r"[\"'\s]\s*(?:js|javascript):",
    "a trigger filter, which htmx evaluates": r"hx-trigger(?::[a-z]+)?=\"[^\"{}]*\[",
    "data-hx-, which htmx reads as hx-": r"\bdata-hx-",
    "an attribute htmx 4 no longer knows": rf"\b(?:{'|'.join(GONE_FROM_HTMX)})\b",
    "the safe filter": r"\|\s*safe\b",
    "escaping switched off": r"\bautoescape\s+false\b",
    "a file of another host": r"<(?:script|link|img|iframe)\b[^>]*\b(?:src|href)=[\"'](?:https?:)?//",
}
STYLE_RULES = {
    "an inline style sheet": r"<style\b",
    "a style attribute": r"<[^>]*\sstyle\s*=",
}

MOST_COLUMNS, MOST_LINES = 160, 150


def offences(name: str, text: str) -> Iterator[str]:
    """A sentence for each rule that the template breaks; `name` is its path below templates/."""
    # Comments may name what is forbidden; blanked rather than removed, so that line numbers stay right.
    markup = re.sub(r"\{#.*?#\}", lambda comment: re.sub(r"[^\n]", " ", comment[0]), text, flags=re.DOTALL)
    rules = RULES if name.startswith(MAIL) else RULES | STYLE_RULES
    for what, pattern in rules.items() if name.endswith(".html") else ():
        for found in re.finditer(pattern, markup, flags=re.IGNORECASE):
            line = markup.count("\n", 0, found.start()) + 1
            yield f"templates/{name}:{line}: {what}: {found[0].strip()[:80]}"
    try:
        Environment(extensions=["jinja2.ext.i18n", "jinja2.ext.do"], autoescape=True).parse(text)
    except TemplateSyntaxError as error:
        yield f"templates/{name}:{error.lineno}: {error.message}"


def too_long(name: str, text: str) -> Iterator[str]:
    """A sentence for each line that is too wide, and for a template of too many lines; a style sheet may be long."""
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if len(line) > MOST_COLUMNS:
            yield f"{name}:{number}: {len(line)} columns, of {MOST_COLUMNS} at most"
    if len(lines) > MOST_LINES and not name.endswith(".css"):
        yield f"{name}: {len(lines)} lines, of {MOST_LINES} at most"


def all_offences() -> list[str]:
    templates = sorted([*TEMPLATES.rglob("*.html"), *TEMPLATES.rglob("*.txt")])
    styles = sorted((ROOT / "static" / "css").glob("*.css"))
    found = [offences(path.relative_to(TEMPLATES).as_posix(), path.read_text()) for path in templates]
    long = [too_long(path.relative_to(ROOT).as_posix(), path.read_text()) for path in [*templates, *styles]]
    return [*chain.from_iterable(found), *chain.from_iterable(long)]


if __name__ == "__main__":
    found = all_offences()
    print("\n".join(found), file=sys.stderr)
    sys.exit(1 if found else 0)
