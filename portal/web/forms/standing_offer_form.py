"""The inputs of a standing offer: a few rows of conditions and of what they give, each a choice and what is said about it.

A row that is left empty counts for nothing. What can't be used is told at its row.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TypeVar

from portal.domain.change import part_codec
from portal.domain.change.items import Item
from portal.domain.offer import money, spelling
from portal.domain.offer.revision import Condition, Consequence, Offer, StandingOffer
from portal.errors import Invalid
from portal.reading.deal_page.deal_level_items import EDITED
from portal.rendering import formats
from portal.rendering.decimal_input import plain_decimal
from portal.rendering.language import current as language

LABEL = "standing_offer_label"
_WHEN = ("if", "least")
_THEN = ("then", "measure", "figure")
# Offers with more come from elsewhere and are not edited here.
ROWS = EDITED
INPUTS = (
    LABEL,
    *(f"standing_offer_{part}_{row}" for row in range(1, ROWS + 1) for part in (*_WHEN, *_THEN)),
)
# Where its problems stand, beside the field itself.
PLACES = tuple(f"standing_offer/{part}/{row}" for part in ("when", "then") for row in range(ROWS))

Row = Mapping[str, str]
Made = TypeVar("Made", Condition, Consequence)


def closed_up(typed: Mapping[str, str]) -> dict[str, str]:
    """What was typed, without empty rows in between, so that the n-th row is the n-th condition."""
    return {
        LABEL: typed[LABEL],
        **_laid_out(_filled(typed, _WHEN), _WHEN),
        **_laid_out(_filled(typed, _THEN), _THEN),
    }


def composed(typed: Mapping[str, str], _offer: Offer, about: Item) -> str:
    """The standing offer in its one spelling; Invalid at the rows, ValueError for its name."""
    place = f"standing:{about.key}:standing_offer"
    when = _each(_filled(typed, _WHEN), _condition, f"{place}/when")
    then = _each(_filled(typed, _THEN), _consequence, f"{place}/then")
    if not when:
        raise Invalid.field(f"{place}/when/0", "Say what it takes: one condition at least.")
    if not then:
        raise Invalid.field(f"{place}/then/0", "Say what it gives: a lower price of one line at least.")
    for index, each in enumerate(then):
        if each.line in {other.line for other in then[:index]}:
            raise Invalid.field(f"{place}/then/{index}", "This line stands here already. Keep one of them.")
    label = spelling.wording(typed[LABEL])
    return part_codec.text_of(StandingOffer(key=about.key, label=label, when=when, then=then))


def inputs(spelled: str, offer: Offer) -> dict[str, str]:
    part = part_codec.read(StandingOffer, spelled)
    when = [_of_condition(each) for each in part.when] if part else []
    then = [_of_consequence(each, offer.currency) for each in part.then] if part else []
    label = part.label if part else ""
    return {LABEL: label, **_laid_out(when, _WHEN), **_laid_out(then, _THEN)}


def _filled(typed: Mapping[str, str], parts: tuple[str, ...]) -> list[Row]:
    rows = [
        {part: typed[f"standing_offer_{part}_{row}"].strip() for part in parts} for row in range(1, ROWS + 1)
    ]
    # A measure is chosen always.
    return [row for row in rows if any(value for part, value in row.items() if part != "measure")]


def _laid_out(rows: list[Row], parts: tuple[str, ...]) -> dict[str, str]:
    return {
        f"standing_offer_{part}_{number + 1}": rows[number].get(part, "") if number < len(rows) else ""
        for number in range(ROWS)
        for part in parts
    }


def _each(rows: list[Row], make: Callable[[Row], Made], place: str) -> tuple[Made, ...]:
    made = []
    for index, row in enumerate(rows):
        try:
            made.append(make(row))
        except ValueError as error:
            raise Invalid.field(f"{place}/{index}", error.args[0]) from None
    return tuple(made)


def _condition(row: Row) -> Condition:
    kind, _, key = row["if"].partition(":")
    if not key:
        raise ValueError("Choose the line or the term that this is about.")
    if kind == "term":
        return Condition(term=key, value=spelling.wording(row["least"]))
    if not row["least"]:
        return Condition(line=key, selected=True)
    return Condition(line=key, min_quantity=_number(row["least"], spelling.quantity))


def _consequence(row: Row) -> Consequence:
    if not row["then"]:
        raise ValueError("Choose the line that this is about.")
    if row["measure"] == "price":
        return Consequence(line=row["then"], unit_price=_number(row["figure"], spelling.unit_price))
    return Consequence(line=row["then"], discount_percent=_number(row["figure"], spelling.discount))


def _number(text: str, read: Callable[[str], str]) -> Decimal:
    return money.parse(read(plain_decimal(text, language.get())))


def _of_condition(each: Condition) -> Row:
    if each.term:
        return {"if": f"term:{each.term}", "least": each.value}
    least = "" if each.min_quantity is None else formats.number(each.min_quantity)
    return {"if": f"line:{each.line}", "least": least}


def _of_consequence(each: Consequence, currency: str) -> Row:
    if each.unit_price is not None:
        figure = formats.amount(each.unit_price, currency)
        return {"then": each.line, "measure": "price", "figure": figure}
    assert each.discount_percent is not None, "a consequence is one of the two"
    return {"then": each.line, "measure": "percent", "figure": formats.number(each.discount_percent)}
