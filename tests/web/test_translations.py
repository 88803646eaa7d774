"""German is whole: no page, part or mail says anything in English. And nothing is worded outside of the catalogs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import lxml.html
import msgspec
import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from litestar.testing import TestClient

from portal.app import create_app
from portal.domain.deal.mail import TEMPLATES
from portal.rendering import language, mail
from portal.settings import Settings
from portal.storage import migrate
from portal.storage.session import Store
from tests import catalog_rules
from tests.quotes import quote
from tests.rendering.test_mail import SETTINGS, letter
from tests.web.conftest import PUBLIC_URL, Site
from tests.web.reader import SAID
from tests.web.tour import Tour
from tests.web.words import words_of

GERMAN = catalog_rules.read(catalog_rules.LOCALE / "de" / "LC_MESSAGES" / "messages.po")


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
            catalog.add(message.id, f"⟦{message.id}⟧", context=message.context)
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
def english() -> list[tuple[str, str, re.Pattern[str]]]:
    """The sentences of more than two words that have another wording in German; their longest part; what finds them."""
    found = []
    for message in GERMAN:
        for sentence in _several(message.id):
            literal = catalog_rules.BLANK.split(sentence)
            if len(re.findall(r"[A-Za-z']+", " ".join(literal))) > 2 and sentence not in _several(
                message.string
            ):
                found.append(
                    (sentence, max(literal, key=len), re.compile(".{1,300}?".join(map(re.escape, literal))))
                )
    return found


def _several(texts: Any) -> Sequence[str]:
    return [texts] if isinstance(texts, str) else list(texts)


def english_in(html: str) -> list[str]:
    text = " ".join(" | ".join(words_of(html)).split())
    return [sentence for sentence, part, pattern in english() if part in text and pattern.search(text)]


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


def test_no_amount_runs_into_the_word_after_it(german: Tour) -> None:
    glued = re.compile(r"\d[.,]\d\d(?=[A-Za-zÄÖÜäöüß(])")
    # Blocks that hold no other blocks: their texts flow into each other.
    blocks = (
        "//*[self::p or self::li or self::td or self::th or self::dd][not(.//p or .//li or .//dl or .//div)]"
    )
    for name, html in german.seen.items():
        for element in lxml.html.fromstring(html).xpath(blocks):
            assert not glued.search(element.text_content()), f"{name}: {element.text_content()!r}"


def test_plurals_are_german(german: Tour) -> None:
    text = " ".join(" ".join(" ".join(words_of(html)) for html in german.seen.values()).split())
    for words in (
        "um 1 Änderung gebeten",
        "um 3 Änderungen gebeten",
        "1 Revision",
        r"[2-9] Revisionen",
        "40 Stunden",
    ):
        assert re.search(rf"\b{words}\b", text), words


def test_nothing_is_worded_outside_of_the_catalogs(tmp_path: Path, pseudo: None) -> None:
    with running(tmp_path) as site:
        tour = Tour(site, "ar").go()
    for name, html in tour.seen.items():
        assert "<html" not in html or '<html lang="ar" dir="rtl"' in html, name
        for piece in words_of(html):
            left = without(KNOWN, unbracketed(piece))
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
            *(
                "Quoted price",
                "Concession",
                "Price change",
                "Round-1 concession",
                "Round-2 concession",
                "Round-3 concession",
            ),
            *("Europe/Copenhagen", "UTC", "EUR", "English", "EN", "Parley", "json", "JSON", "CSV", "XLSX"),
        },
        key=len,
        reverse=True,
    )
]


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
