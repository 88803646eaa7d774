"""A part of the offer that is added, replaced or taken out as a whole: its one spelling is its canonical document.

"" stands for "not there". ValueError, with a sentence, when the text spells no part that can be offered.
"""

from decimal import Decimal
from typing import TypeVar

import msgspec

from portal.domain.offer import acceptable, money, spelling
from portal.domain.offer.capacity import RANGES
from portal.domain.offer.revision import Adjustment, Line, StandingOffer, Tax, canonical_bytes
from portal.errors import Sentence

Part = TypeVar("Part", bound=Line | Adjustment | StandingOffer)
_CATEGORIES = frozenset({"S", "Z", "E", "AE", "K", "G", "O", "L", "M"})


def text_of(part: Line | Adjustment | StandingOffer | None) -> str:
    return "" if part is None else canonical_bytes(part).decode()


def read(kind: type[Part], text: str, key: str | None = None) -> Part | None:
    """The part that the text spells, None for none; its key must be `key` where one is given."""
    if not text:
        return None
    try:
        part = msgspec.json.decode(text, type=kind)
    except (msgspec.DecodeError, ArithmeticError):
        raise ValueError("This can't be read.") from None
    if (key is not None and part.key != key) or not acceptable.fits(part):
        raise ValueError("This can't be read.")
    return part


def line(text: str, key: str) -> str:
    """A line that is added."""
    added = read(Line, text, key)
    if added is None:
        return ""
    spelling.wording(added.name)
    spelling.quantity(str(added.quantity))
    spelling.unit_price(str(added.unit_price))
    spelling.discount(str(added.discount_percent))
    if added.why and money.add(step.amount for step in added.why) != added.net_unit_price:
        raise ValueError("The build-up does not sum to the price.")
    if Decimal(added.periods) not in RANGES["periods"] or (added.billing == "once" and added.periods != 1):
        raise ValueError(
            Sentence(
                "A line runs for 1 to %(limit)s months or years; one that is billed once for 1.",
                limit=int(RANGES["periods"].most),
            )
        )
    _taxed(added.tax)
    return text_of(added)


def adjustment(text: str, key: str) -> str:
    """A discount or a charge on the whole deal."""
    stated = read(Adjustment, text, key)
    if stated is None:
        return ""
    spelling.wording(stated.label)
    if (stated.amount is None) == (stated.percent is None):
        raise ValueError("Give an amount or a percentage, and not both.")
    if stated.amount is not None and stated.amount not in RANGES["quantity"]:
        raise ValueError("The amount must be more than zero.")
    if stated.percent is not None and stated.percent not in RANGES["percent_off"]:
        raise ValueError("The percentage must be more than 0 and at most 100.")
    for figure in (stated.amount, stated.percent):
        spelling.unit_price(str(figure or 0))
    if stated.tax is not None:
        _taxed(stated.tax)
    return text_of(stated)


def standing_offer(text: str, key: str) -> str:
    stated = read(StandingOffer, text, key)
    if stated is None:
        return ""
    spelling.wording(stated.label)
    return text_of(stated)


def _taxed(tax: Tax) -> None:
    if tax.category not in _CATEGORIES or tax.rate not in RANGES["percent"]:
        raise ValueError("The tax needs a category and a rate between 0 and 100 percent.")
    if tax.rate and tax.category not in {"S", "L", "M"}:
        raise ValueError("A line that is not taxed has the rate 0.")
