"""Quotes come in as spreadsheets: the template, an upload in both formats, and refusals that keep nothing."""

from __future__ import annotations

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings
from lxml import html
from sqlalchemy import func, select

from portal.outbound.quote_template import quote_template
from portal.storage import tables
from portal.storage.session import Transaction
from tests.cast import Table
from tests.web.conftest import Browser, Site

NEW = "/desk/quotes/new"
TEMPLATES = [quote_template("csv"), quote_template("xlsx")]


def upload(rep: Browser, data: bytes, name: str, do: str = "check") -> tuple[int, str, str]:
    """Status, page and where it leads."""
    answer = rep.site.client.post(
        NEW,
        data={"csrf": rep.csrf, "do": do},
        files={"file": (name, data, "application/octet-stream")},
        headers={"Cookie": f"parley_desk={rep.cookies['parley_desk']}"},
        follow_redirects=False,
    )
    return answer.status_code, answer.text, answer.headers.get("location", "")


def deals(site: Site) -> int:
    def count(transaction: Transaction) -> int:
        return int(transaction.connection.execute(select(func.count()).select_from(tables.deal)).scalar_one())

    return site.database.read_now(count)


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_template_is_downloaded_and_imported(rep: Browser, site: Site, kind: str) -> None:
    links = html.fromstring(rep.get(NEW).text).xpath("//a[@download]/@href")
    (link,) = [each for each in links if each.endswith(kind)]
    template = rep.get(link)
    assert template.headers["content-disposition"] == f'attachment; filename="quote-template.{kind}"'
    status, page, _ = upload(rep, template.content, "quote." + kind)
    assert status == 200
    assert "Hydraulic press HP-40" in page
    before = deals(site)
    status, _, where = upload(rep, template.content, "quote." + kind, "import")
    assert (status, deals(site)) == (303, before + 1)
    assert "Two presses for the Odense line" in rep.get(where).text


def test_a_workbook_that_was_checked_is_imported_without_another_upload(rep: Browser) -> None:
    _, page, _ = upload(rep, TEMPLATES[1].content, "quote.xlsx")
    (held,) = html.fromstring(page).xpath('//input[@name="held"]/@value')
    made = rep.post(NEW, {"held": held, "name": "quote.xlsx", "text": "", "do": "import"})
    assert made.status_code == 303


def test_problems_stand_at_their_cells(rep: Browser, site: Site) -> None:
    before = deals(site)
    wrong = TEMPLATES[0].content.replace(b"18450.00", b"=1+1").replace(b"250.00", b"cheap")
    status, page, _ = upload(rep, wrong, "quote.csv", "import")
    assert status == 422
    places = [each.xpath("string(th)") for each in html.fromstring(page).xpath("//table//tbody/tr")]
    assert places == ["row 2, unit_price", "row 3, unit_price"]
    assert deals(site) == before


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_whatever_is_uploaded_is_answered_and_kept_whole_or_not_at_all(
    site: Site, table: Table, data: st.DataObject
) -> None:
    rep, whole = site.browser(table.rita), data.draw(st.sampled_from(TEMPLATES))
    at, gone = data.draw(st.integers(0, len(whole.content))), data.draw(st.integers(0, 12))
    damaged = whole.content[:at] + data.draw(st.binary(max_size=3)) + whole.content[at + gone :]
    before = deals(site)
    status, page, _ = upload(rep, damaged, whole.name, "import")
    assert status in (303, 409, 413, 422)
    assert "Traceback" not in page
    assert deals(site) - before <= (status == 303)
