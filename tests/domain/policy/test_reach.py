"""The bound over all that a buyer could reach alone is what trying everything finds."""

import random
from collections.abc import Iterator
from decimal import Decimal
from time import process_time
from typing import Any

import pytest
from msgspec.structs import replace

from portal.domain.change import standing_offer
from portal.domain.change.apply import apply
from portal.domain.change.change import Change
from portal.domain.change.published_prices import only_chooses, priced_by_offer
from portal.domain.offer.revision import (
    Adjustment,
    Bounds,
    Condition,
    Consequence,
    Line,
    LinePrivate,
    Offer,
    PriceBreak,
    PrivateFigures,
    StandingOffer,
    Term,
)
from portal.domain.offer.totals import line_net
from portal.domain.policy import gate
from portal.domain.policy.checks import Before, Signer
from portal.domain.policy.gate import Cleared
from portal.domain.policy.possible import impossible
from portal.domain.policy.reach import Reach
from tests.domain.offers import line, offer
from tests.time_limits import limit

QUANTITIES = ("1", "2", "4", "5", "6", "8")


def random_line(chance: random.Random, key: str, *, coherent: bool) -> Line:
    """`coherent`: the price is the one that the line's own breaks and list price name, and breaks fall."""
    starts = sorted(chance.sample((2, 4, 6), chance.choice((0, 1, 2))))
    prices = [Decimal(chance.choice((70, 80, 90, 95))) for _ in starts]
    if coherent:
        prices.sort(reverse=True)
    breaks = [
        PriceBreak(start=Decimal(start), unit_price=price)
        for start, price in zip(starts, prices, strict=True)
    ]
    quantity, unit_price = Decimal(chance.choice((1, 1, 2, 4))), Decimal(chance.choice((100, 120)))
    list_price = Decimal(110) if chance.random() < 0.4 else None
    source = chance.choice(("list", "list", "negotiated"))
    reached = [each for each in breaks if each.start <= quantity]
    if coherent:
        list_price = list_price and unit_price
        if source == "list" and reached:
            source, unit_price = "break", reached[-1].unit_price
        elif source == "negotiated":
            unit_price = min([unit_price, *(each.unit_price - 1 for each in reached)])
    facts: dict[str, Any] = {
        "negotiable": ("quantity",) if chance.random() < 0.6 else (),
        "bounds": Bounds(min_quantity=Decimal(1), max_quantity=Decimal(8)),
        "price_breaks": tuple(breaks),
        "list_price": list_price,
        "price_source": source,
        "discount_percent": Decimal(chance.choice((0, 0, 10))),
    }
    kind = chance.choice(("fixed", "fixed", "option", "group"))
    if kind == "option":
        facts |= {"optional": True, "selected": chance.random() < 0.5}
    if kind == "group":
        facts |= {"choice_group": "g", "selected": False}
    return line(key, str(unit_price), str(quantity), **facts)


def random_standing(chance: random.Random, key: str, lines: list[Line]) -> StandingOffer:
    def condition() -> Condition:
        kind = chance.choice(("quantity", "selected", "term"))
        if kind == "term":
            return Condition(term="payment", value=chance.choice(("Net 14", "Net 30")))
        of = chance.choice(lines).key
        return (
            Condition(line=of, selected=True)
            if kind == "selected"
            else Condition(line=of, min_quantity=Decimal(chance.choice((2, 3, 5))))
        )

    def consequence() -> Consequence:
        of = chance.choice(lines).key
        if chance.random() < 0.5:
            return Consequence(line=of, discount_percent=Decimal(chance.choice((5, 15, 20))))
        return Consequence(line=of, unit_price=Decimal(chance.choice((65, 75, 88))))

    return StandingOffer(
        key=key,
        label=key,
        when=tuple(condition() for _ in range(chance.choice((1, 1, 2)))),
        then=(consequence(),),
    )


def random_offer(seed: int) -> Offer:
    chance = random.Random(seed)
    lines = [random_line(chance, key, coherent=bool(seed % 3)) for key in "ab"[: chance.choice((1, 2, 2))]]
    grouped = [each for each in lines if each.choice_group]
    if grouped:
        lines = [replace(each, selected=each is grouped[0]) if each.choice_group else each for each in lines]
    adjustments = []
    if chance.random() < 0.4:
        adjustments.append(
            Adjustment(key="p", label="p", kind="discount", percent=Decimal(chance.choice((3, 10))))
        )
    if chance.random() < 0.3:
        adjustments.append(
            Adjustment(key="m", label="m", kind="discount", amount=Decimal(chance.choice((5, 20))))
        )
    if chance.random() < 0.3:
        adjustments.append(Adjustment(key="c", label="c", kind="charge", percent=Decimal(50)))
    return offer(
        *lines,
        terms=(Term(key="payment", name="Payment", value="Net 30"),),
        adjustments=tuple(adjustments),
        standing_offers=tuple(
            random_standing(chance, key, lines) for key in "xy"[: chance.choice((0, 1, 1, 2))]
        ),
    )


