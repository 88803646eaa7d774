"""An order and its parts as files."""

import csv
import io
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.domain.offer import totals
from portal.domain.offer.revision import canonical_bytes
from portal.domain.order import work_order
from portal.errors import Invalid
from portal.outbound.export import Exportable, export, guard_formula
from tests.domain.offers import kestrel_offer, line, offer, offers
from tests.domain.order.test_order import ordered


def parts(document: Exportable) -> dict[str, Exportable]:
    found = work_order.work_orders(document)  # type: ignore[arg-type]
    return {part.kind: work_order.decode(part.kind, part.document) for part in found}


def cells(document: Exportable) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(export(document, "csv").content.decode())))


def test_json_is_the_canonical_document() -> None:
    order = ordered(kestrel_offer())
    exported = export(order, "json")
    assert exported.content == canonical_bytes(order)
    assert (exported.media_type, exported.name) == ("application/json", "O-2026-0001.json")
    document = json.loads(exported.content)
    assert document["totals"]["once"]["net"] == "43100.00"
    assert document["lines"][0]["quantity"] == "2.000000"


@given(offers())
def test_the_csv_of_an_order_sums_to_its_totals(accepted: object) -> None:
    order = ordered(accepted)  # type: ignore[arg-type]
    rows = cells(order)
    due = [row for row in rows if row["billing"] == "once"]
    net = sum(Decimal(row["net"]) for row in due if row["kind"] in {"line", "adjustment"})
    tax = sum(Decimal(row["tax"]) for row in due if row["kind"] == "tax")
    once = totals.totals(accepted).once  # type: ignore[arg-type]
    assert (net, tax) == (once.net, once.tax)
    assert rows[-1]["kind"] == "contract"
    assert Decimal(rows[-1]["total"]) == order.totals.contract.total


@given(offers())
def test_every_part_has_rows_of_the_same_columns(accepted: object) -> None:
    order = ordered(accepted)  # type: ignore[arg-type]
    for document in (order, *parts(order).values()):
        lines = list(csv.reader(io.StringIO(export(document, "csv").content.decode())))
        assert {len(row) for row in lines} <= {len(lines[0]) if lines else 0}


def test_no_number_has_an_exponent() -> None:
    tiny = line("screw", "0.000001", "0.000001")
    for row in cells(ordered(offer(tiny))):
        assert not any("E" in row[name] for name in ("quantity", "unit_price", "net", "tax_rate"))


def test_files_are_named_by_order_and_part() -> None:
    order = ordered(offer(line("press", fulfilment="Montage/Süd ../..")))
    names = [export(document, "csv").name for document in (order, *parts(order).values())]
    assert names == [
        "O-2026-0001.csv",
        "O-2026-0001-Montage-S-d.csv",
        "O-2026-0001-bill.csv",
        "O-2026-0001-analysis.csv",
    ]


@pytest.mark.parametrize(
    "text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "-", "+49 30 123", "-1e3"]
)
def test_no_cell_is_a_formula(text: str) -> None:
    assert guard_formula(text) == f"'{text}"
    order = ordered(offer(line("press", name=text)))
    names = [row["name"] for row in cells(order) if row["kind"] == "line"]
    assert [name.lstrip("'") for name in names] == [text]
    assert names[0].startswith("'")


@pytest.mark.parametrize("text", ["-12.50", "0", "1250.00", "Press", "a=b", "", "'quoted"])
def test_numbers_and_plain_words_stay_as_they_are(text: str) -> None:
    assert guard_formula(text) == text


@given(st.text())
def test_nothing_a_spreadsheet_could_run_is_left_at_the_start(text: str) -> None:
    cell = guard_formula(text)
    assert cell[:1] not in set("=+@\t\r\n") or not cell
    assert not cell.startswith("-") or Decimal(cell) <= 0


def test_there_is_no_byte_order_mark_and_lines_end_as_rfc_4180_says() -> None:
    content = export(ordered(kestrel_offer()), "csv").content
    assert content.startswith(b"order,")
    assert content.count(b"\r\n") == content.count(b"\n")


@pytest.mark.parametrize("format", ["ubl", "facturx", "parquet", "xls", "", "JSON"])
def test_another_format_is_refused_with_those_there_are(format: str) -> None:  # noqa: A002
    with pytest.raises(Invalid, match="format") as refused:
        export(ordered(kestrel_offer()), format)
    assert "json or csv" in str(refused.value.problems[0])


@pytest.mark.parametrize(("currency", "net"), [("JPY", "33"), ("KWD", "33.333")])
def test_amounts_have_their_currencys_places(currency: str, net: str) -> None:
    rows = cells(ordered(offer(line("press", "33.333333"), currency=currency)))
    assert rows[0]["net"] == net
