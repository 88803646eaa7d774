"""What a buyer is asked about before it is sent.

A price that looks like a slip, an ask that is worse than the offer, and a used if-you-then offer whose condition it ends.

Only published figures are looked at here, so buyers may be told of it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeAlias

import msgspec

from portal.domain.change import change as changing
from portal.domain.change import standing_offer
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.fields import PRICE, field_name, parse_value, spec
from portal.domain.change.items import find_item
from portal.domain.offer import money
from portal.domain.offer.revision import Line, Offer
from portal.errors import Amount, Invalid, Problem, Sentence, Value

# A price this many times another, or this part of it, looks like a digit too many or too few.
_SLIP = 5
_PRICES = ("unit_price", "discount_percent")
Pair: TypeAlias = tuple[Decimal, Decimal]


class Caution(msgspec.Struct, frozen=True, kw_only=True):
    """`token` says what was asked about, with its value: a confirmation of it holds for nothing else."""

    token: str
    problem: Problem


def cautions(offer: Offer, changes: Sequence[Change]) -> list[Caution]:
    """What to ask about these changes, which may be asked for (see `counteroffer.check`)."""
    try:
        after = apply(offer, changes, concession=False)
    except Invalid:
        return []
    return [*_prices(offer, after, changes), *_worse(offer, changes), *_ended(offer, after)]


def require_confirmed(offer: Offer, changes: Sequence[Change], confirmed: Collection[str]) -> None:
    """Invalid, with every caution whose token is not among `confirmed`."""
    open_ones = [each.problem for each in cautions(offer, changes) if each.token not in confirmed]
    if open_ones:
        raise Invalid("Check this before you send it.", open_ones)


def _prices(offer: Offer, after: Offer, changes: Sequence[Change]) -> Iterator[Caution]:
    asked = {change.subject: change for change in changes if change.field in _PRICES}
    # What each line costs with everything but its price as it is asked: a quantity finds its break.
    others = [change for change in changes if change.field not in _PRICES]
    offered = apply(offer, others, concession=False) if asked else offer
    for subject, change in asked.items():
        now, then = find_item(offered, subject), find_item(after, subject)
        if isinstance(now, Line) and isinstance(then, Line):
            nets, stated = (now.net_unit_price, then.net_unit_price), (now.unit_price, then.unit_price)
            yield from _price(
                change, now.name, nets, stated if change.field == "unit_price" else nets, offer.currency
            )
    for change in changes:
        if change.field == "target":
            net = money.parse(changing.current(offer, change))
            totals = (net, money.parse(change.value))
            yield from _price(change, "Overall price", totals, totals, offer.currency)


def _price(change: Change, name: str, prices: Pair, stated: Pair, currency: str) -> Iterator[Caution]:
    """`prices`: what is offered and what is asked, net; `stated`: the two as the buyer reads and types them."""
    offered, asked = prices
    if offered > 0 and (asked >= offered * _SLIP or asked * _SLIP <= offered):
        message = "%(name)s: you ask for %(asked)s where %(offered)s is offered."
        hint = "Check the digits and the decimal point."
    elif asked > offered:
        message = "%(name)s: you ask for %(asked)s, which is more than the %(offered)s that is offered now."
        hint = "A lower price is better for you."
    else:
        return
    values: Mapping[str, Value] = {
        "name": Sentence(name),
        "offered": Amount(stated[0], currency),
        "asked": Amount(stated[1], currency),
    }
    yield Caution(token=f"{change.subject}={asked}", problem=Problem.of(change.id, message, hint, **values))


def _worse(offer: Offer, changes: Sequence[Change]) -> Iterator[Caution]:
    """Values without a price that are worse for the buyer than what is offered: a later day, a shorter warranty."""
    for change in changes:
        row, item = spec(change.field), find_item(offer, change.subject)
        if row.better is None or item is None or change.field in PRICE:
            continue
        asked, offered = (
            parse_value(change.field, change.value),
            parse_value(change.field, changing.current(offer, change)),
        )
        asked, offered = (row.absent if each is None else each for each in (asked, offered))
        if not _comparable(asked, offered) or asked == offered or (asked > offered) == (row.better == "more"):  # type: ignore[operator]  # both of one kind
            continue
        problem = Problem.of(
            change.id,
            "%(name)s, %(field)s: what you ask for, %(asked)s, is worse for you than the %(offered)s offered now.",
            name=item.name,
            field=field_name(change.field),
            asked=asked,  # type: ignore[arg-type]  # a number or a day
            offered=offered,  # type: ignore[arg-type]
        )
        yield Caution(token=f"{change.id}={change.value}", problem=problem)


def _comparable(asked: object, offered: object) -> bool:
    return any(isinstance(asked, kind) and isinstance(offered, kind) for kind in (date, int, Decimal))


def _ended(offer: Offer, after: Offer) -> Iterator[Caution]:
    for each in standing_offer.broken(offer, after):
        message = "This ends a condition of “%(name)s”, which you used."
        hint = "The seller decides whether the prices that it gave stay."
        yield Caution(
            token=f"standing:{each.key}",
            problem=Problem.of(f"standing:{each.key}", message, hint, name=each.label),
        )
