"""What buyers say: of the whole deal and beside a line, by form and by program."""

from __future__ import annotations

import pytest

from tests.cast import Table
from tests.web.buyer.sending import send
from tests.web.buyer.test_deal import page_of
from tests.web.conftest import Site
from tests.web.page import Page


def test_what_is_said_stands_in_the_log_and_beside_its_line(site: Site, table: Table) -> None:
    answer = send(site, table.bea, "/messages", body="Is it galvanised?", anchor="line:press", key="k-1")
    assert (answer.status_code, answer.headers["location"]) == (
        303,
        f"/deals/{table.deal_id}#thread-line-press",
    )
    page = page_of(site, table.sol)
    assert "Is it galvanised?" in page.text("thread-line-press")
    assert "on Hydraulic press HP-40" in page.text("log-2")
    assert page["log-2"].get("data-key") == "k-1"


def test_a_program_is_told_where_its_message_stands(site: Site, table: Table) -> None:
    answer = site.browser(table.bea).post(
        f"/deals/{table.deal_id}/messages", {"body": "Hello", "key": "k-1"}, Accept="application/json"
    )
    assert answer.json() == {"position": 2, "key": "k-1"}


@pytest.mark.parametrize(("anchor", "place"), [("", "conversation"), ("line:press", "problem-line-press")])
def test_what_cannot_be_said_is_kept_in_its_box(site: Site, table: Table, anchor: str, place: str) -> None:
    answer = send(site, table.bea, "/messages", body="x" * 10_001, anchor=anchor, key="k")
    page = Page(answer.text)
    assert answer.status_code == 422
    assert "10,001 characters" in page.text(place)
    assert "x" * 10_001 in [area.text for area in page.root.iter("textarea")]
