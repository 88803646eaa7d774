"""A sentence is a message with named values: English as a text, any language on a page."""

from datetime import date
from decimal import Decimal

import pytest

from portal.errors import Amount, Conflict, Invalid, Sentence, either
from portal.rendering import language
from portal.rendering.sentences import translate

GERMAN = {
    "%(number)s is more than %(limit)s.": "%(number)s ist mehr als %(limit)s.",
    "%(number)s is not possible.": "%(number)s ist nicht möglich.",
}


@pytest.fixture
def german(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalog of the test's own: the sentences of the product may change."""
    monkeypatch.setattr("portal.rendering.sentences.gettext", lambda text: GERMAN.get(text, text))
    language.current.set("de")


def test_it_is_english_as_a_text() -> None:
    sentence = Sentence("%(number)s is more than %(limit)s.", number=Decimal("1250.50"), limit=3)
    assert sentence == "1250.5 is more than 3."
    assert str(Conflict("Until %(day)s.", day=date(2026, 12, 24))) == "Until 2026-12-24."


def test_a_percent_sign_needs_no_care_without_values() -> None:
    assert Sentence("100% of it") == "100% of it"
    assert translate("100% of it") == "100% of it"


def test_values_are_alternatives() -> None:
    assert [str(either(values)) for values in ([1], [1, 2], [1, 2, 3])] == ["1", "1 or 2", "1, 2 or 3"]


@pytest.mark.parametrize(("count", "text"), [(1, "1 line is open."), (2, "2 lines are open.")])
def test_a_count_chooses_the_form(count: int, text: str) -> None:
    assert Sentence.of_count("%(count)s line is open.", "%(count)s lines are open.", count) == text


@pytest.mark.usefixtures("german")
@pytest.mark.parametrize(
    ("value", "text"),
    [
        (Decimal("1250.50"), "1.250,5"),
        (1250, "1.250"),
        (Amount(Decimal("1250.50"), "EUR"), "1.250,50 EUR"),
        (date(2026, 12, 24), "24.12.2026"),
        ("10%", "10%"),
        (Sentence("%(number)s is not possible.", number=7), "7 ist nicht möglich."),
    ],
)
def test_values_read_as_people_write_them(value: object, text: str) -> None:
    sentence = Sentence("%(number)s is more than %(limit)s.", number=value, limit="x")
    assert translate(sentence).replace("\u00a0", " ") == f"{text} ist mehr als x."


@pytest.mark.usefixtures("german")
def test_a_field_s_problem_has_the_same_sentence() -> None:
    error = Invalid.field("quantity", "%(number)s is more than %(limit)s.", number=12, limit=10)
    (problem,) = error.problems
    assert (translate(error.sentence), translate(problem.message)) == ("12 ist mehr als 10.",) * 2
