"""What a term is about, and the days that a term of payment gives."""

import re
from typing import Protocol

from portal.domain.offer.revision import TermKind

# A term of an old document, or of a quote that does not say, is one of payment by these words of the quotes' languages.
_PAYMENT = re.compile(r"pay|zahl|betal|paie|pago|pagam", re.IGNORECASE)
_DAYS = re.compile(r"\b(\d{1,3})\b")


class Term(Protocol):
    """A term of an offer or of an order."""

    @property
    def key(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> TermKind | None: ...


def term_kind(term: Term) -> TermKind:
    """The kind that the term states; guessed where it states none."""
    if term.kind is not None:
        return term.kind
    return "payment" if _PAYMENT.search(f"{term.key} {term.name}") else "other"


def payment_days(term: Term, value: str) -> int | None:
    """The days of `value`, as this term's wording; None for a term of another kind, or where no days stand in it."""
    found = _DAYS.findall(value) if term_kind(term) == "payment" else []
    return int(found[-1]) if found else None
