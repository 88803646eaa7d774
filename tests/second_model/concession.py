"""What a revision gives since the last one that a manager signed, and its discounts, by the design's "One gate"."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any, NamedTuple

from tests.second_model.priced_quantities import priced_at
from tests.second_model.reachable import State, first_state, offer_in, use
from tests.second_model.reading import BILLINGS, half_up, places_of
from tests.second_model.totals import adjustment_by_tax, line_net, net_unit_price, phases_of


class Given(NamedTuple):
    lines: dict[str, Fraction]
    adjustments: dict[str, Fraction]
    terms: dict[str, Fraction]
    unpriced: frozenset[str]  # terms that changed and have no price per day

    @property
    def total(self) -> Fraction:
        return sum((*self.lines.values(), *self.adjustments.values(), *self.terms.values()), Fraction(0))


def signed_price(signed: dict[str, Any], state: State, offer: dict[str, Any], place: int) -> Fraction | None:
    """Return the net unit price that the signed revision already gave a line for what the buyer does in `state`.

    That is: its if-you-then offers used as in `state`, where they are the same, and its price for the quantity,
    where it is answered at once. None for a line that it did not have.
    """
    before, key = first_state(signed), offer["lines"][place]["key"]
    alike = {each["key"]: {**each, "taken": None} for each in offer["standing_offers"]}
    for standing in signed["standing_offers"]:
        if standing["key"] in state.used - before.used and alike.get(standing["key"]) == {
            **standing,
            "taken": None,
        }:
            before = use(signed, before, standing) or before
    for line, now in zip(signed["lines"], before.lines, strict=True):
        if line["key"] == key:
            price = priced_at(line, now, state.lines[place].quantity)
            return net_unit_price(now.unit_price if price is None else price, now.discount)
    return None


def lines_give(offer: dict[str, Any], signed: dict[str, Any], state: State) -> dict[str, Fraction]:
    """Return what each selected line gives over all its periods; a dearer line gives nothing, and takes nothing."""
    given = {}
    for place, (line, now) in enumerate(zip(offer["lines"], state.lines, strict=True)):
        before = signed_price(signed, state, offer, place) if now.selected else None
        if before is not None:
            fall = max(Fraction(0), before - net_unit_price(now.unit_price, now.discount))
            given[line["key"]] = fall * now.quantity / line["base"] * line["periods"]
    return given


def adjustment_value(offer: dict[str, Any], adjustment: dict[str, Any] | None) -> Fraction:
    """Return what an adjustment adds to the contract, net, on the lines of `offer`."""
    if adjustment is None:
        return Fraction(0)
    places = places_of(offer["currency"])
    if adjustment["amount"] is not None:
        return adjustment["sign"] * half_up(adjustment["amount"], places)
    return sum(
        (
            periods * sum(adjustment_by_tax(adjustment, billing, lines, places).values(), Fraction(0))
            for billing in BILLINGS
            for _, periods, lines in phases_of(offer, billing)
        ),
        Fraction(0),
    )


def adjustments_give(offer: dict[str, Any], signed: dict[str, Any]) -> dict[str, Fraction]:
    """Return what each adjustment gives, measured on the lines of `offer`, so that a line's fall counts once."""
    before = {each["key"]: each for each in signed["adjustments"]}
    after = {each["key"]: each for each in offer["adjustments"]}
    return {
        key: max(
            Fraction(0), adjustment_value(offer, before.get(key)) - adjustment_value(offer, after.get(key))
        )
        for key in before | after
    }


def terms_give(
    offer: dict[str, Any], signed: dict[str, Any], price_per_day: Mapping[str, Fraction]
) -> tuple[dict[str, Fraction], frozenset[str]]:
    """Return what more days of a term give, and the changed terms that have no price."""
    given, unpriced = {}, set()
    for key, term in offer["terms"].items():
        before = signed["terms"].get(key)
        if before is None or before["value"] == term["value"]:
            continue
        days = (before.get("days"), term.get("days"))
        if key in price_per_day and None not in days:
            given[key] = max(0, days[1] - days[0]) * price_per_day[key]
        else:
            unpriced.add(key)
    return given, frozenset(unpriced)


def given_in(
    offer: dict[str, Any], signed: dict[str, Any], state: State, price_per_day: Mapping[str, Fraction]
) -> Given:
    """Return what `offer`, in a state that the buyer can reach, gives since `signed`."""
    terms, unpriced = terms_give(offer, signed, price_per_day)
    return Given(
        lines_give(offer, signed, state), adjustments_give(offer_in(offer, state), signed), terms, unpriced
    )


def percent_of_contract(given: Fraction, signed: dict[str, Any]) -> Fraction:
    places = places_of(signed["currency"])
    lines = sum((line_net(line, places) * line["periods"] for line in signed["lines"]), Fraction(0))
    contract = lines + sum((adjustment_value(signed, each) for each in signed["adjustments"]), Fraction(0))
    return given * 100 / contract if contract > 0 else Fraction(0)


def discount_percent(line: dict[str, Any], price: Fraction, first: dict[str, Any]) -> Fraction | None:
    """Return how far a net price lies below list, or without a list price below the first published net price."""
    reference = line["list_price"]
    if reference is None:
        published = next((each for each in first["lines"] if each["key"] == line["key"]), line)
        reference = net_unit_price(published["unit_price"], published["discount"])
    return (reference - price) * 100 / reference if reference > 0 else None
