"""Which language somebody reads: what is asked for, what a deal is in, and what is typed and refused in it."""

from __future__ import annotations

import io
import json

from babel.dates import format_date
from pypdf import PdfReader

from portal.reading.operator import mailbox
from portal.rendering import language, mail
from tests.cast import Table
from tests.quotes import quote
from tests.web.conftest import Site
from tests.web.page import Page

BROWSER = {"Accept_Language": "de-AT,de;q=0.9,en;q=0.5"}


def test_the_address_the_choice_and_the_browser_decide_in_this_order(site: Site, table: Table) -> None:
    path, bea = f"/deals/{table.deal_id}", site.browser(table.bea)
    assert "Your counteroffer" in bea.get(path).text
    assert "Ihr Gegenangebot" in bea.get(path, **BROWSER).text
    asked = bea.get(f"{path}?language=de")
    assert asked.headers["content-language"] == "de"
    assert "Ihr Gegenangebot" in asked.text
    assert "parley_language=de" in asked.headers["set-cookie"]
    bea.cookies = {**bea.cookies, "parley_language": "de"}
    assert "Ihr Gegenangebot" in bea.get(path, Accept_Language="en").text
    assert "Ihr Gegenangebot" in bea.get(f"{path}/counteroffer", HX_Request="true").text
    assert "Your counteroffer" in bea.get(f"{path}?language=en", **BROWSER).text


def test_a_page_links_to_itself_in_the_other_language(site: Site, table: Table) -> None:
    for tag, other, name in (("en", "de", "Deutsch"), ("de", "en", "English")):
        page = Page(site.browser(table.bea).get(f"/deals/{table.deal_id}?language={tag}").text)
        (link,) = page.root.xpath("//nav//a[@hreflang]")
        assert link.attrib["href"] == f"/deals/{table.deal_id}?language={other}"
        assert (link.get("lang"), link.get("title"), link.text) == (other, name, other.upper())
        assert page.root.get("lang") == tag


def test_a_language_without_a_catalog_has_its_direction_and_english_words(site: Site) -> None:
    page = site.app.state.services.templates.render("join/sent.html", "ar", language="ar")
    assert '<html lang="ar" dir="rtl">' in page
    assert "Look in your mail" in page
    assert "Look in your mail" in site.request("GET", "/links/sent", headers={"Accept_Language": "ar"}).text


def test_a_deal_of_a_german_quote(site: Site, table: Table) -> None:
    """43,100.00 net and 51,289.00 with tax: its page, its paper and its mails."""
    lines = [each for each in quote()["lines"] if each["key"] in ("press", "install", "care")]
    deal_id, seats = table._sent(quote(external_id="CPQ-DE", language="de-AT", lines=lines))
    bea = site.browser(seats["bea"])
    bea.cookies = {"parley_buyer": table.cookies[seats["bea"].contact_id]}
    page = Page(bea.get(f"/deals/{deal_id}", **BROWSER).text)
    assert "Einmalig fällig 51.289,00 EUR" in page.text("summary")
    assert "2 × zu 18.450,00 36.900,00" in page.text("line-press")
    assert f"gültig bis {table.last_day:%d.%m.%Y}" in page.text("introduction")
    # It is the deal's paper, whoever prints it.
    paper = PdfReader(io.BytesIO(bea.get(f"/deals/{deal_id}/proposal.pdf").content))
    text = " ".join("\n".join(each.extract_text() for each in paper.pages).split())
    assert "Einmalig fällig" in text
    assert "51.289,00" in text
    letters = site.database.read_now(mailbox.letters)
    (sent,) = (
        each.mail for each in letters if each.mail.language == "de-AT" and each.mail.to_name == "Bea Lund"
    )
    rendered = mail.render(sent, site.settings)
    assert (
        rendered.subject
        == "Kestrel Machines hat Ihnen ein Angebot gesendet: Two HP-40 presses for the Odense line"
    )
    assert "Guten Tag Bea Lund," in rendered.text
    assert f"Es ist gültig bis {format_date(table.last_day, 'long', locale='de')}." in rendered.text


def test_numbers_are_read_as_a_german_types_them(site: Site, table: Table) -> None:
    path = f"/deals/{table.deal_id}"
    bea = site.browser(table.bea)
    bea.cookies = {**bea.cookies, "parley_language": "de"}
    bea.post(f"{path}/lines/press/change", {"unit_price": "17.200,50", "quantity": "2"})
    tray = Page(bea.get(path).text).text("tray")
    assert "Einzelpreis 18.450,00 → wird zu 17.200,50" in tray
    refused = bea.post(f"{path}/lines/press/change", {"unit_price": "-1", "quantity": "0"}, HX_Request="true")
    page = Page(refused.text)
    assert "Der Einzelpreis kann nicht negativ sein." in page.text("problem-unit_price")
    assert "Die Menge muss größer als null sein." in page.text("problem-quantity")


def test_a_sentence_of_an_error_is_text(site: Site) -> None:
    template = site.app.state.services.templates.environment.from_string("{{ sentence|translate }}")
    with language.speaking("de"):
        assert template.render(sentence="There is no such page.") == "Diese Seite gibt es nicht."
        assert template.render(sentence="<b>100% %(x)s</b>") == "&lt;b&gt;100% %(x)s&lt;/b&gt;"
        assert template.render(sentence="") == ""


def test_a_program_is_answered_in_the_language_it_asks_for(site: Site, table: Table) -> None:
    headers = {"Accept": "application/json"}
    answer = site.browser(table.bea).post(
        f"/deals/{table.deal_id}/messages", {"body": ""}, **headers, **BROWSER
    )
    assert json.loads(answer.text)["detail"] == "Schreiben Sie zuerst etwas."
    answer = site.browser(table.bea).post(f"/deals/{table.deal_id}/messages", {"body": ""}, **headers)
    assert json.loads(answer.text)["detail"] == "Write something first."
