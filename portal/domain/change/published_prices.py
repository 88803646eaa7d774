"""What the offer prices by itself, so that it needs no answer: options, choices, if-you-then offers, and price breaks.

Only published figures are looked at here, so buyers may be told of it.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal

from msgspec.structs import replace

from portal.domain.change.change import Change, buyer_fields
from portal.domain.change.fields import Field
from portal.domain.change.items import find_item, find_line_or_term
from portal.domain.offer import money, pricing
from portal.domain.offer.revision import Line, Offer, StandingOffer

# What a buyer decides alone.
CHOICES: tuple[Field, ...] = ("selected", "choice", "use")


def inside_offer(offer: Offer, changes: Sequence[Change]) -> bool:
    """Whether the buyer only chooses among what the offer prices already."""
    return bool(changes) and all(only_chooses(offer, change) for change in changes)


def only_chooses(offer: Offer, change: Change) -> bool:
    item = find_item(offer, change.subject)
    return change.field in CHOICES and item is not None and change.field in buyer_fields(item)


def priced_by_offer(offer: Offer, change: Change) -> bool:
    """Whether the offer itself names the price at the quantity that is asked for: a break, or a price that holds there.

    What lies below the first break, or below the quantity of a negotiated price, is for a person.
    """
    line = find_line_or_term(offer, change.subject)
    if change.field != "quantity" or not isinstance(line, Line) or change.field not in buyer_fields(line):
        return False
    return pricing.sells_alone(line, Decimal(change.value))


def keep_published(before: Offer, after: Offer) -> Offer:
    """`after` with every published price no dearer than in `before`, where a concession took a line's discount away.

    Breaks and the unit prices of if-you-then offers are stated before the discount: they take it over.
    """
    factors = {line.key: factor for line in after.lines if (factor := _lost(before.line(line.key), line))}
    if not factors:
        return after
    lines = tuple(
        replace(
            line,
            price_breaks=tuple(
                replace(each, unit_price=_lower(each.unit_price, factors[line.key]))
                for each in line.price_breaks
            ),
        )
        if line.key in factors
        else line
        for line in after.lines
    )
    return replace(
        after, lines=lines, standing_offers=tuple(_kept(each, factors) for each in after.standing_offers)
    )


def _lost(old: Line | None, new: Line) -> Decimal | None:
    """What published unit prices are multiplied with; None where the line's discount did not go down by a concession."""
    if old is None or new.discount_percent >= old.discount_percent or new.net_unit_price > old.net_unit_price:
        return None
    hundred = Decimal(100)
    return money.divide(hundred - old.discount_percent, hundred - new.discount_percent)


def _kept(standing: StandingOffer, factors: Mapping[str, Decimal]) -> StandingOffer:
    then = tuple(
        each
        if each.unit_price is None or each.line not in factors
        else replace(each, unit_price=_lower(each.unit_price, factors[each.line]))
        for each in standing.then
    )
    return replace(standing, then=then)


def _lower(price: Decimal, factor: Decimal) -> Decimal:
    """Rounded down, so that no rounding makes it dearer."""
    return money.times(price, factor).quantize(money.SIX_PLACES, rounding=ROUND_DOWN, context=money.CONTEXT)
