"""The fields that can be changed: how each is called, how text becomes its one spelling, and what an offer says today."""

from collections.abc import Callable
from typing import Literal, NamedTuple, get_args

from portal.domain.change import part_codec
from portal.domain.change.items import AdjustmentPlace, Item, StandingPlace, Total, Wanted
from portal.domain.offer import spelling
from portal.domain.offer.revision import Line, Offer, Term

Field = Literal[
    "quantity",
    "unit_price",
    "discount_percent",
    "selected",
    "choice",
    "delivery_date",
    "value",
    "target",
    "wish",
    "line",
    "adjustment",
    "standing_offer",
]
FIELDS: tuple[Field, ...] = get_args(Field)


class Rule(NamedTuple):
    """`read` takes the text, the offer and the item's key (ValueError with a sentence); `today` says "" for what is not."""

    name: str
    read: Callable[[str, Offer, str], str]
    today: Callable[[Item], str]


def field_name(field: Field) -> str:
    """What a person calls the field, in English."""
    return RULES[field].name


def _plainly(read: Callable[[str], str]) -> Callable[[str, Offer, str], str]:
    return lambda text, _offer, _key: read(text)


def _entirely(read: Callable[[str, str], str]) -> Callable[[str, Offer, str], str]:
    return lambda text, _offer, key: read(text, key)


def _of_line(say: Callable[[Line], str]) -> Callable[[Item], str]:
    return lambda item: say(item) if isinstance(item, Line) else ""


def _flag(line: Line) -> str:
    return "true" if line.selected else "false"


def _day(line: Line) -> str:
    return line.delivery_date.isoformat() if line.delivery_date else ""


def _value(item: Item) -> str:
    return spelling.plain(item.value) if isinstance(item, Term) else ""


def _net(item: Item) -> str:
    return str(item.net) if isinstance(item, Total) else ""


def _answer(item: Item) -> str:
    line = item.line if isinstance(item, Wanted) else None
    return str(spelling.Wish(line.quantity, line.name)) if line else ""


def _entire(item: Item) -> str:
    if isinstance(item, Wanted):
        return part_codec.text_of(item.line)
    return part_codec.text_of(item.part) if isinstance(item, AdjustmentPlace | StandingPlace) else ""


RULES: dict[Field, Rule] = {
    "quantity": Rule("quantity", _plainly(spelling.quantity), _of_line(lambda line: str(line.quantity))),
    "unit_price": Rule(
        "unit price", _plainly(spelling.unit_price), _of_line(lambda line: str(line.unit_price))
    ),
    "discount_percent": Rule(
        "discount", _plainly(spelling.discount), _of_line(lambda line: str(line.discount_percent))
    ),
    "selected": Rule("selection", _plainly(spelling.ticked), _of_line(_flag)),
    "choice": Rule("choice", _plainly(spelling.chosen), _of_line(_flag)),
    "delivery_date": Rule("delivery date", _plainly(spelling.day), _of_line(_day)),
    "value": Rule("value", _plainly(spelling.wording), _value),
    "target": Rule("target", lambda text, offer, _key: spelling.target(text, offer.currency), _net),
    "wish": Rule("wish", _plainly(spelling.wish), _answer),
    "line": Rule("line", _entirely(part_codec.line), _entire),
    "adjustment": Rule("discount or charge", _entirely(part_codec.adjustment), _entire),
    "standing_offer": Rule("standing offer", _entirely(part_codec.standing_offer), _entire),
}
