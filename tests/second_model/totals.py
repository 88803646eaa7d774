"""What an offer comes to, by the design's section "Money" and the first two of "Decided cases"."""

from collections.abc import Iterable
from fractions import Fraction
from typing import Any

from tests.second_model.reading import BILLINGS, half_up, places_of

Amounts = dict[tuple[str, Fraction], Fraction]


class Undecided(Exception):
    """The design does not say what this offer comes to."""


def net_unit_price(unit_price: Fraction, discount: Fraction) -> Fraction:
    return half_up(unit_price * (100 - discount) / 100, 6)


def line_net(line: dict[str, Any], places: int) -> Fraction:
    if not line["selected"]:
        return Fraction(0)
    price = net_unit_price(line["unit_price"], line["discount"])
    return half_up(line["quantity"] * price / line["base"], places)


def sums_by_tax(lines: Iterable[dict[str, Any]], places: int) -> Amounts:
    sums: Amounts = {}
    for line in lines:
        sums[line["tax"]] = sums.get(line["tax"], Fraction(0)) + line_net(line, places)
    return sums


def spread(amount: Fraction, weights: Amounts, places: int) -> Amounts:
    """Spread a rounded amount by largest remainder; equal remainders go by category and rate, smallest first."""
    positive = {key: weight for key, weight in weights.items() if weight > 0}
    if not positive:
        raise Undecided("There is nothing to spread an amount over.")
    scale = 10**places
    units, total = amount * scale, sum(positive.values())
    ideal = {key: units * weight / total for key, weight in positive.items()}
    shares = {key: each.numerator // each.denominator for key, each in ideal.items()}
    for key in sorted(shares, key=lambda key: (shares[key] - ideal[key], key))[
        : int(units - sum(shares.values()))
    ]:
        shares[key] += 1
    return {key: Fraction(share, scale) for key, share in shares.items()}


def adjustment_by_tax(
    adjustment: dict[str, Any], billing: str, lines: list[dict[str, Any]], places: int
) -> Amounts:
    """Return what an adjustment adds to each tax of one billing's lines in one period, negative for a discount."""
    own, sums = adjustment["tax"], sums_by_tax(lines, places)
    if adjustment["percent"] is not None:
        if own is not None:
            sums = {own: sum(sums.values(), Fraction(0))} if lines else {}
        sizes = {key: half_up(net * adjustment["percent"] / 100, places) for key, net in sums.items()}
    elif billing != "once":
        sizes = {}
    else:
        amount = half_up(adjustment["amount"], places)
        sizes = {own: amount} if own is not None else spread(amount, sums, places) if amount else {}
    return {key: adjustment["sign"] * size for key, size in sizes.items()}


def phases_of(offer: dict[str, Any], billing: str) -> list[tuple[int, int, list[dict[str, Any]]]]:
    """Return the first period, the count of periods, and the lines of each phase of a billing."""
    chosen = [line for line in offer["lines"] if line["selected"] and line["billing"] == billing]
    if billing == "once":
        return [(1, 1, chosen)]
    phases, first = [], 1
    for last in sorted({line["periods"] for line in chosen}):
        phases.append((first, last - first + 1, [line for line in chosen if line["periods"] >= first]))
        first = last + 1
    return phases


def phase_totals(offer: dict[str, Any], billing: str, lines: list[dict[str, Any]]) -> dict[str, Any]:
    """Return the groups, sums and adjustments of one period."""
    places = places_of(offer["currency"])
    nets, adjusted = sums_by_tax(lines, places), {}
    for adjustment in offer["adjustments"]:
        shares = adjustment_by_tax(adjustment, billing, lines, places)
        adjusted[adjustment["key"]] = sum(shares.values(), Fraction(0))
        for key, share in shares.items():
            nets[key] = nets.get(key, Fraction(0)) + share
    groups = {key: (net, half_up(net * key[1] / 100, places)) for key, net in nets.items()}
    net = sum((each[0] for each in groups.values()), Fraction(0))
    tax = sum((each[1] for each in groups.values()), Fraction(0))
    return {"groups": groups, "sum": (net, tax, net + tax), "adjustments": adjusted}


def totals(offer: dict[str, Any]) -> dict[str, Any]:
    """Return lines, phases, groups and sums of the first period, and the contract.

    Sums are (net, tax, total). `offer` is what `read_offer` returns. Raises Undecided.
    """
    places = places_of(offer["currency"])
    found: dict[str, Any] = {"groups": {}, "adjustments": {}, "phases": []}
    found["lines"] = {line["key"]: line_net(line, places) for line in offer["lines"]}
    contract = [Fraction(0), Fraction(0), Fraction(0)]
    for billing in BILLINGS:
        found[billing] = None
        for first, periods, lines in phases_of(offer, billing):
            period = phase_totals(offer, billing, lines)
            found["phases"].append((billing, first, periods, {line["key"] for line in lines}, period["sum"]))
            contract = [so_far + periods * each for so_far, each in zip(contract, period["sum"], strict=True)]
            if first == 1:
                found[billing] = period["sum"]
                found["groups"] |= {(billing, *key): each for key, each in period["groups"].items()}
                found["adjustments"] |= {
                    (key, billing): net for key, net in period["adjustments"].items() if net
                }
    found["contract"] = tuple(contract)
    return found
