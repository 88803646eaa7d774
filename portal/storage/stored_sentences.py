"""Sentences in rows: a message with its values, so that whoever reads it later reads it in their own language."""

import msgspec

from portal.errors import Sentence

_FORM = tuple[str, dict[str, str | int]]


def to_text(sentence: str) -> str:
    """What a column keeps: a list of message and values as JSON, or the text itself where nothing is filled in."""
    if not isinstance(sentence, Sentence) or not sentence.values:
        return str(sentence)
    plain = {name: value if isinstance(value, int) else str(value) for name, value in sentence.values.items()}
    return msgspec.json.encode((sentence.message, plain)).decode()


def from_text(text: str) -> str:
    """The sentence that `to_text` kept; rows of earlier releases hold English texts."""
    try:
        message, values = msgspec.json.decode(text, type=_FORM)
    except (msgspec.DecodeError, msgspec.ValidationError):
        return text
    return Sentence(message, **values)
