"""Files that were made to be expensive: refused with a sentence, and nobody else waits."""

from __future__ import annotations

import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from tests.attacks.conftest import REFUSED_WITHIN, Site
from tests.attacks.workbooks import FILES, JSON, XML
from tests.quotes import quote

NEW = "/desk/quotes/new"
QUOTES = {**FILES, **JSON, **XML}


def attack(site: Site, path: str, name: str, data: bytes, *, desk: bool) -> tuple[httpx.Response, float]:
    who = site.table.rita if desk else site.table.bea
    began = time.monotonic()
    answer = site.upload(who, path, name, data, do="check")
    return answer, time.monotonic() - began


@pytest.fixture(scope="module", autouse=True)
def warm(site: Site) -> None:
    """The first of each kind waits for a process to start."""
    site.upload(site.table.bea, f"/deals/{site.table.deal_id}/sheet", "sheet.csv", b"key;name\n")
    site.upload(site.table.rita, NEW, "quote.json", b"{}", do="check")


@pytest.mark.parametrize("kind", FILES)
def test_a_buyers_sheet_that_is_too_much_is_refused_at_once(site: Site, kind: str) -> None:
    path = f"/deals/{site.table.deal_id}/sheet"
    with site.others():
        answer, took = attack(site, path, "sheet.xlsx", FILES[kind], desk=False)
    assert answer.status_code == 422
    assert "The sheet cannot be read." in answer.text
    assert took < REFUSED_WITHIN


@pytest.mark.parametrize("kind", QUOTES)
def test_a_quote_that_is_too_much_is_refused(site: Site, kind: str) -> None:
    name = "quote.xlsx" if kind in FILES else "quote.json" if kind in JSON else "quote.xml"
    with site.others():
        answer, _ = attack(site, NEW, name, QUOTES[kind], desk=True)
    assert answer.status_code == 422
    assert "cannot be read" in answer.text or "was not read" in answer.text


def test_many_at_once_delay_neither_pages_nor_the_next_sheet_for_long(site: Site) -> None:
    path = f"/deals/{site.table.deal_id}/sheet"
    with site.others(), ThreadPoolExecutor(20) as together:
        answers = list(
            together.map(
                lambda kind: attack(site, path, "sheet.xlsx", FILES[kind], desk=False)[0], list(FILES) * 4
            )
        )
    assert {answer.status_code for answer in answers} <= {422, 503}
    mine = site.upload(site.table.bea, path, "sheet.csv", b"a;b\n")
    assert mine.status_code == 422
    assert "not a sheet of this proposal" in mine.text


def test_nothing_is_parsed_for_whom_it_is_not(site: Site) -> None:
    """Another company's buyer, and a role that may not ask."""
    data = FILES["a number format of brackets"]
    path = f"/deals/{site.table.deal_id}/sheet"
    assert site.upload(site.table.ravn, path, "sheet.xlsx", data).status_code == 404
    refused = site.upload(site.table.vic, path, "sheet.xlsx", data)
    assert refused.status_code == 403
    assert "cannot be read" not in refused.text


def test_the_largest_quote_that_is_read_delays_nobody(site: Site) -> None:
    """Reading it is one thing; its preview is a page of five thousand lines."""
    one = quote()["lines"][0]
    document = quote(
        external_id="CPQ-L1",
        lines=[{**one, "key": f"line-{number}"} for number in range(5_000)],
        standing_offers=[],
        adjustments=[],
    )
    with site.others():
        answer, _ = attack(site, NEW, "quote.json", json.dumps(document).encode(), desk=True)
    assert answer.status_code == 200
    assert "line-4999" in answer.text


def test_a_quote_with_a_problem_everywhere_delays_nobody(site: Site) -> None:
    with site.others():
        answer, _ = attack(site, NEW, "quote.json", b'{"lines":[' + b"{}," * 150_000 + b"{}]}", desk=True)
    assert answer.status_code == 422
