"""What one revision gives the buyer against another, and what the seller gets in return. Prices as published: no private
figure is read here, but what it tells is the seller's own view and no buyer is shown it.

A lower price, a better term, an earlier day are given. A higher quantity, an option taken, a longer run, faster payment
are received. Volume prices of the price list are part of the quantity that reaches them.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Literal

import msgspec
from msgspec.structs import replace

from portal.domain.change.fields import PRICE, fields_of
from portal.domain.offer import money, pricing
from portal.domain.offer.revision import Adjustment, Line, Offer
from portal.domain.offer.term_kind import payment_days
from portal.domain.offer.totals import line_net, totals

Way = Literal["given", "received"]
Value = Decimal | int | date | str | None


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that was given or received. `field` is the changed field, "line" for a whole line, "adjustment" for a
    discount or charge; `money`: what it moves over the whole contract, net, signed for the seller; None without a price.
    """

    way: Way
    subject: str
    name: str
    field: str
    before: Value = None
    after: Value = None
    money: Decimal | None = None


class Trade(msgspec.Struct, frozen=True, kw_only=True):
    """Both sides of a step from one offer to another; `net`: how the contract's net moved."""

    given: tuple[Part, ...] = ()
    received: tuple[Part, ...] = ()
    net: Decimal

    @property
    def one_sided(self) -> bool:
        """Something is given, and nothing comes back."""
        return bool(self.given) and not self.received


def trade(before: Offer, after: Offer, asked: Iterable[str] = ()) -> Trade:
    """`asked`: subjects that a buyer asked about; a term that only the seller moved counts as received."""
    wanted = frozenset(asked)
    found = [*_lines(before, after), *_terms(before, after, wanted), *_adjustments(before, after)]
    net = money.CONTEXT.subtract(totals(after).contract.net, totals(before).contract.net)
    return Trade(
        given=tuple(part for part in found if part.way == "given"),
        received=tuple(part for part in found if part.way == "received"),
        net=net,
    )


def _lines(before: Offer, after: Offer) -> Iterator[Part]:
    for line in after.lines:
        old = before.line(line.key)
        worth = _worth(line, after.currency)
        if old is None:
            yield _part("received", line, "line", money_=worth)
        elif old.selected == line.selected:
            yield from _moved(old, line, after) if line.selected else ()
        elif not line.choice_group:
            moved = _less(worth, _worth(old, before.currency))
            yield _part("received" if line.selected else "given", line, "selected", money_=moved)
        elif line.selected:
            # What it took the place of is told with it.
            left = (each for each in before.lines if each.choice_group == line.choice_group and each.selected)
            moved = _less(worth, money.add(_worth(each, before.currency) for each in left))
            yield _part("received" if moved >= 0 else "given", line, "selected", money_=moved)
    for old in before.lines:
        if after.line(old.key) is None and old.selected:
            yield _part("given", old, "line", money_=_less(money.ZERO, _worth(old, before.currency)))


def _moved(old: Line, line: Line, offer: Offer) -> Iterator[Part]:
    """More or less of a line is worth what the price list says for it; the rest of what the line moved is its price's."""
    was = _worth(old, offer.currency)
    resized = pricing.at_quantity(old, line.quantity, language=offer.language)
    resized = replace(resized, periods=line.periods, billing=line.billing)
    share = _less(_worth(resized, offer.currency), was)
    rest = _less(_less(_worth(line, offer.currency), was), share)
    for field in ("quantity", "periods"):
        then, now = getattr(old, field), getattr(line, field)
        if then != now:
            yield _part("received" if now > then else "given", line, field, then, now, share)
            share = money.ZERO
    if rest:
        way: Way = "given" if rest < 0 else "received"
        yield _part(way, line, "net_unit_price", resized.net_unit_price, line.net_unit_price, rest)
    yield from _unpriced(old, line)


def _unpriced(old: Line, line: Line) -> Iterator[Part]:
    """Fields without a price, by which way is better for the buyer. What is not stated may count as something."""
    for row in fields_of(Line):
        then, now = getattr(old, row.key, None), getattr(line, row.key, None)
        before, after = (row.absent if each is None else each for each in (then, now))
        if (
            row.better
            and row.key not in PRICE
            and before is not None
            and after is not None
            and before != after
        ):
            better = (after > before) == (row.better == "more")
            yield _part("given" if better else "received", line, row.key, then, now)


def _terms(before: Offer, after: Offer, asked: frozenset[str]) -> Iterator[Part]:
    for term in after.terms:
        old = before.term(term.key)
        if old is not None and old.value == term.value:
            continue
        subject = f"term:{term.key}"
        then, now = payment_days(term, old.value) if old else None, payment_days(term, term.value)
        if then is not None and now is not None and then != now:
            way: Way = "given" if now > then else "received"
        else:
            way = "given" if subject in asked else "received"
        value = old.value if old else None
        yield Part(way=way, subject=subject, name=term.name, field="value", before=value, after=term.value)


def _adjustments(before: Offer, after: Offer) -> Iterator[Part]:
    """Discounts and charges, each by what taking it alone would move."""
    earlier = {each.key: each for each in before.adjustments}
    for each in after.adjustments:
        old = earlier.pop(each.key, None)
        if old != each:
            moved = _less(_alone(after, each), _alone(after, old))
            yield _adjusted(each, moved)
    for gone in earlier.values():
        yield _adjusted(gone, _less(money.ZERO, _alone(before, gone)))


def _adjusted(each: Adjustment, moved: Decimal) -> Part:
    way: Way = "given" if moved < 0 else "received"
    return Part(way=way, subject=f"adjustment:{each.key}", name=each.label, field="adjustment", money=moved)


def _alone(offer: Offer, adjustment: Adjustment | None) -> Decimal:
    bare = replace(offer, adjustments=())
    if adjustment is None:
        return money.ZERO
    one = replace(offer, adjustments=(adjustment,))
    return _less(totals(one).contract.net, totals(bare).contract.net)


def _worth(line: Line, currency: str) -> Decimal:
    """The line's net over the contract; zero while it is not selected."""
    return money.times(line_net(line, currency), Decimal(_periods(line)))


def _periods(line: Line) -> int:
    return 1 if line.billing == "once" else line.periods


def _part(  # noqa: PLR0917 - the facts of one part
    way: Way, line: Line, field: str, before: Value = None, after: Value = None, money_: Decimal | None = None
) -> Part:
    return Part(
        way=way,
        subject=f"line:{line.key}",
        name=line.name,
        field=field,
        before=before,
        after=after,
        money=money_,
    )


def _less(value: Decimal, other: Decimal) -> Decimal:
    return money.CONTEXT.subtract(value, other)
