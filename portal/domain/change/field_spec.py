"""What is known of one field: its kind of value, its words, and for a field that can be changed, its rules.

The table is in `fields`. How a kind of value is drawn, typed, mailed and read from a cell is for the edges to say, by
kind and not by field.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal, NamedTuple, get_args

from portal.domain.change import part_codec
from portal.domain.offer import spelling
from portal.domain.offer.revision import Adjustment, Bounds, Line, Offer, StandingOffer
from portal.domain.offer.spelling import Wish
from portal.errors import Sentence

# A quantity is a number of the line's unit; a count is a whole number.
Number = Literal["money", "quantity", "number", "count", "percent"]
WholePart = Literal["wish", "line", "adjustment", "standing_offer"]
Kind = Number | Literal["day", "flag", "choice", "use", "text", "list", "details"] | WholePart
# Kinds that are a part of the offer, or what stands for one, and no single value.
WHOLE_PARTS: tuple[WholePart, ...] = get_args(WholePart)
NUMBERS: tuple[Number, ...] = get_args(Number)

Value = Decimal | int | date | bool | str | Wish | Line | Adjustment | StandingOffer | None
PARSED: Mapping[Kind, Callable[[str], Value]] = {
    **dict.fromkeys(("money", "quantity", "number", "percent"), Decimal),
    "count": int,
    "day": date.fromisoformat,
    **dict.fromkeys(("flag", "choice", "use"), lambda text: text == "true"),
    "text": str,
    "wish": spelling.wished,
    "line": lambda text: part_codec.read(Line, text),
    "adjustment": lambda text: part_codec.read(Adjustment, text),
    "standing_offer": lambda text: part_codec.read(StandingOffer, text),
}


class Reason(NamedTuple):
    """Why a value can't be asked for, and what can."""

    message: str
    hint: str = ""


class Pricing(NamedTuple):
    """How a new price is explained: in which language, given in return or not, in which round of negotiation."""

    language: str
    concession: bool
    round_number: int | None


class Place(NamedTuple):
    """Where a whole part stands in the offer. `removable`: "" takes it out."""

    kind: type[Line] | type[Adjustment] | type[StandingOffer]
    among: Literal["lines", "adjustments", "standing_offers"]
    removable: bool = True


def never(_item: Any) -> bool:
    return False


def always(_item: Any) -> bool:
    return True


def _unread(text: str, _offer: Offer, _key: str) -> str:
    raise ValueError(Sentence("“%(text)s” stands in a field that can't be changed.", text=text))


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldSpec:
    """One field of a line, a term, an adjustment or the whole deal.

    `label` heads it, `name` is what a sentence calls it; both are messages to translate. `fact` is how a line tells it by
    itself, with `unit` (UN/ECE Rec 20) behind a number.
    """

    key: str
    kind: Kind
    label: str
    name: str = ""
    fact: str = ""
    unit: str = ""
    # Shown in the head of its line.
    headline: bool = False
    # Follows from other differences: a summary may leave it out.
    follows: bool = False
    # The deal's own frame: no summary tells it.
    quiet: bool = False
    # Too long to be repeated in a summary.
    long: bool = False
    # A price of a line, for its price base quantity.
    per_base: bool = False
    # A move is told in percent as well.
    in_percent: bool = False

    # The type of item (see `items`) that has it; None: it can't be changed.
    of: type | None = None
    seller_may: Callable[[Any], bool] = never
    buyer_may: Callable[[Any], bool] = never
    # Why an item of the type does not have it, where there is more to say than that.
    missing: Callable[[Any], str] | None = None
    # Text, offer and the item's key to the one spelling; ValueError with a sentence.
    read: Callable[[str, Offer, str], str] = _unread
    # What the item says today, in the same spelling; "" is not stated.
    current: Callable[[Any], str] = str
    # The item with the values of its fields, this one among them; None: see `apply`.
    apply: Callable[[Any, Mapping[str, str], Pricing], Any] | None = None
    place: Place | None = None
    # Whether the item gives what is asked; None: when it says the same, or what is better for the buyer.
    met: Callable[[Any, str], bool] | None = None
    # What lies outside the published limits, today.
    outside: Callable[[Any, str, date | None], list[Reason]] | None = None
    bounds: Callable[[Line], Bounds] | None = None
    # Nothing typed asks for nothing.
    optional: bool = False
    # Whether there is something between granting and refusing it.
    counterable: bool = True
    # An ask carries over to a newer revision while these fields of the item are unmoved; None: the field itself.
    watches: tuple[str, ...] | None = None
    # Which way is better for the buyer; None: neither is. `absent` is what a value that is not stated counts as.
    better: Literal["more", "less"] | None = None
    absent: Any = None

    def value(self, text: str | None) -> Value:
        """What a spelling stands for; None where nothing is stated."""
        if text is None or (not text and (self.optional or self.kind in WHOLE_PARTS)):
            return None
        return PARSED[self.kind](text)

    def is_better(self, text: str, than: str) -> bool:
        """Whether a spelling is better for the buyer than another one."""
        values: list[Any] = [self.value(text), self.value(than)]
        first, second = (self.absent if each is None else each for each in values)
        if self.better is None or first is None or second is None:
            return False
        return bool(first < second if self.better == "less" else first > second)
