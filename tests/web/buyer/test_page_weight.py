"""What the page weighs on its way, and that it is put together from the same words for everybody."""

from __future__ import annotations

import gzip
import re
import zlib

import pytest

from portal.rendering import compressed_parts
from tests.cast import Table
from tests.quotes import quote
from tests.web.conftest import Site

FIFTY = {"lines": [{**quote()["lines"][0], "key": f"l{n}", "name": f"Press number {n}"} for n in range(50)]}
KILOBYTE = 1000


@pytest.mark.parametrize(
    "texts", [[], [""], ["a"], ["Grüße ", "und", " größere ", "x" * 200_000, "\N{PILE OF POO}"]]
)
def test_pieces_make_one_stream(texts: list[str]) -> None:
    pieces = [compressed_parts.piece(text) for text in texts]
    whole = "".join(texts).encode()
    assert compressed_parts.plain(pieces) == whole
    assert gzip.decompress(compressed_parts.gzipped(pieces)) == whole
    # As browsers read it: one stream, to its very end.
    reader = zlib.decompressobj(16 + zlib.MAX_WBITS)
    assert reader.decompress(compressed_parts.gzipped(pieces)) == whole
    assert reader.eof
    assert not reader.unused_data


def test_the_page_is_the_same_compressed_and_not(site: Site, table: Table) -> None:
    table.bea.says("Hello")
    browser, path = site.browser(table.bea), f"/deals/{table.deal_id}"
    small = browser.get(path, Accept_Encoding="gzip")
    large = browser.get(path, Accept_Encoding="identity")
    assert small.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in large.headers
    assert without_keys(small.text) == without_keys(large.text)
    assert int(small.headers["content-length"]) < len(large.content) / 3


def test_what_is_one_s_own_is_not_compressed_with_what_others_wrote(site: Site, table: Table) -> None:
    answer = site.browser(table.bea).get(f"/deals/{table.deal_id}?change=line:press", Accept_Encoding="gzip")
    assert "content-encoding" not in answer.headers


def test_two_people_of_one_role_share_no_token_and_no_name(site: Site, table: Table) -> None:
    pages = {}
    for who in (table.bea, table.sol, table.bea):
        browser = site.browser(who)
        pages[who.contact_id] = text = browser.get(f"/deals/{table.deal_id}").text
        others = {site.browser(other).csrf for other in (table.bea, table.sol, table.vic) if other is not who}
        assert browser.csrf in text
        assert not any(token in text for token in others)
        assert f'data-actor="contact:{who.contact_id}"' in text


def test_a_page_of_fifty_lines_is_light(settings_with_fifty: Site) -> None:
    site = settings_with_fifty
    table = site.table
    for number in range(50):
        table.bea.says(f"Message number {number}, with some words in it.")
    browser = site.browser(table.sol)
    page = browser.get(f"/deals/{table.deal_id}", Accept_Encoding="gzip")
    files = re.findall(r'(?:src|href)="(/static/[^"]+|/favicon.ico)"', page.text)
    sizes = {path: int(browser.get(path, Accept_Encoding="gzip").headers["content-length"]) for path in files}
    assert len(sizes) + 1 <= 6
    assert next(size for path, size in sizes.items() if path.endswith(".js")) <= 25 * KILOBYTE
    assert next(size for path, size in sizes.items() if path.endswith(".css")) <= 12 * KILOBYTE
    assert int(page.headers["content-length"]) + sum(sizes.values()) <= 60 * KILOBYTE


@pytest.fixture
def settings_with_fifty(site: Site) -> Site:
    site.table.deal_id, seats = site.table._sent(quote(external_id="CPQ-50", **FIFTY))
    site.table.bea, site.table.sol = seats["bea"], seats["sol"]
    return site


def without_keys(text: str) -> str:
    """Keys are made anew for each page."""
    return re.sub(r'name="key" value="[^"]*"', "", text)
