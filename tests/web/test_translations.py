"""German is whole: no page, part or mail says anything in English. And nothing is worded outside of the catalogs."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from litestar.testing import TestClient
from pypdf import PdfReader

from portal.app import create_app
from portal.domain.mail import TEMPLATES
from portal.outbound import mail
from portal.reading import mailbox
from portal.settings import Settings
from portal.storage import migrate
from portal.storage.session import Store
from portal.web import language
from tests import catalog_rules
from tests.cast import Table, quote
from tests.outbound.test_mail import SETTINGS, letter
from tests.web.conftest import PUBLIC_URL, Site
from tests.web.page import Page
from tests.web.tour import SAID, Tour, words_of

GERMAN = catalog_rules.read(catalog_rules.LOCALE / "de" / "LC_MESSAGES" / "messages.po")
BROWSER = {"Accept_Language": "de-AT,de;q=0.9,en;q=0.5"}

# Errors with facts inside; no catalog can hold them (see .ci/sentences.py), so that they are English for everybody.
WITH_FACTS = (
    r"Revision \d has come while you were reading revision \d\. Look at what changed, then accept the new one\.",
    r"'nobody' is not a mail address\.( Write it like ann@example\.com\.)?",
    r"No end is stated; the offer ends on \d{4}-\d\d-\d\d\. Or give --valid-until\.",
    r"This is not JSON: Expecting value\.",
    r"Look just before this place\.",
)


@contextmanager
def running(folder: Path) -> Iterator[Site]:
    settings = Settings(
        _env_file=None,  # type: ignore[call-arg]
        database_url=f"sqlite:///{folder}/parley.db",
        secret_keys=("a key of the tests",),
        public_url=PUBLIC_URL,
        files_dir=folder / "files",
        environment="demo",
    )
    store = Store(settings.database_url)
    migrate.upgrade(store, new_epoch="test")
    store.close()
    app = create_app(settings)
    with TestClient(app, base_url=PUBLIC_URL, raise_server_exceptions=True) as client:
        yield Site(app, client)


@pytest.fixture(scope="module")
def german(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tour]:
    with running(tmp_path_factory.mktemp("german")) as site:
        yield Tour(site, "de").go()


@pytest.fixture
def pseudo(tmp_path: Path) -> Iterator[None]:
    """Instead of every catalog one for Arabic, which puts brackets round whatever is looked up."""
    catalog = Catalog(locale="ar")
    for message in GERMAN:
        if isinstance(message.id, str):
            catalog.add(message.id, f"⟦{message.id}⟧")
        else:
            catalog.add(message.id, [f"⟦{message.id[1]}⟧"] * catalog.num_plurals)
    folder = tmp_path / "ar" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "messages.mo").open("wb") as file:
        write_mo(file, catalog)
    caches = (language.available, language._catalog, mail._environment, mail._locale, mail._catalog)
    with pytest.MonkeyPatch.context() as patch:
        for module in (language, mail):
            patch.setattr(module, "CATALOGS", tmp_path)
        for each in caches:
            each.cache_clear()
        yield
    for each in caches:
        each.cache_clear()


@cache
def english() -> list[tuple[str, re.Pattern[str]]]:
    """The sentences of more than two words that have another wording in German, and what finds them in a text."""
    found = []
    for message in GERMAN:
        for sentence in _several(message.id):
            literal = catalog_rules.BLANK.split(sentence)
            if len(re.findall(r"[A-Za-z']+", " ".join(literal))) > 2 and sentence not in _several(
                message.string
            ):
                found.append((sentence, re.compile(".{1,300}?".join(map(re.escape, literal)))))
    return found


def _several(texts: Any) -> Sequence[str]:
    return [texts] if isinstance(texts, str) else list(texts)


def english_in(html: str) -> list[str]:
    text = " ".join(" | ".join(words_of(html)).split())
    return [sentence for sentence, pattern in english() if pattern.search(text)]


# ---- pages ---------------------------------------------------------------------------------------------------------------


def test_the_search_finds_what_is_english() -> None:
    assert len(english()) > 250
    assert english_in("<p>Your turn. Look at what changed, then accept it or ask again.</p>")
    assert english_in('<i aria-label="Remove the change of Press">x</i>') == ["Remove the change of %(name)s"]
    assert english_in("<p>Sehen Sie sich an, was sich geändert hat.</p>") == []


def test_no_page_says_anything_in_english(german: Tour) -> None:
    assert len(german.seen) > 80
    assert {name: found for name, html in german.seen.items() if (found := english_in(html))} == {}


def test_the_tour_renders_every_template(german: Tour) -> None:
    environment = german.site.app.state.services.templates.environment
    rendered = {name for _loader, name in environment.cache}
    there = {name for name in environment.list_templates(extensions=["html"]) if not name.startswith("mail/")}
    assert there - rendered == set()


def test_plurals_are_german(german: Tour) -> None:
    text = " ".join(" ".join(" ".join(words_of(html)) for html in german.seen.values()).split())
    for words in (
        "um 1 Änderung gebeten",
        "um 3 Änderungen gebeten",
        "1 Revision",
        "4 Revisionen",
        "40 Stunden",
    ):
        assert words in text


def test_nothing_is_worded_outside_of_the_catalogs(tmp_path: Path, pseudo: None) -> None:
    with running(tmp_path) as site:
        tour = Tour(site, "ar").go()
    for name, html in tour.seen.items():
        assert "<html" not in html or '<html lang="ar" dir="rtl"' in html, name
        for piece in words_of(html):
            left = without(KNOWN, without(WITH_FACTS, unbracketed(piece)))
            assert not re.search(r"[A-Za-z]{2,}", left), f"{name}: {piece.strip()!r}"


def unbracketed(text: str) -> str:
    """Blanks are filled in with other sentences, so brackets stand in brackets."""
    shorter = re.sub(r"⟦[^⟦⟧]*⟧", " ", text)
    return text if shorter == text else unbracketed(shorter)


def without(patterns: Sequence[str], text: str) -> str:
    for pattern in patterns:
        text = re.sub(pattern, " ", text)
    return text


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from strings(each)
    elif isinstance(value, str) and re.search("[A-Za-z]{2,}", value):
        yield value


# What documents and people say themselves, longest first, and names that are the same everywhere.
KNOWN = [
    re.escape(text)
    for text in sorted(
        {
            *strings(quote()),
            *SAID,
            *("As discussed in", "Odense", "One HP-20 press", "Filling line", "Havn ApS", "Ravn Friis"),
            *("ravn@havn.example", "rita@kestrel.example", "mia@kestrel.example", "Rita", "Mia"),
            # The build-up of a price is worded in the language of its document.
            *("Quoted price", "Concession, round 3"),
            *("Europe/Copenhagen", "UTC", "EUR", "English", "EN", "Parley", "json", "JSON", "CSV"),
        },
        key=len,
        reverse=True,
    )
]


# ---- choosing ------------------------------------------------------------------------------------------------------------


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
    assert "2 × zu je 18.450,00 36.900,00" in page.text("line-press")
    assert "gültig bis 10.12.2026" in page.text("introduction")
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
    assert "Es ist gültig bis 10. Dezember 2026." in rendered.text


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


# ---- mails ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("happened", ["counteroffer", "declined", "more_time_asked"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_no_mail_says_anything_in_english(template: str, happened: str) -> None:
    german = msgspec.structs.replace(letter(template, happened=happened, statement="…"), language="de")
    rendered = mail.render(german, SETTINGS)
    assert '<html lang="de" dir="ltr"' in rendered.html
    assert english_in(rendered.html) == []
    assert english_in(f"<p>{rendered.subject}</p>") == []
    assert "December" not in rendered.text


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_mail_is_worded_outside_of_the_catalogs(template: str, pseudo: None) -> None:
    context = {name: "7" if name == "count" else "·" for name in letter().context} | {
        "happened": "counteroffer"
    }
    mail_ = msgspec.structs.replace(letter(template), language="ar-EG", to_name="·", context=context)
    rendered = mail.render(mail_, SETTINGS)
    assert '<html lang="ar-EG" dir="rtl"' in rendered.html
    for text in (rendered.subject, rendered.text, *words_of(rendered.html)):
        assert not re.search(r"[A-Za-z]{2,}", unbracketed(text)), text


# ---- sentences of errors -------------------------------------------------------------------------------------------------


def test_a_sentence_of_an_error_is_text(site: Site) -> None:
    template = site.app.state.services.templates.environment.from_string("{{ sentence|told }}")
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


# ---- catalogs ------------------------------------------------------------------------------------------------------------


def test_every_translation_is_sound() -> None:
    assert catalog_rules.all_faults() == []


@pytest.mark.parametrize(
    ("sentence", "translation", "fault"),
    [
        ("Send", "", "not translated"),
        (("%(count)s day", "%(count)s days"), ("%(count)s Tag", ""), "not translated"),
        ("By %(name)s", "Von %(nme)s", "other blanks"),
        ("By %(name)s", "Von", "other blanks"),
        ("# new", "neu", "other blanks"),
        (("%(count)s day", "%(count)s days"), ("Tag", "Tage"), "other blanks"),
        ("Say “yes”", 'Sagen Sie "ja"', "HTML"),
        ("Buyer", "Käufer & Co", "HTML"),
        ("Declined.", "Abgelehnt", "sign at its end"),
        ("Declined", "Abgelehnt ", "spaces at its ends"),
    ],
)
def test_a_faulty_translation_is_found(sentence: Any, translation: Any, fault: str) -> None:
    catalog = Catalog(locale="de")
    message = catalog.add(sentence, translation)
    assert fault in " ".join(catalog_rules.faults_of(message))


def test_a_guess_is_found() -> None:
    catalog = Catalog(locale="de")
    catalog.add("Send", "Senden", flags=["fuzzy"])
    assert [fault for fault, _message in catalog_rules.faults(catalog)] == ["only guessed (fuzzy)"]


def test_catalogs_are_compiled_where_the_application_looks() -> None:
    assert set(language.available()) == {"en", *(path.name for path in catalog_rules.LOCALE.iterdir())}
