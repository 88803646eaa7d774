"""The page and the paper of one revision say the same: signs, taxes with their reasons, what lines tell of themselves."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from portal.rendering import formats
from portal.rendering.decimal_input import plain_decimal
from portal.request import LANGUAGE_COOKIE
from tests.cast import Table
from tests.quotes import quote
from tests.web.conftest import Site
from tests.web.page import Page

EXEMPT = {
    "category": "AE",
    "rate": "0",
    "reason": "Reverse charge, article 196",
    "reason_code": "VATEX-EU-AE",
}


@pytest.mark.parametrize("language", ["en", "de"])
def test_the_paper_says_what_the_page_says(site: Site, table: Table, language: str) -> None:
    document = quote(external_id="CPQ-TAX", language=language)
    press, install, *_others = document["lines"]
    install |= {"tax": EXEMPT, "lead_time_days": 12}
    off = {"label": "Trade-in", "kind": "discount", "amount": "1500.00", "tax": press["tax"]}
    deal_id, seats = table._sent(document | {"lines": [press, install], "adjustments": [off]})
    bea = site.browser(seats["bea"])
    bea.cookies = {**bea.cookies, LANGUAGE_COOKIE: language}
    page = " ".join(Page(bea.get(f"/deals/{deal_id}").text).root.text_content().split())
    content = bea.get(f"/deals/{deal_id}/proposal.pdf").content
    paper = " ".join(" ".join(each.extract_text() for each in PdfReader(io.BytesIO(content)).pages).split())
    told = {
        "en": ["−1,500.00", "on 6,200.00", "on 35,400.00", "Tax 19%", "Delivery within 12 days"],
        "de": ["−1.500,00", "auf 6.200,00", "auf 35.400,00", "Lieferung innerhalb von 12 Tagen"],
    }[language]
    for words in (EXEMPT["reason"], *told):
        assert words in page, words
        assert words in paper, words
    for text in (page, paper):
        assert not re.findall(r"(?<![\w-])-\d[\d.,]*", text), "a hyphen for a minus sign"


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_minus_sign_that_is_copied_from_the_page_is_read(language: str) -> None:
    with formats.language.speaking(language):
        shown = formats.number(-1250)
    assert shown[0] == "−"
    assert plain_decimal(shown, language) == "-1250"
