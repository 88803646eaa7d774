"""Terms, adjustments and if-you-then offers as a merge compares them, and as somebody reads them."""

import msgspec

from portal.domain.offer import money
from portal.domain.offer.revision import Adjustment, StandingOffer, Term
from portal.errors import Sentence

Part = Term | Adjustment | StandingOffer


def field_of(kind: str) -> str:
    return "value" if kind == "term" else "whole"


def name_of(part: Part) -> str:
    return part.name if isinstance(part, Term) else part.label


def compared(part: Part | None) -> str | None:
    """What two versions of a part are compared by: the words of a term, and all of another part."""
    if part is None or isinstance(part, Term):
        return part.value if part else None
    return msgspec.json.encode(part).decode()


def shown(part: Part | None) -> str | None:
    """A part in a few words."""
    if part is None or isinstance(part, Term):
        return part.value if part else None
    if isinstance(part, StandingOffer):
        return part.label
    size = part.amount if part.percent is None else part.percent
    return Sentence(
        "%(label)s (%(size)s)" if part.percent is None else "%(label)s (%(size)s %%)",
        label=part.label,
        size=size or money.ZERO,
    )
