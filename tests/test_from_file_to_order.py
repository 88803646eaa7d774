"""A published quotation, from file to exported order: by the command line on the seller's side, by forms on the buyer's.

It is Danish (OIOUBL): VAT only as amounts, a validity that ended in 2008, no address to write to, and the tax amount where
UBL has the amount without tax.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import html

from portal.cli import main
from tests.quotes import day_ahead
from tests.server import PortalServer, StartPortal

CONTACT = "Sille Schyberg <sille@gentofte.example>:signer"


class Buyer:
    """A browser without scripts: it follows links and sends the forms that are on the page."""

    def __init__(self, http: httpx.Client, link: str) -> None:
        self.http = http
        self.page = self._shown(http.get(link))

    def _shown(self, answer: httpx.Response) -> Any:
        assert answer.status_code == 200, answer.text
        self.url = str(answer.url)
        return html.fromstring(answer.text, base_url=self.url)

    def reads(self, path: str = "") -> str:
        self.page = self._shown(self.http.get(self.url.split("?", 1)[0].split("#", 1)[0] + path))
        return " ".join(self.page.text_content().split())

    def presses(self, name: str, /, **fields: str) -> str:
        """Send the form whose button reads `name`, filled in."""
        (button,) = [
            each for each in self.page.iter("button") if " ".join(each.text_content().split()) == name
        ]
        form = next(
            form
            for form in self.page.forms
            if form in button.iterancestors() or form.get("id") == button.get("form")
        )
        values = [(key, value) for key, value in form.form_values() if key not in fields]
        values += [(button.get("name"), button.get("value", ""))] if button.get("name") else []
        address = str(httpx.URL(self.url).join(button.get("formaction") or form.action))
        sent = dict(values) | fields
        answer = (
            self.http.post(address, data=sent)
            if form.method == "POST"
            else self.http.get(address, params=sent)
        )
        self.page = self._shown(answer)
        return " ".join(self.page.text_content().split())


@pytest.fixture
def server(start_portal: StartPortal) -> PortalServer:
    return start_portal(timezone="Europe/Copenhagen")


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    with httpx.Client(follow_redirects=True) as client:
        yield client


class Office:
    """The seller's command line, beside the running server."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def runs(self, *arguments: str) -> tuple[int, str, str]:
        status = main(arguments)
        said = self._capsys.readouterr()
        return status, said.out, said.err

    def reads(self, *arguments: str) -> Any:
        status, out, err = self.runs(*arguments, "--json")
        assert status == 0, err
        return json.loads(out)

    def exports(self, number: str, kind: str, folder: Path) -> str:
        target = folder / f"order.{kind}"
        status, _, err = self.runs("order", "export", number, "--format", kind, "--out", str(target))
        assert status == 0, err
        return target.read_text(encoding="utf-8-sig")


@pytest.fixture
def office(
    server: PortalServer, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Office:
    monkeypatch.chdir(server.folder)
    for name, value in server.environment.items():
        monkeypatch.setenv(name, value)
    return Office(capsys)


def test_the_danish_quotation_becomes_an_order(
    office: Office, http: httpx.Client, real_documents: Path, tmp_path: Path
) -> None:
    file = str(real_documents / "UBL-Quotation-2.1-Example.xml")
    status, _, refusal = office.runs("quote", "check", file)
    assert status == 1
    assert "2008-05-06" in refusal
    assert "--valid-until" in refusal

    until = day_ahead().isoformat()
    imported = office.reads("quote", "import", file, "--valid-until", until, "--contact", CONTACT, "--send")
    assert any("TaxExclusiveAmount" in str(warning) for warning in imported["warnings"])
    link = office.reads("link", imported["deal"], "sille@gentofte.example")["url"]

    buyer = Buyer(http, link)
    page = buyer.presses("Open proposal")
    assert "Dell PrecisionTM T3400" in page
    # The page speaks Danish numbers where it speaks Danish, and English ones where it does not.
    assert any(total in page for total in ("197,750.00", "197.750,00"))
    assert any(total in page for total in ("247,187.50", "247.187,50"))
    assert "DKK" in page

    buyer.reads("?accept=1")
    accepted = buyer.presses(
        "Accept and place order",
        name="Sille Schyberg",
        title="IT-indkøb",
        authority="on",
    )
    (order,) = office.reads("order", "list")["orders"]
    assert order["number"] in accepted
    assert (order["deal"], order["revision"], order["currency"]) == (imported["deal"], 1, "DKK")
    assert str(order["total"]) == "247187.50"

    document = office.exports(order["number"], "json", tmp_path)
    found = json.loads(document)
    assert found["totals"]["once"] == {"net": "197750.00", "tax": "49437.50", "total": "247187.50"}
    assert [line["net"] for line in found["lines"]] == ["150500.00", "43750.00", "1750.00", "1750.00"]
    assert found["accepted_by"] == {"name": "Sille Schyberg", "title": "IT-indkøb"}
    assert found["digest"] == order["digest"]
    rows = list(csv.DictReader(io.StringIO(office.exports(order["number"], "csv", tmp_path))))
    assert len(rows) >= 4
    assert office.reads("verify", "--deal", imported["deal"])["intact"]


def test_importing_it_twice_is_one_deal(office: Office, real_documents: Path) -> None:
    file = str(real_documents / "UBL-Quotation-2.1-Example.xml")
    until = day_ahead().isoformat()
    arguments = ("quote", "import", file, "--valid-until", until, "--contact", CONTACT)
    assert office.reads(*arguments)["deal"] == office.reads(*arguments)["deal"]
    assert len(office.reads("deal", "list")["deals"]) == 1
