"""Used if-you-then offers whose condition the seller's own next revision ends: what each gave is kept, or taken back.

What is kept is a concession from then on; what is taken back can be used again.
"""

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Literal

from msgspec.structs import replace

from portal.domain.change import standing_offer
from portal.domain.offer import money, pricing
from portal.domain.offer.revision import Line, Offer, PriceSource, StandingOffer
from portal.errors import Invalid, Problem

Decision = Literal["keep", "take_back"]
DECISIONS: tuple[Decision, ...] = ("keep", "take_back")


def settle(before: Offer, after: Offer, decisions: Mapping[str, Decision]) -> Offer:
    """`after` with the decisions, by the offers' keys. Invalid, at "standing:KEY", while one is missing."""
    ended = standing_offer.broken(before, after)
    problems = [
        Problem.of(
            f"standing:{each.key}",
            "This revision ends a condition of “%(name)s”, which the buyer has used.",
            "Keep the prices that it gave, or take them back.",
            name=each.label,
        )
        for each in ended
        if each.key not in decisions
    ]
    if problems:
        raise Invalid("Decide about the if-you-then offers that this revision ends.", problems)
    return taken_back(before, after, [each for each in ended if decisions[each.key] == "take_back"])


def kept_keys(before: Offer, after: Offer, decisions: Mapping[str, Decision]) -> tuple[str, ...]:
    """The offers whose condition `after` ends, and whose prices stay."""
    ended = standing_offer.broken(before, after)
    return tuple(each.key for each in ended if decisions.get(each.key) != "take_back")


def without(offer: Offer, keys: Collection[str]) -> Offer:
    """The offer without these if-you-then offers and what they gave: what a concession is measured against."""
    if not keys:
        return offer
    used = [each for each in offer.standing_offers if each.key in keys and each.taken]
    bare = taken_back(offer, offer, used)
    return replace(bare, standing_offers=tuple(each for each in bare.standing_offers if each.key not in keys))


def taken_back(before: Offer, after: Offer, offers: Iterable[StandingOffer]) -> Offer:
    """`after` without what the offers gave. A line whose price the revision itself changes keeps its new price."""
    for each in offers:
        lines = (_without(before, line, each, after.language) for line in after.lines)
        unused = (
            replace(other, taken=False) if other.key == each.key else other for other in after.standing_offers
        )
        after = replace(after, lines=tuple(lines), standing_offers=tuple(unused))
    return after


def _without(before: Offer, line: Line, offer: StandingOffer, language: str) -> Line:
    then = before.line(line.key)
    given = [step for step in line.why if step.standing_offer == offer.key and step.code == "standing_offer"]
    if then is None or not given or then.net_unit_price != line.net_unit_price:
        return line
    price = money.six(then.net_unit_price - sum((step.amount for step in given), Decimal(0)))
    undone = replace(
        then,
        unit_price=price,
        discount_percent=money.ZERO,
        price_source=_source(then, price),
        why=tuple(step for step in then.why if step not in given),
    )
    # At the quantity of now: below a break that the condition had reached, the price is that of the smaller quantity.
    priced = pricing.at_quantity(undone, line.quantity, language=language)
    return replace(
        line,
        unit_price=priced.unit_price,
        discount_percent=priced.discount_percent,
        price_source=priced.price_source,
        held=priced.held,
        why=priced.why,
    )


def _source(line: Line, price: Decimal) -> PriceSource:
    reached = pricing.price_break(line, line.quantity)
    if reached is not None and reached.unit_price == price:
        return "break" if reached.start else "list"
    return "list" if reached is None and line.list_price in (None, price) else "negotiated"
