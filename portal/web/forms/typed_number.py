"""A number that was typed in the reader's language."""

from decimal import Decimal, InvalidOperation

from portal.domain.offer import money
from portal.errors import Sentence
from portal.rendering.decimal_input import plain_decimal
from portal.rendering.language import current as language


def plain_number(text: str) -> str:
    """As a plain decimal string; nothing typed is zero."""
    return plain_decimal(text, language.get()) or "0"


def decimal(text: str) -> Decimal:
    """At six places; ValueError, with a sentence, when it is no number."""
    try:
        return money.six(money.parse(plain_number(text)))
    except (ValueError, InvalidOperation):
        raise ValueError(
            Sentence("“%(text)s” is not a number that can be used here.", text=text.strip())
        ) from None
