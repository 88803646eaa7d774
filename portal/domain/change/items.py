"""What a change can be about, by its subject.

The kinds are `line:KEY`, `term:KEY`, `deal:total`, `new:KEY`, `adjustment:KEY` and `standing:KEY`.

`new:KEY` is a line that was not there when it was asked for; the line that answers it has the key KEY. An adjustment and
a standing offer have a place whether they are there or not, so that they can be added and taken out.
"""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal

import msgspec

from portal.domain.offer.revision import Adjustment, Line, Offer, StandingOffer, Term
from portal.domain.offer.totals import totals

TOTAL = "deal:total"
# The kinds of subjects that are parts of an offer, with the field that holds them.
PARTS: Mapping[str, str] = {
    "line": "lines",
    "term": "terms",
    "adjustment": "adjustments",
    "standing": "standing_offers",
}
LONGEST_SLUG = 32


class Total(msgspec.Struct, frozen=True, kw_only=True):
    """The whole contract: `net` of the revision. `open`: the price of a line at least can be negotiated."""

    net: Decimal
    currency: str
    open: bool
    key: str = "total"
    name: str = "Overall price"


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """A line that somebody wants; `line` is the one that answers, None while there is none."""

    key: str
    line: Line | None

    @property
    def name(self) -> str:
        return self.line.name if self.line else "New line"


class AdjustmentPlace(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    part: Adjustment | None

    @property
    def name(self) -> str:
        return self.part.label if self.part else "Discount or charge"


class StandingPlace(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    part: StandingOffer | None

    @property
    def name(self) -> str:
        return self.part.label if self.part else "Standing offer"


Item = Line | Term | Total | Wanted | AdjustmentPlace | StandingPlace


def find_item(offer: Offer, subject: str) -> Item | None:
    """What the subject names; None for a line or a term that is not there, and for a subject of no known kind."""
    kind, _, key = subject.partition(":")
    find = _KINDS.get(kind)
    return find(offer, key) if find and key else None


def find_line_or_term(offer: Offer, subject: str) -> Line | Term | None:
    """The line or term that `line:KEY` or `term:KEY` names; None for any other subject, and for what is not there."""
    found = find_item(offer, subject)
    return found if isinstance(found, Line | Term) else None


def subject(item: Item) -> str:
    """The subject that names it."""
    kinds = {Line: "line", Term: "term", Total: "deal", Wanted: "new", AdjustmentPlace: "adjustment"}
    return f"{kinds.get(type(item), 'standing')}:{item.key}"


def slug(words: str, taken: Collection[str]) -> str:
    """A key that reads like `words` and is not taken: "Spare filters" becomes "spare-filters"."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_SLUG].strip("-") or "item"
    key, number = base, 1
    while key in taken:
        number += 1
        key = f"{base}-{number}"
    return key


def _total(offer: Offer, key: str) -> Total | None:
    if key != "total":
        return None
    return Total(
        net=totals(offer).contract.net,
        currency=offer.currency,
        open=any(
            "unit_price" in line.negotiable or "discount_percent" in line.negotiable for line in offer.lines
        ),
    )


_KINDS: Mapping[str, Callable[[Offer, str], Item | None]] = {
    "line": Offer.line,
    "term": Offer.term,
    "deal": _total,
    "new": lambda offer, key: Wanted(key=key, line=offer.line(key)),
    "adjustment": lambda offer, key: AdjustmentPlace(key=key, part=offer.adjustment(key)),
    "standing": lambda offer, key: StandingPlace(key=key, part=offer.standing_offer(key)),
}
