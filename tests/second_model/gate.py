"""What keeps an offer from being binding: the design's "One gate", found by trying all that the buyer can reach."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from tests.second_model.concession import Given, discount_percent, given_in, percent_of_contract
from tests.second_model.reachable import State, offer_in, reachable_states
from tests.second_model.reading import BILLINGS, places_of, read_offer
from tests.second_model.totals import Undecided, line_net, net_unit_price, totals


@dataclass(frozen=True)
class Judgement:
    """All that brute force finds. Prices are net unit prices, for the line's price base quantity."""

    states: int
    # The lowest price of each line that can be selected, with its share of whole-deal discounts in the same state.
    lowest: dict[str, Fraction]
    # The same with the share of a once-only amount taken at the smallest base of all states. Never above `lowest`.
    lowest_at_smallest_base: dict[str, Fraction]
    # The net of the once-lines that carry an amount, at its smallest.
    smallest_once_base: Fraction
    amount_discounts: Fraction
    # Of "contract", "due" (at acceptance), "once" and other billings, and groups as ("once", "S", rate).
    negative: frozenset[Any]
    # Of the offer as it stands, and the most that any state gives.
    given: Given
    most_given: Given
    most_given_percent: Fraction
    # Percent below the list price or the first published price, at `lowest_at_smallest_base`.
    discounts: dict[str, Fraction]
    below_floor: frozenset[str]
    below_floor_at_smallest_base: frozenset[str]
    # Any of: floor, amount_exceeds_base, negative, discount, concession.
    reasons: frozenset[str]


def judge(
    after: dict[str, Any],
    floors: Mapping[str, str],
    signed: dict[str, Any],
    *,
    first: dict[str, Any] | None = None,
    discount_limit: str | None = None,
    concession_limit: str | None = None,
    price_per_day: Mapping[str, str] | None = None,
) -> Judgement:
    """Judge an offer that is to be published.

    `after`, `signed` (the last that a manager signed) and `first` (the first published; by default `signed`) are the
    "offer" parts of revision documents. `floors` are floor unit prices by line key; limits are percentages, a missing
    one is no limit.
    """
    offer, before = read_offer(after), read_offer(signed)
    first_offer = read_offer(first) if first is not None else before
    places, states = places_of(offer["currency"]), reachable_states(offer)
    per_day = {key: Fraction(price) for key, price in (price_per_day or {}).items()}

    amount = sum(
        (each["amount"] for each in offer["adjustments"] if each["amount"] is not None and each["sign"] < 0),
        Fraction(0),
    )
    smallest = min(once_base(offer, state, places) for state in states)
    lowest: dict[str, Fraction] = {}
    lowest_at_smallest: dict[str, Fraction] = {}
    for state in states:
        for key, price in prices_in(offer, state, amount, once_base(offer, state, places)).items():
            lowest[key] = min(price, lowest.get(key, price))
        for key, price in prices_in(offer, state, amount, smallest).items():
            lowest_at_smallest[key] = min(price, lowest_at_smallest.get(key, price))
    negative = frozenset(name for state in states for name in negative_in(offer, state))
    gifts = [given_in(offer, before, state, per_day) for state in states]
    most = max(gifts, key=lambda each: each.total)
    percent = percent_of_contract(most.total, before)
    discounts = {
        line["key"]: found
        for line in offer["lines"]
        if line["key"] in lowest
        and (found := discount_percent(line, lowest_at_smallest[line["key"]], first_offer)) is not None
    }
    below, below_at_smallest = below_floors(lowest, floors), below_floors(lowest_at_smallest, floors)
    reasons = {
        "floor": bool(below_at_smallest),
        "amount_exceeds_base": amount > smallest,
        "negative": bool(negative),
        "discount": discount_limit is not None
        and any(each > Fraction(discount_limit) for each in discounts.values()),
        "concession": concession_limit is not None and percent > Fraction(concession_limit),
    }
    return Judgement(
        states=len(states),
        lowest=lowest,
        lowest_at_smallest_base=lowest_at_smallest,
        smallest_once_base=smallest,
        amount_discounts=amount,
        negative=negative,
        given=gifts[0],
        most_given=most,
        most_given_percent=percent,
        discounts=discounts,
        below_floor=below,
        below_floor_at_smallest_base=below_at_smallest,
        reasons=frozenset(reason for reason, applies in reasons.items() if applies),
    )


def below_floors(prices: Mapping[str, Fraction], floors: Mapping[str, str]) -> frozenset[str]:
    return frozenset(key for key, price in prices.items() if key in floors and price < Fraction(floors[key]))


def once_base(offer: dict[str, Any], state: State, places: int) -> Fraction:
    """Return the net of the selected once-lines; a credit carries no share of an amount."""
    nets = [line_net(line, places) for line in offer_in(offer, state)["lines"] if line["billing"] == "once"]
    return sum((net for net in nets if net > 0), Fraction(0))


def prices_in(offer: dict[str, Any], state: State, amount: Fraction, base: Fraction) -> dict[str, Fraction]:
    """Return each selected line's price, net of its discount and of its share of whole-deal discounts.

    Charges lift no price. Where an amount exceeds the base, prices below zero come out: such an offer is refused anyway.
    """
    percent = sum(
        (
            each["percent"]
            for each in offer["adjustments"]
            if each["percent"] is not None and each["sign"] < 0
        ),
        Fraction(0),
    )
    prices = {}
    for line in offer_in(offer, state)["lines"]:
        if line["selected"]:
            price = net_unit_price(line["unit_price"], line["discount"])
            share = percent / 100
            if line["billing"] == "once" and price > 0 and amount > 0:
                share += amount / base if base > 0 else 1
            prices[line["key"]] = price * (1 - share)
    return prices


def negative_in(offer: dict[str, Any], state: State) -> set[Any]:
    """Return what is negative in a state: the contract, what is due at acceptance, a billing, a group."""
    try:
        found = totals(offer_in(offer, state))
    except Undecided:
        return set()  # an amount with nothing to be spread over exceeds the base
    sums = {name: found[name][2] for name in ("contract", *BILLINGS) if found[name] is not None}
    sums |= {(billing, first): amounts[2] for billing, first, _, _, amounts in found["phases"]}
    sums["due"] = sum((found[name][2] for name in BILLINGS if found[name] is not None), Fraction(0))
    sums |= {group: taxable for group, (taxable, _) in found["groups"].items()}
    return {name for name, amount in sums.items() if amount < 0}
