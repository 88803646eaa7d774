"""A field of a line that came later, through everything: the quote, both pages, an ask and its counter, the board, sheets,
mail, paper, the comparison and the order. Revisions that say nothing of it keep their bytes.
"""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime

import msgspec
import pytest
from lxml import html
from pypdf import PdfReader
from sqlalchemy import select

from portal.access import System
from portal.commands.revision import import_quote
from portal.domain.deal.mail import Mail
from portal.domain.offer.revision import canonical_bytes, digest
from portal.domain.offer.totals import revise
from portal.intake.incoming import IncomingQuote, read_quote
from portal.outbound.export import export
from portal.reading.operator import orders
from portal.rendering.mail import render
from portal.storage import tables
from tests.cast import Seat, Table
from tests.quotes import quote
from tests.web.buyer.sending import in_tray, send
from tests.web.buyer.test_deal import page_of
from tests.web.buyer.test_sheet import download, drafted, upload
from tests.web.conftest import Site
from tests.web.desk_page import open_page

NEGOTIABLE = ["quantity", "unit_price", "warranty_months"]
PRESS = "line:press"


def quoted(**press: object) -> dict[str, object]:
    """The quote whose press has a warranty of 24 months that may be negotiated."""
    document = quote()
    first, *others = document["lines"]
    stated = {"warranty_months": 24, "negotiable": NEGOTIABLE, **press}
    return document | {"lines": [first | stated, *others]}


def read(document: dict[str, object]) -> IncomingQuote:
    today = datetime.now(UTC).date()
    document |= {"valid_until": f"{today.year + 1}-12-31"}
    return read_quote(json.dumps(document).encode(), "quote.json", today=today, zone="Europe/Copenhagen")


def page_text(markup: str) -> list[str]:
    words: list[str] = html.fromstring(markup).text_content().split()
    return words


def months(seat: Seat) -> int | None:
    press = seat.offer.line("press")
    assert press is not None
    return press.warranty_months


@pytest.fixture
def table(site: Site) -> Table:
    """The requote of a deal that began without it is revision 2."""
    incoming = read(quoted())
    site.database.write_now(
        lambda work: import_quote.import_quote(work, System("cli"), incoming, requote=True)
    )
    return site.table


@pytest.fixture
def countered(site: Site, table: Table) -> Table:
    """Bea asks for 36 months with the form, Rita counters 30 with hers: revision 3."""
    site.database.mail_figures = True
    send(site, table.bea, "/lines/press/change", warranty_months="36", reason="")
    send(site, table.bea, "/counteroffer", **page_of(site, table.bea).form("tray-form"))
    rep, address = site.browser(table.rita), f"/desk/deals/{table.deal_id}"
    form = {
        "base": "2",
        "key": "k",
        f"verdict:{PRESS}:warranty_months": "counter",
        f"value:{PRESS}:warranty_months": "30",
    }
    assert rep.post(f"{address}/publish", form).status_code == 303
    return table


def test_a_revision_that_says_nothing_of_it_keeps_its_bytes(site: Site, table: Table) -> None:
    revision = tables.revision
    rows = site.database.read_now(
        lambda t: t.connection.execute(select(revision).order_by(revision.c.number)).all()
    )
    before, after = (row for row in rows if row.deal_id == table.deal_id)
    assert b"warranty" not in before.document
    assert (before.schema_version, after.schema_version) == (1, 3)
    assert b'"warranty_months":24' in after.document
    assert digest(canonical_bytes(revise(table.bea.offer))) == after.digest


def test_the_line_tells_it_and_that_it_can_be_negotiated(site: Site, table: Table) -> None:
    text = page_of(site, table.bea).text("line-press")
    assert "Warranty: 24 months" in text
    assert "Warranty in months: was not stated is now 24" in text
    assert "unit price, warranty in months." in text
    german = site.browser(table.bea).get(f"/deals/{table.deal_id}", Accept_Language="de").text
    assert "Garantie: 24 Monate" in german


def test_the_form_asks_for_it_and_tells_what_it_comes_to(site: Site, table: Table) -> None:
    form = site.browser(table.bea).get(f"/deals/{table.deal_id}?change={PRESS}").text
    assert 'name="warranty_months" value="24" inputmode="decimal"' in form
    shown = send(site, table.bea, "/lines/press/preview", warranty_months="36")
    assert "The price stays as it is." in shown.text
    send(site, table.bea, "/lines/press/change", warranty_months="", reason="")
    assert in_tray(site, table.bea) == {}
    send(site, table.bea, "/lines/press/change", warranty_months="36", reason="")
    assert in_tray(site, table.bea) == {f"{PRESS}:warranty_months": "36"}
    assert "Warranty in months 24 → becomes 36" in page_of(site, table.bea).text("tray")


