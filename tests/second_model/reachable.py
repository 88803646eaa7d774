"""Every state of an offer that the buyer can reach alone: options, choices, priced quantities, if-you-then offers.

A state is what the buyer sees after any number of moves that are answered at once. The search tries every
move from every state. Of the design: "One gate".
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

from tests.second_model.priced_quantities import LineState, priced_at, quantities


class State(NamedTuple):
    lines: tuple[LineState, ...]
    values: tuple[tuple[str, str], ...]  # of terms
    used: frozenset[str]  # if-you-then offers


def first_state(offer: dict[str, Any]) -> State:
    return State(
        tuple(
            LineState(
                line["selected"],
                line["quantity"],
                line["unit_price"],
                line["discount"],
                frozenset([(line["quantity"], line["unit_price"])] if line["source"] == "negotiated" else []),
            )
            for line in offer["lines"]
        ),
        tuple((key, term["value"]) for key, term in offer["terms"].items()),
        frozenset(each["key"] for each in offer["standing_offers"] if each["taken"]),
    )


def holds(offer: dict[str, Any], state: State, condition: dict[str, Any]) -> bool:
    if condition["term"]:
        return dict(state.values)[condition["term"]] == condition["value"]
    place = place_of(offer, condition["line"])
    now = state.lines[place]
    return now.selected and (condition["min"] is None or now.quantity >= condition["min"])


def keeps_what_was_used(offer: dict[str, Any], before: State, after: State) -> bool:
    """No automatic answer breaks the condition of an if-you-then offer that was used."""
    return all(
        holds(offer, after, condition)
        for each in offer["standing_offers"]
        for condition in each["when"]
        if each["key"] in after.used and (each["key"] not in before.used or holds(offer, before, condition))
    )


def place_of(offer: dict[str, Any], key: str) -> int:
    return [line["key"] for line in offer["lines"]].index(key)


def changed(state: State, place: int, **facts: Any) -> State:
    lines = list(state.lines)
    lines[place] = lines[place]._replace(**facts)
    return state._replace(lines=tuple(lines))


def choose(offer: dict[str, Any], state: State, place: int) -> State | None:
    """Select a line; of a choice group it takes the others' place. None where the buyer has no such choice."""
    line = offer["lines"][place]
    if state.lines[place].selected:
        return state
    if line["group"] is None:
        return changed(state, place, selected=True) if line["optional"] else None
    for other, each in enumerate(offer["lines"]):
        if each["group"] == line["group"]:
            state = changed(state, other, selected=other == place)
    return state


def use(offer: dict[str, Any], state: State, standing: dict[str, Any]) -> State | None:
    """Make an offer's conditions true and apply what it gives, in one revision; it never raises a price."""
    after: State | None = state
    for condition in standing["when"]:
        assert after is not None
        if condition["term"]:
            values = dict(after.values) | {condition["term"]: condition["value"]}
            after = after._replace(values=tuple(values.items()))
            continue
        place = place_of(offer, condition["line"])
        after = choose(offer, after, place)
        if after is None:
            return None
        now, line = after.lines[place], offer["lines"][place]
        if condition["min"] is not None and now.quantity < condition["min"]:
            price = priced_at(line, now, condition["min"])
            after = changed(
                after,
                place,
                quantity=condition["min"],
                unit_price=now.unit_price if price is None else price,
            )
    assert after is not None
    after = after._replace(used=after.used | {standing["key"]})
    if not keeps_what_was_used(offer, state, after):
        return None
    for consequence in standing["then"]:
        place = place_of(offer, consequence["line"])
        now = after.lines[place]
        if consequence["discount"] is not None and consequence["discount"] > now.discount:
            after = changed(after, place, discount=consequence["discount"])
        if consequence["price"] is not None and consequence["price"] < now.unit_price:
            held = now.held | {(now.quantity, consequence["price"])}
            after = changed(after, place, unit_price=consequence["price"], held=held)
    return after


def moves(offer: dict[str, Any], state: State) -> Iterator[State]:
    """Yield what one move of the buyer leads to, if it is answered at once."""
    for place, line in enumerate(offer["lines"]):
        now = state.lines[place]
        chosen = choose(offer, state, place)
        if chosen is not None:
            yield chosen
        if now.selected and line["optional"] and line["group"] is None:
            yield changed(state, place, selected=False)
        if "quantity" in line["negotiable"]:
            for quantity in quantities(offer, line):
                price = priced_at(line, now, quantity)
                if price is not None:
                    yield changed(state, place, quantity=quantity, unit_price=price)
    for standing in offer["standing_offers"]:
        after = use(offer, state, standing) if standing["key"] not in state.used else None
        if after is not None:
            yield after


def reachable_states(offer: dict[str, Any]) -> list[State]:
    """Return every state that the buyer can reach alone, the offer as it stands first."""
    found, waiting = {first_state(offer): None}, [first_state(offer)]
    while waiting:
        state = waiting.pop()
        for after in moves(offer, state):
            if after not in found and keeps_what_was_used(offer, state, after):
                found[after] = None
                waiting.append(after)
    return list(found)


def offer_in(offer: dict[str, Any], state: State) -> dict[str, Any]:
    """Return the offer as it reads in a state."""
    lines = [
        line
        | {
            "selected": now.selected,
            "quantity": now.quantity,
            "unit_price": now.unit_price,
            "discount": now.discount,
        }
        for line, now in zip(offer["lines"], state.lines, strict=True)
    ]
    return offer | {"lines": lines}
