"""A quote that comes in by hand: every problem at its place, a look at it, and a draft."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from lxml import html

from portal.rendering import formats
from portal.rendering.language import speaking
from tests.cast import Table
from tests.quotes import current_quote, day_ahead
from tests.web.conftest import Browser, Site

NEW = "/desk/quotes/new"


def document(**changes: Any) -> str:
    return json.dumps(current_quote(**{"external_id": "CPQ-7", "title": "Filling line"} | changes))


def words(text: str) -> str:
    return " ".join(html.fromstring(text).text_content().split())


def test_the_page_asks_for_a_document(rep: Browser) -> None:
    page = html.fromstring(rep.get(NEW).text)
    assert page.xpath('//form[@enctype="multipart/form-data"]//input[@type="file"][@name="file"]')
    assert page.xpath('//textarea[@name="text"]')


def test_checking_shows_the_quote_and_keeps_nothing(rep: Browser) -> None:
    text = document()
    before = rep.get("/desk").text.count('role="row"')
    page = rep.post(NEW, {"text": text, "do": "check"})
    assert page.status_code == 200
    shown = html.fromstring(page.text)
    assert shown.xpath('//*[@aria-label="Line items"]//*[@role="group"]')
    assert "Hydraulic press HP-40" in words(page.text)
    assert "52,241.00" in words(page.text)
    assert shown.xpath('//button[@name="do"][@value="import"]')
    # The text stays on the page, so that importing needs no second upload.
    assert shown.xpath('//textarea[@name="text"]')[0].text.strip() == text
    assert rep.get("/desk").text.count('role="row"') == before


def test_every_problem_stands_at_its_place(rep: Browser) -> None:
    wrong = json.loads(document())
    wrong["lines"][0]["quantity"] = "two"
    wrong["lines"][1]["unit_price"] = 155.5
    wrong["colour"] = "red"
    refused = rep.post(NEW, {"text": json.dumps(wrong), "do": "check"})
    assert refused.status_code == 422
    page = html.fromstring(refused.text)
    rows = {
        row.xpath("string(th)").strip(): row.xpath("string(td[1])") for row in page.xpath("//table//tbody/tr")
    }
    assert set(rows) == {"/lines/0/quantity", "/lines/1/unit_price", "/colour"}
    assert "not a decimal number" in rows["/lines/0/quantity"]
    assert json.loads(page.xpath('//textarea[@name="text"]')[0].text) == wrong


def test_what_is_no_document_is_refused_with_a_sentence(rep: Browser) -> None:
    for text in ("", "hello", "{", "<a/>"):
        refused = rep.post(NEW, {"text": text, "do": "check"})
        assert refused.status_code == 422
        assert html.fromstring(refused.text).xpath('//*[@role="alert"]')


def test_what_a_document_says_is_text(rep: Browser) -> None:
    page = rep.post(NEW, {"text": document(title='<script src="/x"></script>'), "do": "check"})
    assert '<script src="/x">' not in page.text


def test_importing_makes_a_draft_that_can_be_sent(rep: Browser, table: Table) -> None:
    made = rep.post(NEW, {"text": document(), "do": "import"})
    assert made.status_code == 303
    deal = made.headers["location"]
    page = html.fromstring(rep.get(deal).text)
    assert page.xpath('//*[@aria-label="State"]')[0].text_content().strip() == "draft"
    (send,) = page.xpath('//form[contains(@action, "/send")]/@action')
    assert rep.post(send, {"key": "s"}).status_code == 303
    assert (
        html.fromstring(rep.get(deal).text).xpath('//*[@aria-label="State"]')[0].text_content().strip()
        == "in negotiation"
    )


def test_the_same_quote_is_the_same_deal(rep: Browser) -> None:
    first, second = (rep.post(NEW, {"text": document(), "do": "import"}) for _ in range(2))
    assert first.headers["location"] == second.headers["location"]


def test_another_version_of_a_known_quote_asks_first(rep: Browser) -> None:
    deal = rep.post(NEW, {"text": document(), "do": "import"}).headers["location"]
    assert rep.post(f"{deal}/send", {"key": "s"}).status_code == 303
    newer = document(title="Filling line, wider")
    refused = rep.post(NEW, {"text": newer, "do": "import"})
    assert refused.status_code == 409
    assert html.fromstring(refused.text).xpath('//input[@type="checkbox"][@name="requote"]')
    agreed = rep.post(NEW, {"text": newer, "do": "import", "requote": "true"})
    assert agreed.headers["location"] == deal
    page = rep.get(deal).text
    assert "Filling line, wider" in page
    assert "revision 2" in words(page)


def test_contacts_and_validity_are_filled_in_where_the_document_has_none(rep: Browser) -> None:
    text = document(buyer={"company": "Lund AB"}, valid_until=None)
    text = json.dumps({name: value for name, value in json.loads(text).items() if value is not None})
    remarks = words(rep.post(NEW, {"text": text, "do": "check"}).text)
    assert "Nobody is named who could receive the offer." in remarks
    last = day_ahead()
    made = rep.post(
        NEW,
        {
            "text": text,
            "do": "import",
            "valid_until": last.isoformat(),
            "name-0": "Ann Lee",
            "email-0": "ann@lund.example",
            "role-0": "signer",
        },
    )
    assert made.status_code == 303
    page = words(rep.get(made.headers["location"]).text)
    with speaking("en"):
        assert formats.calendar_day(last) in page
    assert "Ann Lee" in page


def test_a_wrong_contact_is_told_at_its_row_and_kept(rep: Browser) -> None:
    refused = rep.post(
        NEW, {"text": document(), "do": "import", "name-1": "Ann", "email-1": "not an address"}
    )
    assert refused.status_code == 422
    (field,) = html.fromstring(refused.text).xpath('//input[@name="email-1"]')
    assert (field.get("aria-invalid"), field.get("value")) == ("true", "not an address")


def test_a_day_that_is_none_is_refused(rep: Browser) -> None:
    refused = rep.post(NEW, {"text": document(), "do": "import", "valid_until": "tomorrow"})
    assert refused.status_code == 422
    assert html.fromstring(refused.text).xpath('//input[@name="valid_until"][@aria-invalid="true"]')


def test_a_file_in_another_encoding_is_kept_for_the_import(
    rep: Browser, site: Site, real_documents: Path
) -> None:
    example = (real_documents / "UBL-Quotation-2.1-Example.xml").read_text()
    latin = example.replace('encoding="UTF-8"', 'encoding="ISO-8859-1"')
    data = latin.replace("<cbc:Note>", "<cbc:Note>Größe ", 1).encode("iso-8859-1")
    form = {"csrf": rep.csrf, "do": "check", "valid_until": day_ahead().isoformat()}
    cookies = {"Cookie": f"parley_desk={rep.cookies['parley_desk']}"}
    page = site.client.post(NEW, data=form, files={"file": ("q.xml", data, "text/xml")}, headers=cookies)
    assert page.status_code == 200, words(page.text)
    shown = html.fromstring(page.text)
    (held,) = shown.xpath('//input[@name="held"]/@value')
    again = {
        "held": held,
        "name": "q.xml",
        "text": "",
        "do": "import",
        "valid_until": day_ahead().isoformat(),
    }
    made = rep.post(NEW, again)
    assert made.status_code == 303, words(made.text)
    assert rep.post(NEW, again | {"held": "no base64!"}).status_code == 422


def test_a_ubl_quotation_is_uploaded(rep: Browser, site: Site, real_documents: Path) -> None:
    example = (real_documents / "UBL-Quotation-2.1-Example.xml").read_bytes()
    page = site.client.post(
        NEW,
        data={"csrf": rep.csrf, "do": "check"},
        files={"file": ("quotation.xml", example, "text/xml")},
        headers={"Cookie": f"parley_desk={rep.cookies['parley_desk']}"},
    )
    assert page.status_code in (200, 422)
    shown = html.fromstring(page.text)
    assert shown.xpath('//textarea[@name="text"]')[0].text.lstrip().startswith("<?xml")
    # Its day has passed: another is filled in, and then it is read.
    text = shown.xpath('//textarea[@name="text"]')[0].text
    checked = rep.post(
        NEW, {"text": text, "name": "quotation.xml", "do": "check", "valid_until": day_ahead().isoformat()}
    )
    assert checked.status_code == 200, words(checked.text)
    with speaking("en"):
        assert formats.calendar_day(day_ahead()) in words(checked.text)