@pytest.mark.parametrize("typed", ["36.5", "-1", "601", "long"])
def test_what_is_no_number_of_months_is_refused_at_its_field(site: Site, table: Table, typed: str) -> None:
    refused = send(site, table.bea, "/lines/press/change", warranty_months=typed, reason="")
    assert refused.status_code == 422
    assert f'name="warranty_months" value="{typed}"' in refused.text
    assert in_tray(site, table.bea) == {}


def test_it_is_asked_countered_and_carried_by_the_next_revision(site: Site, countered: Table) -> None:
    table = countered
    assert (table.bea.deal.revision, months(table.bea)) == (3, 30)
    assert "Warranty: 30 months" in page_of(site, table.bea).text("line-press")
    board = site.browser(table.bea).get(f"/deals/{table.deal_id}/board").text
    assert "Warranty in months: asked 36, answered 30" in " ".join(page_text(board))
    compared = site.browser(table.bea).get(f"/deals/{table.deal_id}/compare?from=2&to=3").text
    assert "Warranty in months" in compared
    table.rita.edits("press", unit_price="18000")
    table.rita.publishes()
    assert months(table.bea) == 30


def test_the_rep_reads_the_ask_and_that_it_is_a_concession(site: Site, table: Table) -> None:
    table.bea.proposes("press", warranty_months="36")
    rep, address = site.browser(table.rita), f"/desk/deals/{table.deal_id}"
    page = open_page(rep, address)
    (group,) = page['//fieldset[legend="Hydraulic press HP-40: Warranty in months"]']
    assert "Offered24 Asked 36" in " ".join(group.text_content().split())
    table.rita.publishes("accept")
    told = open_page(rep, f"{address}/concessions").words
    assert "Given Hydraulic press HP-40: Warranty in months was 24 is now 36" in told


def test_the_mail_tells_the_answer_in_the_readers_language(site: Site, countered: Table) -> None:
    outbox = tables.outbox
    payloads = site.database.read_now(
        lambda t: t.connection.execute(select(outbox.c.payload).where(outbox.c.transport == "mail")).scalars()
    )
    mails = [msgspec.json.decode(payload, type=Mail) for payload in payloads]
    mail = [each for each in mails if (each.template, each.to_name) == ("new_answer", "Bea Lund")][-1]
    told = {
        tag: render(msgspec.structs.replace(mail, language=tag), site.settings).text for tag in ("en", "de")
    }
    assert "Hydraulic press HP-40, Warranty in months: asked 36, answered 30" in told["en"]
    assert "Garantie in Monaten" in told["de"]


def test_the_sheet_goes_out_and_comes_back(site: Site, table: Table) -> None:
    lines = download(site, "csv").decode("utf-8-sig").splitlines()
    head, *rows = csv.reader(lines[5:])
    (press,) = (row for row in rows if row[0] == PRESS)
    at = head.index("Warranty in months")
    assert (press[at], {row[at] for row in rows} - {""}) == ("24", {"24"})
    press[at] = "36"
    content = io.StringIO()
    csv.writer(content).writerows([*csv.reader(lines[:5]), head, *rows])
    shown = upload(site, content.getvalue().encode(), name="sheet.csv")
    assert "Warranty in months 24 → becomes 36" in " ".join(page_text(shown.text))
    assert drafted(site, table.bea) == {}


def test_paper_and_order_tell_it(site: Site, countered: Table) -> None:
    table = countered
    paper = site.browser(table.sol).get(f"/deals/{table.deal_id}/proposal.pdf").content
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(paper)).pages)
    assert "Warranty: 30 months" in text
    table.sol.accepts()
    number = site.database.read_now(
        lambda t: t.connection.execute(select(tables.order.c.number)).scalar_one()
    )
    document = site.database.read_now(lambda t: orders.document(t, System("cli"), number))
    told = {
        line["key"]: line.get("warranty_months") for line in json.loads(canonical_bytes(document))["lines"]
    }
    assert told == {"press": 30, "install": None, "care": None, "panel-plain": None}
    rows = list(csv.DictReader(io.StringIO(export(document, "csv").content.decode())))
    assert {row["key"]: row["warranty_months"] for row in rows if row["kind"] == "line"}["press"] == "30"


def test_it_stands_in_the_columns_of_a_quote() -> None:
    sheet = (
        "title,currency,buyer.company,name,quantity,unit_price,warranty_months,negotiable\n"
        "T,EUR,C,Press,1,100,24,warranty_months\n"
    )
    today = datetime.now(UTC).date()
    incoming = read_quote(sheet.encode(), "quote.csv", today=today, zone="UTC")
    (line,) = incoming.offer.lines
    assert (line.warranty_months, line.negotiable) == (24, ("warranty_months",))
