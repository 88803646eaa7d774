"""Every kind of event is worded wherever the table of events shows it, in every language."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from lxml import html

from portal.domain.ledger.event_body import Body
from portal.domain.ledger.event_kinds import KINDS, EventKind
from portal.reading.deal_page.board import StepView
from portal.reading.deal_page.conversation import Entry
from portal.reading.deal_page.people import Person
from portal.reading.desk.last_event import LastEvent
from portal.rendering import language
from portal.rendering.addresses import Urls
from portal.rendering.static_files import StaticFiles
from portal.rendering.templating import Templates, shipped
from portal.settings import Settings
from tests.domain.ledger.event_samples import samples

TEMPLATES = Templates(Settings(secret_keys=("a key of the tests",)), StaticFiles(shipped("static")))
AT = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
BEA = Person(actor="contact:bea", name="Bea Lund", party="buyer")
WORDS = {"table": "events/shared.html", "seller": "events/seller.html", "buyer": "events/buyer.html"}
LANGUAGES = pytest.mark.parametrize("tag", ["en", "de"])


def kinds(which: Any) -> pytest.MarkDecorator:
    return pytest.mark.parametrize(
        "kind", [pytest.param(kind, id=name) for name, kind in KINDS.items() if which(kind)]
    )


def said(tag: str, kind: EventKind, suffix: str, *arguments: Any) -> str:
    """What the kind's macro says, as text."""
    words = TEMPLATES.environment.get_template(WORDS[kind.audience]).module
    with language.speaking(tag):
        content = getattr(words, f"{kind.name}{suffix}")(*arguments)
    return " ".join(html.fromstring(f"<div>{content}</div>").text_content().split())


def entry(kind: EventKind, fact: Body, text: str = "Why not?") -> Entry:
    return Entry(seq=7, kind=kind.name, at=AT, who=BEA, fact=fact, text=text)


@LANGUAGES
@kinds(lambda kind: kind.audience != "buyer" and kind.in_activity)
def test_the_activity_has_a_sentence(kind: EventKind, tag: str) -> None:
    for fact in samples(kind.body):
        for about in ("Sol Iversen", ""):
            sentence = said(tag, kind, "", "Bea Lund", fact, about)
            assert sentence.endswith("."), fact
            assert "%(" not in sentence


@LANGUAGES
@kinds(lambda kind: kind.in_conversation)
def test_the_conversation_has_an_entry(kind: EventKind, tag: str) -> None:
    for fact in samples(kind.body):
        content = TEMPLATES.render("table/_entry.html", tag, entry=entry(kind, fact), language=tag)
        [item] = html.fromstring(f"<ol>{content}</ol>").xpath("//li")
        assert item.get("id") == "log-7"
        assert item.text_content().strip()


@LANGUAGES
@kinds(lambda kind: kind.in_inbox)
def test_the_inbox_has_a_line(kind: EventKind, tag: str) -> None:
    for fact in samples(kind.body):
        for by_buyer in (True, False):
            last = LastEvent(kind=kind.name, at=AT, who="Bea Lund", by_buyer=by_buyer, fact=fact, people=2)
            assert said(tag, kind, "_in_inbox", last, "EUR")


@LANGUAGES
@kinds(lambda kind: kind.moves_board)
def test_the_board_names_the_step(kind: EventKind, tag: str) -> None:
    for side in ("buyer", "seller"):
        step = StepView(
            kind=kind.name,
            who=BEA,
            side=side,  # type: ignore[arg-type] # one of the two
            at=AT,
            revision=2,
            gap=0,  # type: ignore[arg-type] # not worded
            moved=None,
            open=0,
            takes_back=0,
        )
        assert said(tag, kind, "_on_board", step)


@LANGUAGES
@kinds(lambda kind: kind.audience == "buyer")
def test_the_team_space_has_an_entry(kind: EventKind, tag: str) -> None:
    for fact in samples(kind.body):
        shown = entry(kind, fact)
        content = TEMPLATES.render(
            "room/_entry.html", tag, entry=shown, urls=Urls.buyer("deal"), language=tag
        )
        assert "Why not?" in content


@kinds(lambda kind: kind.in_activity and kind.audience != "buyer")
def test_german_has_words_of_its_own(kind: EventKind) -> None:
    for fact in samples(kind.body):
        english, german = (said(tag, kind, "", "Bea Lund", fact, "") for tag in ("en", "de"))
        assert english != german
