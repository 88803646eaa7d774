"""The screen of policies: managers write, reps read; a preview names what a rule would have answered; all is kept."""

from __future__ import annotations

import re

import pytest
from lxml import html

from tests.cast import Table
from tests.web.conftest import Browser, Site

PAGE = "/desk/policies"
FIELDS = {
    "name": "Presses, two percent",
    "product": "HP-*",
    "discount_percent": "2",
    "terms": "Payment: 30 days net -> 60 days net",
    "uses": "3",
    "concession_percent": "5",
    "active": "1",
}


@pytest.fixture
def mia(site: Site, table: Table) -> Browser:
    return site.browser(table.mia)


@pytest.fixture
def rita(site: Site, table: Table) -> Browser:
    return site.browser(table.rita)


def words(text: str) -> str:
    return " ".join(html.fromstring(text).xpath("//main")[0].text_content().split())


def written(mia: Browser, **fields: str) -> str:
    """A new policy's address."""
    assert mia.post(f"{PAGE}/new", FIELDS | {"step": "save"} | fields).status_code == 303
    found = re.search(rf"{PAGE}/[\w-]{{20,}}", mia.get(PAGE).text)
    assert found
    return found[0]


def test_a_manager_writes_a_policy_and_it_answers(mia: Browser, table: Table) -> None:
    address = written(mia)
    page = words(mia.get(PAGE).text)
    assert "Presses, two percent" in page
    assert "Up to 2% off the published price" in page
    assert "HP-*, every customer, every rep" in page
    assert "Payment: 30 days net → 60 days net" in page
    assert "Payment: 30 days net -&gt; 60 days net</textarea>" in mia.get(address).text
    assert table.bea.proposes("press", unit_price="18081").revision == 2
    assert "answered 1 counteroffer" in words(mia.get(PAGE).text)


def test_switched_off_it_answers_nothing(mia: Browser, table: Table) -> None:
    address = written(mia)
    assert mia.post(f"{address}/switch", {"active": "false"}).status_code == 303
    assert table.bea.proposes("press", unit_price="18081").revision == 0
    assert "Switch on" in mia.get(PAGE).text


def test_every_change_is_kept_with_who_and_when(mia: Browser) -> None:
    address = written(mia)
    mia.post(address, FIELDS | {"step": "save", "discount_percent": "3"})
    mia.post(f"{address}/switch", {"active": "false"})
    mia.post(f"{PAGE}/caps", {"uses": "4", "concession_percent": "7.5"})
    changes = html.fromstring(mia.get(PAGE).text).xpath("//ol[@class='rail-changes']/li")
    told = [" ".join(each.text_content().split()) for each in changes]
    assert len(told) == 4
    assert all("Mia" in each for each in told)
    assert "at most 4 answers and 7.5% in one deal" in told[0]
    assert "Presses, two percent, off. Up to 3%" in told[1]
    assert "on. Up to 2%" in told[3]


def test_a_preview_names_what_it_would_have_answered_and_keeps_nothing(mia: Browser, table: Table) -> None:
    table.bea.proposes("install", quantity="30")
    table.bea.proposes("press", unit_price="18081")
    table.rita.publishes("decline")
    table.bea.proposes("press", unit_price="17000")
    page = mia.post(f"{PAGE}/new", FIELDS | {"step": "preview"})
    assert page.status_code == 200
    said = words(page.text)
    assert "This would have answered 1 of the last 3 counteroffers" in said
    assert "Hydraulic press HP-40: Unit price 18,450.00 → 18,081.00" in said
    assert "No policy yet" in mia.get(PAGE).text
    narrow = mia.post(f"{PAGE}/new", FIELDS | {"step": "preview", "discount_percent": "1"})
    assert "answered 0 of the last 3" in words(narrow.text)
    # What was typed stands there still.
    assert 'value="1"' in narrow.text


@pytest.mark.parametrize(
    ("fields", "place"),
    [
        ({"discount_percent": "two"}, "discount"),
        ({"discount_percent": "101"}, "discount"),
        ({"uses": "0"}, "uses"),
        ({"uses": "many"}, "uses"),
        ({"terms": "60 days"}, "terms"),
        ({"discount_percent": "", "terms": ""}, "discount"),
        ({"name": ""}, "name"),
        ({"concession_percent": ""}, "concession"),
    ],
)
def test_a_bad_field_is_told_beside_it(mia: Browser, fields: dict[str, str], place: str) -> None:
    answer = mia.post(f"{PAGE}/new", FIELDS | {"step": "save"} | fields)
    assert answer.status_code == 422
    assert f'id="policy-{place}-problem"' in answer.text
    assert "No policy yet" in mia.get(PAGE).text


def test_a_rep_reads_and_changes_nothing(mia: Browser, rita: Browser, table: Table) -> None:
    address = written(mia)
    page = rita.get(PAGE)
    assert "Presses, two percent" in page.text
    assert "New policy" not in page.text
    assert rita.get(address).status_code == 200
    assert '<form class="card"' not in rita.get(address).text
    for path, fields in (
        (f"{PAGE}/new", FIELDS | {"step": "save"}),
        (address, FIELDS | {"step": "save"}),
        (f"{address}/switch", {"active": "false"}),
        (f"{PAGE}/caps", {"uses": "9", "concession_percent": "90"}),
        (f"{PAGE}/reps/{table.rita.deal.actor.removeprefix('rep:')}", {"discount_percent": "90"}),
    ):
        assert rita.post(path, fields).status_code == 403, path


def test_the_limits_of_a_rep_send_a_revision_to_a_manager(mia: Browser, rita: Browser, table: Table) -> None:
    rep = table.rita.deal.actor.removeprefix("rep:")
    assert f"{PAGE}#rep-{rep}" in mia.get("/desk/settings").text
    limits = {"discount_percent": "10", "concession_percent": "1"}
    assert mia.post(f"{PAGE}/reps/{rep}", limits).status_code == 303
    table.rita.edits("press", unit_price="17000")
    asked = table.rita.publishes()
    assert (asked.revision, bool(asked.approval)) == (0, True)
    assert table.bea.deal.revision == 1


def test_the_caps_of_a_deal_hold_over_everything(mia: Browser, table: Table) -> None:
    mia.post(f"{PAGE}/caps", {"uses": "0", "concession_percent": "20"})
    assert table.bea.proposes("press", unit_price="18449").revision == 0
    assert table.bea.proposes("training", selected="true").revision == 2


def test_no_such_policy(mia: Browser) -> None:
    assert mia.get(f"{PAGE}/nothing").status_code == 404
    assert mia.post(f"{PAGE}/nothing/switch", {"active": "true"}).status_code == 404


STARS = {"company": "*a*a*a*a*a*b"}


@pytest.mark.parametrize("step", ["preview", "save"])
def test_a_pattern_of_many_stars_is_refused_at_its_field(mia: Browser, step: str) -> None:
    page = mia.post(f"{PAGE}/new", FIELDS | STARS | {"step": step})
    assert page.status_code == 422
    assert "At most 4 stars" in words(page.text)


def test_who_may_not_save_a_policy_cannot_try_one(mia: Browser, rita: Browser) -> None:
    """A rep reads them; a preview matches what was typed with every deal."""
    address = written(mia)
    page = rita.post(address, FIELDS | STARS | {"step": "preview"})
    assert page.status_code == 403
    assert "At most 4 stars" not in words(page.text)
