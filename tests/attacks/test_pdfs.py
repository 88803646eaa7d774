"""Proposals that are large on paper: set apart from everybody, with a bound, and refused beyond it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import psutil

from tests.attacks.conftest import Site
from tests.cast import Seat
from tests.quotes import quote

MB = 1024 * 1024


def deal_of(site: Site, number: int, lines: int) -> tuple[str, Seat]:
    one: dict[str, Any] = quote()["lines"][1]
    many = [{**one, "key": f"line-{n}", "description": "機械 " * 5} for n in range(lines)]
    deal_id, seats = site.table._sent(quote(external_id=f"CPQ-P{number}", lines=many, standing_offers=[]))
    return deal_id, seats["bea"]


def pdf(site: Site, deal: tuple[str, Seat]) -> httpx.Response:
    with site.client(deal[1]) as client:
        return client.get(f"/deals/{deal[0]}/proposal.pdf")


def test_many_large_pdfs_at_once_delay_nobody_and_do_not_swell_the_server(site: Site) -> None:
    deals = [deal_of(site, number, 1000) for number in range(4)]
    before = psutil.Process(site.server.process.pid).memory_info().rss
    with site.others(), ThreadPoolExecutor(12) as together:
        answers = list(together.map(lambda deal: pdf(site, deal), deals * 3))
    assert {answer.status_code for answer in answers} == {200}
    assert all(answer.content.startswith(b"%PDF-") for answer in answers)
    grown = psutil.Process(site.server.process.pid).memory_info().rss - before
    assert grown < 150 * MB


def test_a_pdf_that_takes_too_much_is_refused_for_now(site: Site) -> None:
    deal = deal_of(site, 10, 5000)
    with site.others():
        answer = pdf(site, deal)
    assert answer.status_code == 503
    assert int(answer.headers["retry-after"]) > 0
    assert "more time or memory" in answer.text
    assert pdf(site, (site.table.deal_id, site.table.bea)).status_code == 200
