"""A sentence in a row is read again in any language; what an earlier release stored is read as it is."""

import pytest

from portal.errors import Sentence
from portal.rendering import language
from portal.rendering.sentences import translate
from portal.storage.stored_sentences import from_text, to_text


@pytest.mark.parametrize(
    "sentence",
    [
        "The folder is full.",
        "[1] is no sentence",
        Sentence("This is empty."),
        Sentence("%(host)s answered %(status)s.", host="erp.example.com", status=503),
    ],
)
def test_what_was_stored_is_read_again(sentence: str) -> None:
    assert from_text(to_text(sentence)) == sentence


def test_it_is_read_in_the_language_of_the_reader() -> None:
    stored = to_text(Sentence("%(host)s answered %(status)s.", host="erp.example.com", status=503))
    with language.speaking("de"):
        assert translate(from_text(stored)) == "erp.example.com hat mit 503 geantwortet."