def steps(found: Offer) -> Iterator[Offer]:
    """What a buyer reaches with one act of their own; what breaks the condition of a used offer is for a person."""
    return (reached for reached in _acts(found) if not standing_offer.broken(found, reached))


def _acts(found: Offer) -> Iterator[Offer]:
    for each in found.lines:
        asks = [Change(subject=f"line:{each.key}", field="quantity", value=value) for value in QUANTITIES]
        asks += [
            Change(subject=f"line:{each.key}", field="selected", value=value) for value in ("true", "false")
        ]
        asks.append(Change(subject=f"line:{each.key}", field="choice", value="true"))
        for ask in asks:
            if only_chooses(found, ask) or priced_by_offer(found, ask):
                yield apply(found, [ask], concession=True)
    for each in found.standing_offers:
        if not each.taken and standing_offer.fits(found, each):
            yield standing_offer.take(found, each).offer


def everything(start: Offer) -> list[Offer]:
    seen = {str(bare(start)): start}
    waiting = [start]
    while waiting:
        for reached in steps(waiting.pop()):
            mark = str(bare(reached))
            if mark not in seen:
                seen[mark] = reached
                waiting.append(reached)
    return list(seen.values())


def bare(found: Offer) -> object:
    """What a further step depends on."""
    lines = [
        (
            each.key,
            each.quantity,
            each.unit_price,
            each.discount_percent,
            each.selected,
            each.price_source,
            each.held,
        )
        for each in found.lines
    ]
    return lines, found.terms, [each.taken for each in found.standing_offers]


def tried(start: Offer) -> dict[str, Decimal]:
    """The lowest price of each line by trying everything, with its share of whole-deal discounts."""
    reached = everything(start)
    once = [
        sum((line_net(each, found.currency) for each in found.lines if each.billing == "once"), Decimal(0))
        for found in reached
    ]
    base = min(once)
    percent = sum((each.percent or 0 for each in start.adjustments if each.kind == "discount"), Decimal(0))
    amount = sum((each.amount or 0 for each in start.adjustments if each.kind == "discount"), Decimal(0))
    share = percent / 100 + (amount / base if base else 1 if amount else Decimal(0))
    lowest: dict[str, Decimal] = {}
    for found in reached:
        for each in found.lines:
            if each.selected:
                price = each.net_unit_price * (1 - share)
                lowest[each.key] = min(price, lowest.get(each.key, price))
    return lowest


def rewards_the_other_choice(found: Offer) -> bool:
    grouped = {each.key for each in found.lines if each.choice_group}
    return any(
        condition.line in grouped and gives.line in grouped and condition.line != gives.line
        for each in found.standing_offers
        for condition in each.when
        for gives in each.then
    )


@pytest.mark.parametrize("block", range(10))
def test_the_bound_is_what_trying_everything_finds(block):
    """Never above it. Equal, where an offer's prices agree with each other and no amount is spread: there the smallest base
    and the lowest price need not be reached together. Nor where choosing one line lowers the price of its alternative."""
    for seed in range(block * 40, (block + 1) * 40):
        start = random_offer(seed)
        reach = Reach(start)
        if impossible(reach):
            continue
        found = {key: price.quantize(Decimal("0.0001")) for key, price in tried(start).items()}
        bound = {key: reach.lowest(key).quantize(Decimal("0.0001")) for key in found}
        assert all(bound[key] <= price for key, price in found.items()), seed
        if seed % 3 and not reach.amount and not rewards_the_other_choice(start):
            assert bound == found, seed


def test_a_thousand_lines_and_twenty_offers_are_judged_at_once():
    lines = [line(f"l{number}", "100", "10", list_price=Decimal(120)) for number in range(1_000)]
    standing = tuple(
        StandingOffer(
            key=f"s{number}",
            label=f"s{number}",
            when=(Condition(line=f"l{number}", min_quantity=Decimal(20)),),
            then=tuple(
                Consequence(line=f"l{each}", discount_percent=Decimal(5)) for each in range(number, 1_000, 20)
            ),
        )
        for number in range(20)
    )
    before, after = offer(*lines), offer(*lines, standing_offers=standing)
    private = PrivateFigures(lines={each.key: LinePrivate(floor_unit_price=Decimal(90)) for each in lines})
    took = []
    for _ in range(5):
        start = process_time()
        judged = gate.judge(Before(current=before, first=before), after, private, Signer(by="rep"))
        took.append(process_time() - start)
    assert isinstance(judged, Cleared)
    assert min(took) < limit(0.1)
