"""A price for a hundred says so wherever a person reads it: page, part, paper, mail and sheet, in both languages."""

from __future__ import annotations

import io
import re
from typing import Any

import msgspec
import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy import select

from portal.commands.revision.draft_revision import drop_all
from portal.domain.deal.mail import Mail
from portal.rendering.mail import render
from portal.request import LANGUAGE_COOKIE
from portal.storage import tables
from tests.cast import Seat
from tests.quotes import quote
from tests.web.conftest import Browser, Site
from tests.web.page import Page

# Found nowhere else: the offer, its volume price, what the offer on a condition gives, two asks, the answer, an edit.
PRICES = ("389.17", "350.29", "347.19", "380.13", "371.31", "377.77")
PRIVATE = {"unit_cost": "201.37", "floor_unit_price": "375.53", "auto_accept_unit_price": "388.83"}
BASE = {"en": "per 100 kg", "de": "je 100 kg"}


def document() -> dict[str, Any]:
    oil = {
        "key": "oil",
        "name": "Hydraulic oil",
        "quantity": "250",
        "unit": "KGM",
        "unit_price": PRICES[0],
        "price_base_quantity": "100",
        "negotiable": ["quantity", "unit_price"],
        "explanation": "By the drum.",
        "price_breaks": [{"from": "1000", "unit_price": PRICES[1]}],
        "private": PRIVATE,
    }
    drums = {
        "label": "Many drums",
        "when": [{"line": "oil", "min_quantity": "500"}],
        "then": [{"line": "oil", "unit_price": PRICES[2]}],
    }
    return quote(external_id="CPQ-OIL", lines=[oil], standing_offers=[drums])


class Reading:
    """Everything that is read, by where it was."""

    def __init__(self, site: Site, language: str) -> None:
        self.site, self.language, self.texts = site, language, dict[str, str]()
        self.deal_id, self.seats = site.table._sent(document(), approved=True)

    def browser(self, who: Seat) -> Browser:
        browser = self.site.browser(who)
        browser.cookies = {**browser.cookies, LANGUAGE_COOKIE: self.language}
        return browser

    def keep(self, place: str, text: str) -> None:
        assert text.strip(), place
        self.texts[place] = " ".join(text.split())

    def get(self, who: Seat, path: str) -> None:
        answer = self.browser(who).get(path)
        assert answer.status_code == 200, path
        self.keep(f"{path} {len(self.texts)}", Page(answer.text).root.text_content())

    def post(self, who: Seat, path: str, **fields: str) -> None:
        answer = self.browser(who).post(path, fields, HX_Request="true")
        assert answer.status_code == 200, (path, answer.text)
        self.keep(f"POST {path} {len(self.texts)}", Page(f"<body>{answer.text}").root.text_content())


def read_everything(site: Site, language: str) -> Reading:
    reading, table = Reading(site, language), site.table
    bea = reading.seats["bea"]
    rita = Seat(site.database, table.rita.actor, reading.deal_id)
    here, desk = f"/deals/{reading.deal_id}", f"/desk/deals/{reading.deal_id}"
    decimal = {"en": str, "de": lambda text: text.replace(".", ",")}[language]
    as_buyer, as_rita = (lambda path: reading.get(bea, path)), (lambda path: reading.get(table.rita, path))

    as_buyer(here)
    as_buyer(f"{here}?change=line:oil")
    reading.post(bea, f"{here}/lines/oil/preview", quantity="1000")
    reading.post(bea, f"{here}/lines/oil/preview", unit_price=decimal(PRICES[3]))
    reading.post(bea, f"{here}/lines/oil/change", unit_price=decimal(PRICES[3]), quantity="250")
    reading.browser(bea).post(f"{here}/scenarios", {"name": "Plan B"})
    as_buyer(f"{here}/scenarios")
    bea.proposes("oil", unit_price=PRICES[3])
    rita.edits("oil", unit_price=PRICES[5])
    for path in (here, f"{here}/board"):
        as_buyer(path)
    for path in (desk, f"{desk}/board", f"{desk}/preview", f"{desk}?change=line:oil"):
        as_rita(path)
    rita.does(drop_all)
    rita.publishes({"line:oil:unit_price": PRICES[4]})
    reading.get(table.mia, "/desk/approvals")
    as_rita(desk)
    mia = Seat(site.database, table.mia.actor, reading.deal_id)
    mia.publishes({"line:oil:unit_price": PRICES[4]})
    for path in (here, f"{here}/compare", f"{here}/revisions/1"):
        as_buyer(path)
    for path in (desk, f"{desk}/concessions", f"{desk}/compare"):
        as_rita(path)
    for name, content in (("paper", f"{here}/proposal.pdf"), ("paper", f"{desk}/proposal.pdf")):
        paper = PdfReader(
            io.BytesIO(reading.browser(bea if "/desk" not in content else table.rita).get(content).content)
        )
        reading.keep(f"{name} {content}", " ".join(page.extract_text() for page in paper.pages))
    mail = newest_mail(site, language)
    reading.keep("mail", render(mail, site.settings).text)
    sheet = load_workbook(io.BytesIO(reading.browser(bea).get(f"{here}/sheet.xlsx").content)).worksheets[0]
    (row,) = (row for row in sheet.iter_rows(values_only=True) if row[0] == "line:oil")
    reading.keep("sheet", " ".join(str(cell) for cell in row))
    return reading


def newest_mail(site: Site, language: str) -> Mail:
    outbox = tables.outbox
    payloads = site.database.read_now(
        lambda t: (
            t.connection.execute(select(outbox.c.payload).where(outbox.c.transport == "mail")).scalars().all()
        )
    )
    mails = [msgspec.json.decode(payload, type=Mail) for payload in payloads]
    mail = [each for each in mails if each.template == "new_answer"][-1]
    return msgspec.structs.replace(mail, language=language)


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_price_says_what_it_is_for(site: Site, language: str) -> None:
    reading, base = read_everything(site, language), BASE[language]
    mark = "." if language == "en" else ","
    seen = set[str]()
    for place, whole in reading.texts.items():
        # The steps of the build-up stand under a heading that says it.
        text = re.sub(
            rf"[^.]{{1,30}} {base}(Quoted| Quoted|Angeb| Angeb).*?(?=Net unit price|Netto-Einzelpreis)",
            "",
            whole,
        )
        for_one = re.search(r".{20}\d each\b.{20}|\bje \d.{20}", text.replace(base, ""))
        assert not for_one, (place, for_one)
        if place == "sheet":
            assert base in text
            continue
        for price in (*PRICES, *PRIVATE.values()):
            for found in re.finditer(re.escape(price.replace(".", mark)), text):
                seen.add(price)
                after = text[found.end() : found.end() + 40]
                assert after.startswith(f" {base}"), (place, text[found.start() - 60 : found.end() + 40])
    assert seen == {*PRICES, *PRIVATE.values()}
