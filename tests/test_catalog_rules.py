"""The translations as they are, and what the checks would find."""

from __future__ import annotations

import ast
from typing import Any

import pytest
from babel.messages.catalog import Catalog

from portal.rendering import language
from tests import catalog_rules


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


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ('NotFound("There is no such deal.")', ["There is no such deal."]),
        (
            'Problem(place, "Nothing is asked yet.", "Change a line.")',
            ["Nothing is asked yet.", "Change a line."],
        ),
        ('Invalid.field("body", "Write something first.")', ["Write something first."]),
        ('Invalid("This can\'t be asked.", problems)', ["This can't be asked."]),
        ('Sentence("There is no %(what)s.", what=name)', ["There is no %(what)s."]),
        (
            'Problem(place, Sentence("There is no %(what)s.", what=name), "Leave it out.")',
            ["Leave it out.", "There is no %(what)s."],
        ),
        ('ValueError("The quantity must be more than zero.")', ["The quantity must be more than zero."]),
        ('ValueError("not a number")', []),
        ('KeyError("There is no such key.")', []),
        ('log.warning("The outbox failed; trying again.")', []),
        ('problem = "The cell is empty." if empty else ""', ["The cell is empty."]),
        ('f"{name} is empty. Fill it in."', []),
    ],
)
def test_sentences_of_errors_are_found(call: str, found: list[str]) -> None:
    texts = (text for _line, _function, text, _comments in catalog_rules.extraction.found_in(ast.parse(call)))
    assert list(dict.fromkeys(texts)) == found
