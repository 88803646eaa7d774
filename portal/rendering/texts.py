"""Texts that people wrote, as HTML: plain where they say something, a small Markdown where the seller publishes.

Both take time that is linear in the text, and are remembered.
"""

import re
import unicodedata

import nh3
from markdown_it import MarkdownIt
from markdown_it.rules_core import StateCore
from markupsafe import Markup, escape

from portal.lru_cache import LruCache

# Characters of HTML that are remembered.
_CACHED = 8_000_000
_plain_texts: LruCache[Markup] = LruCache(_CACHED, len)
_markdown_texts: LruCache[Markup] = LruCache(_CACHED, len)

_SPACES = re.compile(r"(\s+)")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
# What may follow the scheme: a host, and then anything that is no quotation mark or angle bracket.
_WEB = re.compile(r"https?://[^\W_](?:[\w.-]{0,250}[^\W_])?(?::\d{1,5})?(?:[/?#][^\s\"<>]*)?", re.IGNORECASE)
_MAIL = re.compile(r"[\w.+-]{1,64}@[^\W_][\w-]{0,62}(?:\.[^\W_][\w-]{0,62}){1,8}")
LONGEST_LINK = 2_000
_OPENING, _CLOSING = "(<[{\"'«„“‚‘›:;,", ".,;:!?)>]}\"'»“”’‹…"
_REL = Markup('rel="noopener noreferrer nofollow"')

# No images: loading one would tell a third party who reads. No `data-*`: htmx obeys `data-hx-*`.
_TAGS = {"p", "br", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "hr"}
_TAGS |= {"h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td"}
# What Markdown might give a meaning to; a line counts twice. So many take 2 ms at most, whatever they are.
_SIGNS, MOST_SIGNS = re.compile(r"[*_`\[\]<>|~#!\\&]"), 150
LONGEST_SOURCE, LONGEST_HTML = 20_000, 100_000
# A star inside a word or a number is a star.
_STAR, _STARS = "\ue002", re.compile(r"(?<=\w)\*+(?=\w)")


def plain_text(text: str) -> Markup:
    """What somebody said, as it was written: line breaks and columns kept, addresses linked, nothing else interpreted."""
    if (known := _plain_texts.get(text)) is not None:
        return known
    linked = "://" in text or "@" in text
    words = "".join(map(_word, _SPACES.split(text))) if linked else escape(text)
    return _plain_texts.put(text, Markup(f'<p class="as-written">{words}</p>'))  # noqa: S704 - escaped by `_word`


def markdown(text: str) -> Markup:
    """What the seller publishes: Markdown with HTML off, sanitised. Plain where it would take too long or grow too large."""
    if (known := _markdown_texts.get(text)) is not None:
        return known
    signs = len(_SIGNS.findall(text[:LONGEST_SOURCE])) + 2 * text.count("\n")
    shown = _rendered(text) if signs <= MOST_SIGNS and len(text) <= LONGEST_SOURCE else None
    return _markdown_texts.put(text, plain_text(text) if shown is None else shown)


def _rendered(text: str) -> Markup | None:
    """The HTML of Markdown source; None when there is too much of it."""
    starless = _STARS.sub(lambda found: _STAR * len(found[0]), text)
    made = _parser.render(starless)
    if len(made) > LONGEST_HTML:
        return None
    clean = nh3.clean(
        made,
        tags=_TAGS,
        attributes={"a": {"href"}, "ol": {"start"}, "li": {"value"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer nofollow",
    )
    return Markup(clean.replace(_STAR, "*").replace("%EE%80%82", "*"))  # noqa: S704 - the output of a sanitizer


def _number_items(state: StateCore) -> None:
    """Items keep the numbers that were written."""
    for token in state.tokens:
        if token.type == "list_item_open" and token.info:
            token.attrSet("value", token.info)


_parser = (
    MarkdownIt("commonmark", {"html": False, "breaks": True})
    .enable(["strikethrough", "table"])
    # A line such as "[1]: 450" would define a link and show nothing.
    .disable(["image", "reference"])
)
_parser.core.ruler.push("number_items", _number_items)


def _word(word: str) -> str:
    """One word or the space between two, escaped; with a link where it is an address or holds one."""
    if len(word) > LONGEST_LINK or ("://" not in word and word.count("@") != 1):
        return escape(word)
    start = _start(word)
    before, address = word[:start], word[start:]
    address, after = _split_end(address)
    if not _is_address(address) or (before and before[-1].isalnum()):
        return escape(word)
    target = address if "://" in address else f"mailto:{address}"
    return Markup('{}<a href="{}" {}>{}</a>{}').format(before, target, _REL, address, after)


def _start(word: str) -> int:
    """Where the address begins: at the scheme of a web address, else after opening brackets and quotation marks."""
    if found := _SCHEME.search(word):
        return found.start()
    return len(word) - len(word.lstrip(_OPENING))


def _split_end(address: str) -> tuple[str, str]:
    """The address, and the brackets and full stops behind it. A bracket that was opened in it belongs to it."""
    end, unmatched = len(address), address.count(")") - address.count("(")
    while end and address[end - 1] in _CLOSING:
        if address[end - 1] == ")":
            if unmatched <= 0:
                break
            unmatched -= 1
        end -= 1
    return address[:end], address[end:]


def _is_address(text: str) -> bool:
    shown = (_WEB if "://" in text else _MAIL).fullmatch(text) is not None
    # What turns the direction of writing round would make an address read like another.
    return shown and not any(unicodedata.category(each) in ("Cc", "Cf") for each in text)
