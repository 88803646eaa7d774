"""The proposal on paper: the revision's own words and figures, the same bytes each time, nothing run that was written."""

from __future__ import annotations

import asyncio
import io
import json

import pypdf
import pytest
from msgspec.structs import replace

from portal import seal
from portal.domain.offer.revision import Revision
from portal.domain.offer.totals import revise
from portal.intake.incoming import read_quote
from portal.rendering import proposal_pdf, typesetting
from portal.rendering.proposal_pdf import Facts
from tests.cast import START, Table
from tests.quotes import VALID_UNTIL, quote
from tests.web.conftest import Site


def facts(table: Table, **changes: object) -> Facts:
    deal = table.bea.deal
    known = {
        "number": deal.number,
        "revision": deal.revision,
        "digest": deal.digest,
        "published_at": START,
        "language": "en",
    }
    return Facts(**(known | changes))


def test_both_sides_get_the_pdf_and_a_rival_does_not(site: Site) -> None:
    table = site.table
    mine = site.browser(table.bea).get(f"/deals/{table.deal_id}/proposal.pdf")
    theirs = site.browser(table.rita).get(f"/desk/deals/{table.deal_id}/proposal.pdf")
    assert mine.headers["content-type"] == "application/pdf"
    assert mine.content.startswith(b"%PDF-")
    assert mine.content == theirs.content
    assert mine.headers["content-disposition"] == f'inline; filename="{table.bea.deal.number}-revision-1.pdf"'
    assert site.browser(table.ravn).get(f"/deals/{table.deal_id}/proposal.pdf").status_code == 404


def test_an_accepted_proposal_names_its_order(site: Site) -> None:
    before = site.browser(site.table.sol).get(f"/deals/{site.table.deal_id}/proposal.pdf").content
    site.table.sol.accepts()
    assert site.browser(site.table.sol).get(f"/deals/{site.table.deal_id}/proposal.pdf").content != before


def rendered(facts: Facts, revision: Revision) -> bytes:
    """As it is made, not as it is remembered."""
    proposal_pdf.CACHE.clear()
    return asyncio.run(proposal_pdf.render(facts, revision))


def test_the_same_revision_has_the_same_bytes_in_each_language(table: Table) -> None:
    for language in ("en", "de"):
        first = rendered(facts(table, language=language), table.bea.revision)
        assert rendered(facts(table, language=language), table.bea.revision) == first


@pytest.mark.parametrize("written", ["混合機 2", "เครื่องผสม", "혼합기", "m㎡", "👩‍👩‍👧 🇩🇪", "half\u200bway"])
def test_a_character_without_a_glyph_leaves_a_mark_and_the_rest(table: Table, written: str) -> None:
    offer = replace(table.bea.revision.offer, title=f"Press {written} line", introduction=written)
    made = rendered(facts(table), revise(offer))
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(made)).pages)
    assert "Press" in text
    assert "line" in text
    assert (typesetting.MARK in text) == (written != "half\u200bway")


def test_what_was_written_is_text_and_not_markup(table: Table) -> None:
    """A title that typst would run, were it markup: it would read a file, or fail."""
    hostile = '#read("/etc/passwd") #panic("run") $x^2$ *bold* \\ "quoted" </script>'
    document = json.loads(
        json.dumps(quote(title=hostile, introduction=hostile, external_id="CPQ-9", valid_until=VALID_UNTIL))
    )
    for line in document["lines"]:
        line["name"] = line["description"] = hostile
    offer = read_quote(json.dumps(document).encode(), "quote.json", today=START.date(), zone="UTC").offer
    assert rendered(facts(table), revise(offer)).startswith(b"%PDF-")


def test_the_receipt_comes_with_the_order_and_names_its_key(site: Site) -> None:
    table = site.table
    sol, address = site.browser(table.sol), f"/deals/{table.deal_id}/receipt.json"
    assert sol.get(address).status_code == 404
    placed = table.sol.accepts()
    mine = sol.get(address)
    assert mine.headers["content-disposition"] == f'attachment; filename="{placed.number}-receipt.json"'
    assert site.browser(table.rita).get(f"/desk{address}").content == mine.content
    (key,) = site.browser().get("/.well-known/parley-keys.json").json()["keys"]
    assert seal.find_fault(mine.content, known=key["fingerprint"]) is None
    assert site.browser(table.ravn).get(address).status_code == 404
