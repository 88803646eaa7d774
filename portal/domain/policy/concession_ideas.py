"""What a rep could ask for in return for a concession, by what the offer leaves open. For the seller alone."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Literal

import msgspec

from portal.domain.offer.revision import Line, Offer, Term
from portal.domain.offer.term_kind import payment_days


class Idea(msgspec.Struct, frozen=True, kw_only=True):
    """Something the rep could ask for in return: more of a line (`quantity`), an option, a term's other `value`."""

    kind: Literal["quantity", "option", "payment"]
    name: str
    quantity: Decimal | None = None
    value: str = ""


def ideas(offer: Offer, most: int = 3) -> tuple[Idea, ...]:
    """The next price break, an option not taken, earlier payment: one of each kind before a second of any."""
    found = [*_quantities(offer), *_options(offer), *_payments(offer)]
    kinds = [[idea for idea in found if idea.kind == kind] for kind in ("quantity", "payment", "option")]
    mixed = [some[place] for place in range(len(found)) for some in kinds if place < len(some)]
    return tuple(mixed[:most])


def _quantities(offer: Offer) -> Iterator[Idea]:
    for line in offer.lines:
        start = _next_start(line) if line.selected else None
        if start is not None:
            yield Idea(kind="quantity", name=line.name, quantity=start)


def _next_start(line: Line) -> Decimal | None:
    """Where the next price break begins, if the line may reach it."""
    highest = line.bounds.max_quantity
    start = min((each.start for each in line.price_breaks if each.start > line.quantity), default=None)
    return None if start is None or (highest is not None and start > highest) else start


def _options(offer: Offer) -> Iterator[Idea]:
    for line in offer.lines:
        if line.optional and not line.selected:
            yield Idea(kind="option", name=line.name)


def _payments(offer: Offer) -> Iterator[Idea]:
    for term in offer.terms:
        sooner = [(days, option) for option in term.options if (days := _sooner(term, option)) is not None]
        if sooner:
            yield Idea(kind="payment", name=term.name, value=max(sooner)[1])


def _sooner(term: Term, option: str) -> int | None:
    """The days of another option, when it is paid sooner than now."""
    now, then = payment_days(term, term.value), payment_days(term, option)
    return then if now is not None and then is not None and then < now else None
