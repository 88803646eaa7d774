"""What a buyer gets back when something is answered at once, and when it is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from litestar.testing import TestClient

from portal.app import create_app
from portal.settings import Settings
from tests.cast import Table, prepare
from tests.quotes import quote
from tests.web.conftest import PUBLIC_URL, Site

# What differs between any two deals: ids, tokens, instants, digests.
CHANCE = re.compile(
    r"[0-9a-f]{16,}|[\w-]{20,}|\d{4}-\d\d-\d\dT[\d:.+]+Z?|\d{1,2}:\d\d(?:\s?[AP]M)?|20\d\d-\d{4}"
)


def replies(folder: Path, private: dict[str, str]) -> list[str]:
    """Everything Bea's browser gets around a counteroffer of 17,000 and 30 hours, in a house with these private figures."""
    folder.mkdir()
    options = {"_env_file": None, "public_url": PUBLIC_URL, "environment": "demo"}
    prepare(f"sqlite:///{folder}/parley.db")
    app = create_app(
        Settings(database_url=f"sqlite:///{folder}/parley.db", files_dir=folder / "files", **options)  # type: ignore[arg-type]
    )
    with TestClient(app) as client:
        site = Site(app, client)
        document = quote(external_id="CPQ-3003")
        document["lines"][0]["private"] = private
        table = site.table
        deal_id, seats = table._sent(document)
        bea = site.browser(seats["bea"])
        here, found = f"/deals/{deal_id}", []
        for path, fields in (
            ("/lines/press/change", {"unit_price": "17000"}),
            ("/lines/install/change", {"quantity": "30"}),
            ("/counteroffer", {"key": "one", "revision": "1"}),
        ):
            answer = bea.post(here + path, fields, HX_Request="true")
            found.append(f"{answer.status_code} {sorted(answer.headers)} {answer.text}")
        found += [bea.get(here).text, bea.get(f"{here}/changes?after=0").text]
        return [CHANCE.sub("·", text) for text in found]


def test_a_refusal_is_the_same_bytes_as_no_policy_at_all(tmp_path: Path) -> None:
    figures = {"unit_cost": "13000", "floor_unit_price": "16000"}
    near = replies(tmp_path / "near", figures | {"auto_accept_unit_price": "17000.01"})
    none = replies(tmp_path / "none", {})
    assert near == none
    # And a limit that holds for this line fails with the other: still the same.
    assert replies(tmp_path / "held", figures | {"auto_accept_unit_price": "16500"}) == none


def test_the_answer_comes_with_the_request_that_asks(site: Site, table: Table) -> None:
    bea, here = site.browser(table.bea), f"/deals/{table.deal_id}"
    bea.post(f"{here}/lines/press/change", {"unit_price": "18445"}, HX_Request="true")
    answer = bea.post(f"{here}/counteroffer", {"key": "k", "revision": "1"}, HX_Request="true")
    assert "Accepted by Kestrel Machines" in answer.text
    assert "18,445.00" in answer.text
    again = bea.post(f"{here}/counteroffer", {"key": "k", "revision": "1"}, HX_Request="true")
    assert again.status_code == 200
    assert table.bea.deal.revision == 2


def test_without_scripts_the_page_says_accepted(site: Site, table: Table) -> None:
    bea, here = site.browser(table.bea), f"/deals/{table.deal_id}"
    bea.post(f"{here}/lines/press/change", {"unit_price": "18445"})
    assert bea.post(f"{here}/counteroffer", {"key": "k", "revision": "1"}).status_code == 303
    assert "Accepted by Kestrel Machines" in bea.get(here).text


@pytest.mark.parametrize("who", ["rita", "mia"])
def test_the_seller_s_activity_names_the_rule(site: Site, table: Table, who: str) -> None:
    table.bea.proposes("press", unit_price="18445")
    page = site.browser(getattr(table, who)).get(f"/desk/deals/{table.deal_id}").text
    assert "private limit" in page
