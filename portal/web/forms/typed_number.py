"""A number that was typed in the reader's language."""

from decimal import Decimal

from portal.domain.offer import spelling
from portal.rendering.decimal_input import plain_decimal
from portal.rendering.language import current as language


def plain_number(text: str) -> str:
    """As a plain decimal string; nothing typed is zero."""
    return plain_decimal(text, language.get()) or "0"


def decimal(text: str) -> Decimal:
    """At six places; ValueError, with a sentence, when it is no number."""
    return spelling.decimal(plain_number(text))
