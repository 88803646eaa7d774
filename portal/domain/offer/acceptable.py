"""What an offer may be, whoever makes it: `problems` is asked by intake, by edits and counteroffers, and by publishing."""

from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import get_args, get_type_hints

import msgspec
from msgspec.structs import replace

from portal.domain.offer import money
from portal.domain.offer.capacity import AMOUNT_LIMIT, FIRST_DAY, LAST_DAY, MOST, MOST_RUNS, Parts
from portal.domain.offer.revision import Adjustment, Line, Offer, StandingOffer
from portal.domain.offer.totals import Phase, line_net, phase_groups, phases
from portal.errors import Amount, Problem, Sentence


def problems(offer: Offer) -> list[Problem]:
    """Everything that keeps it from being offered, placed by pointers into the offer ("/lines/0/quantity")."""
    # What figures that can't be come to says nothing.
    if too_much := [*_counts(offer), *_figures(offer, ""), *_days(offer)]:
        return too_much
    return [*(list(_lines(offer)) or _contract(offer)), *_amounts(offer)]


def fits(part: Line | Adjustment | StandingOffer) -> bool:
    """Whether every figure of the part has the places that documents keep."""
    return not any(_figures(part, ""))


def _counts(offer: Offer) -> Iterator[Problem]:
    parts: tuple[Parts, ...] = ("lines", "terms", "adjustments", "standing_offers")
    for name in parts:
        count, most = len(getattr(offer, name)), MOST[name]
        if count > most:
            yield Problem.of(
                f"/{name}",
                "The list has %(length)s entries; at most %(most)s are possible.",
                "Take some out.",
                length=count,
                most=most,
            )
    if len({line.periods for line in offer.lines}) > MOST_RUNS:
        yield Problem.of(
            "/lines",
            "The lines run for more than %(limit)s different numbers of periods.",
            "Let lines run equally long, or split the quote.",
            limit=MOST_RUNS,
        )


def _figures(part: object, place: str) -> Iterator[Problem]:
    """Every figure of a part has the places that documents keep; whatever sign a field may have is for its own rule."""
    if isinstance(part, Decimal):
        if not money.fits(part):
            yield Problem(place, "At most 12 digits before and 6 after the point are possible.", "Check it.")
    elif isinstance(part, tuple):
        for index, each in enumerate(part):
            yield from _figures(each, f"{place}/{index}")
    elif isinstance(part, msgspec.Struct):
        for name in _with_figures(type(part)):
            yield from _figures(getattr(part, name), f"{place}/{name}")


@cache
def _with_figures(kind: type[msgspec.Struct]) -> tuple[str, ...]:
    """The fields of a part that hold figures, or parts with figures."""
    return tuple(name for name, annotation in get_type_hints(kind).items() if _holds_figures(annotation))


def _holds_figures(annotation: object) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return bool(_with_figures(annotation))
    return annotation is Decimal or any(_holds_figures(each) for each in get_args(annotation))


def _days(offer: Offer) -> Iterator[Problem]:
    days = [("/valid_until", offer.valid_until)]
    days += [
        (f"/lines/{index}/delivery_date", line.delivery_date)
        for index, line in enumerate(offer.lines)
        if line.delivery_date
    ]
    for place, day in days:
        if not FIRST_DAY <= day <= LAST_DAY:
            yield Problem.of(
                place,
                "%(day)s is not a day to count with.",
                Sentence("Choose a day from %(first)s to %(last)s.", first=FIRST_DAY, last=LAST_DAY),
                day=day,
            )


def _lines(offer: Offer) -> Iterator[Problem]:
    """Each line over all its periods, selected or not: whoever selects it must not meet an amount that nothing can hold."""
    for index, line in enumerate(offer.lines):
        if _over_contract(line, offer.currency) >= AMOUNT_LIMIT:
            yield Problem(
                f"/lines/{index}", "The line comes to more than 12 digits.", "Check quantity and unit price."
            )


def _over_contract(line: Line, currency: str) -> Decimal:
    taken = line if line.selected else replace(line, selected=True)
    return money.times(line_net(taken, currency), Decimal(line.periods))


def _contract(offer: Offer) -> Iterator[Problem]:
    whole = [(phase, phase_groups(offer, phase)) for phase in phases(offer)]
    net = money.add(_times(phase, [each.taxable for each in groups]) for phase, groups in whole)
    tax = money.add(_times(phase, [each.tax for each in groups]) for phase, groups in whole)
    if abs(money.add([net, tax])) >= AMOUNT_LIMIT:
        yield Problem(
            "/lines", "The contract comes to more than 12 digits.", "Check quantities, prices and periods."
        )
    if net < 0:
        yield Problem.of(
            "/adjustments",
            "The discounts exceed the lines: %(remaining)s remain.",
            "Check them.",
            remaining=Amount(money.amount(net, offer.currency), offer.currency),
        )
        return
    for _, groups in whole:
        for group in groups:
            if group.taxable < 0:
                yield Problem.of(
                    "/adjustments",
                    "The discounts exceed what is taxed at %(rate)s percent and due together: %(remaining)s remain.",
                    "Give the discount as a percentage, or the tax of the lines that it is for.",
                    rate=group.rate,
                    remaining=Amount(group.taxable, offer.currency),
                )
                return


def _times(phase: Phase, amounts: list[Decimal]) -> Decimal:
    return money.times(Decimal(phase.periods), money.add(amounts))


def _amounts(offer: Offer) -> Iterator[Problem]:
    for index, adjustment in enumerate(offer.adjustments):
        stated = adjustment.amount
        if stated is not None and stated != money.amount(stated, offer.currency):
            yield Problem.of(
                f"/adjustments/{index}/amount",
                "%(stated)s cannot be paid: %(currency)s has %(places)s decimal places.",
                "Round it.",
                stated=stated,
                currency=offer.currency,
                places=money.places(offer.currency),
            )
