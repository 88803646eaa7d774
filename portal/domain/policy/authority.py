"""What a rep may publish alone. Below a floor, or beyond the rep's own limits, a manager approves first."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Literal

import msgspec

from portal.domain.change import standing_offer
from portal.domain.deal import lifecycle
from portal.domain.offer.revision import Line, Offer, PrivateFigures
from portal.domain.offer.totals import totals
from portal.domain.policy.margin import below_floor, conceded, share


class Authority(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A rep's limits in percent; None: only the floors hold.

    `discount_percent`: of a line against its list price. `concession_percent`: what one revision may give away of the
    contract's net.
    """

    discount_percent: Decimal | None = None
    concession_percent: Decimal | None = None


class Reason(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why somebody else must approve: a net unit price under its floor; a line's discount or a revision's concession,
    in percent, over the limit. `line` is a key, "" for the whole."""

    kind: Literal["floor", "discount", "concession"]
    figure: Decimal
    limit: Decimal
    line: str = ""


def reasons(before: Offer, after: Offer, private: PrivateFigures, authority: Authority) -> tuple[Reason, ...]:
    """Everything that keeps a rep from publishing `after`, which follows on `before`, alone."""
    return (
        *_floors(after, private),
        *_discounts(before, after, authority.discount_percent),
        *_concession(before, after, authority.concession_percent),
        *(reason for taken in _offered(before, after) for reason in _standing(*taken, private, authority)),
    )


def may_publish(role: str, found: Sequence[Reason]) -> bool:
    """Whether `role` may publish in spite of these reasons."""
    return lifecycle.can("open", role, "approve" if found else "publish")


def discount(line: Line) -> Decimal:
    """In percent of the list price, six places; zero where none is stated, negative above it."""
    if not line.list_price:
        return share(Decimal(0), Decimal(1))
    return share(line.list_price - line.net_unit_price, line.list_price)


def _offered(before: Offer, after: Offer) -> Iterator[tuple[Offer, Offer]]:
    """What a buyer may take in one step: the prices without it, or as it was published before, and those with it."""
    for each in after.standing_offers:
        if each.taken or not standing_offer.fits(after, each):
            continue
        conditions = standing_offer.with_conditions(after, each)
        old = before.standing_offer(each.key)
        known = old is not None and standing_offer.fits(before, old)
        yield (
            standing_offer.given(conditions, old) if known and old else conditions,
            standing_offer.given(conditions, each),
        )


def _standing(
    without: Offer, taken: Offer, private: PrivateFigures, authority: Authority
) -> Iterator[Reason]:
    """Who offers a lower price on a condition gives it away already."""
    lower = {
        line.key
        for line in taken.lines
        if (old := without.line(line.key)) and line.net_unit_price < old.net_unit_price
    }
    yield from (reason for reason in _floors(taken, private) if reason.line in lower)
    yield from _discounts(without, taken, authority.discount_percent)
    yield from _concession(without, taken, authority.concession_percent)


def _floors(after: Offer, private: PrivateFigures) -> Iterator[Reason]:
    for line in below_floor(after, private):
        floor = private.lines[line.key].floor_unit_price
        assert floor is not None, "without a floor nothing lies below it"
        yield Reason(kind="floor", line=line.key, figure=line.net_unit_price, limit=floor)


def _discounts(before: Offer, after: Offer, limit: Decimal | None) -> Iterator[Reason]:
    """Of lines whose price comes down in this revision; what was published before is somebody's decision already."""
    for line in after.lines:
        old = before.line(line.key)
        lower = old is None or line.net_unit_price < old.net_unit_price
        if limit is not None and line.selected and lower and discount(line) > limit:
            yield Reason(kind="discount", line=line.key, figure=discount(line), limit=limit)


def _concession(before: Offer, after: Offer, limit: Decimal | None) -> Iterator[Reason]:
    if limit is None:
        return
    given = share(conceded(before, after), totals(before).contract.net)
    if given > limit:
        yield Reason(kind="concession", figure=given, limit=limit)
