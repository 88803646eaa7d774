"""Every place where a buyer's page or sheet reads a figure, with what means no good: a sentence, and nothing kept."""

from __future__ import annotations

import pytest

from portal.domain.change.change import buyer_fields
from portal.domain.change.items import Total, Wanted, find_item
from portal.rendering.field_inputs import input_kind
from tests.cast import Table
from tests.hostile import LARGEST, NUMBERS, VALUES
from tests.web.buyer.sending import in_tray, send, send_by_htmx
from tests.web.buyer.test_sheet import download, filled, upload
from tests.web.conftest import Browser, Site

HUGE = "9" * 40
PLACES = {
    "/lines/press": "line:press",
    "/lines/training": "line:training",
    "/terms/payment": "term:payment",
    "/whole/total": "deal:total",
    "/wishes/_": "new:_",
}


@pytest.mark.parametrize("path", PLACES)
def test_a_form_answers_any_value_with_a_sentence(site: Site, table: Table, path: str) -> None:
    item = find_item(table.bea.offer, PLACES[path])
    assert item is not None
    several = ("wish_quantity", "wish_words") if isinstance(item, Wanted) else ()
    inputs = [name for name in buyer_fields(item) if input_kind(name) != "several"] + [*several]
    filler = {"wish_quantity": "1", "wish_words": "Filter"} if several else {}
    for name in inputs:
        for value in VALUES:
            fields = filler | {name: value, "shown": name, "reason": ""}
            preview = send_by_htmx(site, table.bea, f"{path}/preview", **fields)
            assert preview.status_code == 200, (name, value[:40])
            before = in_tray(site, table.bea)
            answer = send(site, table.bea, f"{path}/change", **fields)
            assert answer.status_code in {303, 422}, (name, value[:40])
            assert answer.status_code == 303 or in_tray(site, table.bea) == before
            assert len(answer.text) < 400_000
            send(site, table.bea, "/counteroffer/discard")
    assert isinstance(item, Total) or inputs


def test_a_product_that_no_column_holds_is_told_at_the_field(site: Site, table: Table) -> None:
    answer = send(site, table.bea, "/lines/install/change", quantity=LARGEST.partition(".")[0], reason="")
    assert answer.status_code == 422
    assert "The line comes to more than 12 digits." in answer.text
    assert in_tray(site, table.bea) == {}


def test_a_sheet_answers_any_cell_with_a_sentence(site: Site, table: Table) -> None:
    sheet = download(site)
    for value in (*(number for number in NUMBERS if len(number) < 3_000), 1e300, -1e300, float(10**15)):
        for column in ("quantity", "price", "discount", "day", "warranty"):
            answer = upload(site, filled(sheet, **{f"{column}_press": value}))
            assert answer.status_code in {200, 303, 422}, (column, value)
            assert not in_tray(site, table.bea)
            send(site, table.bea, "/counteroffer/discard")


@pytest.mark.parametrize("path", [f"/revisions/{HUGE}", f"/conversation?before={HUGE}", f"/room?before={HUGE}",
    f"/compare?from={HUGE}", f"/changes?after={HUGE}"])  # fmt: skip
def test_a_number_in_an_address_is_no_larger_than_its_column(
    site: Site, table: Table, rep: Browser, address: str, path: str
) -> None:
    assert site.browser(table.bea).get(f"/deals/{table.deal_id}{path}").status_code < 500
    assert rep.get(f"{address}{path}").status_code < 500
