"""Standing offers: if-then, published by the seller with the revision, taken by a buyer in one step, whole or not at all.

Taking one makes its conditions true and gives its consequences. A consequence never raises a price: where the offer costs
less already, by a price break or a concession, that price stays. What was taken stays bound: `broken` finds those whose
conditions a later choice would undo.
"""

from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from portal.domain.change import part_codec
from portal.domain.change.change import Change
from portal.domain.offer import build_up, pricing, spelling
from portal.domain.offer.revision import Condition, Consequence, Line, Offer, Revision, StandingOffer
from portal.domain.offer.totals import revise
from portal.errors import Problem, Sentence


def holds(offer: Offer, condition: Condition) -> bool:
    """Whether the offer fulfils the condition as it stands."""
    if condition.term:
        term = offer.term(condition.term)
        return term is not None and spelling.plain(term.value) == spelling.plain(condition.value)
    line = offer.line(condition.line)
    if line is None or not line.selected:
        return False
    return condition.min_quantity is None or line.quantity >= condition.min_quantity


def take(offer: Offer, standing: StandingOffer) -> Revision:
    """The revision that taking it makes. The standing offer must fit (see `misfits`)."""
    return revise(used(offer, standing))


def used(offer: Offer, standing: StandingOffer) -> Offer:
    """The offer that using it makes. The standing offer must fit (see `misfits`)."""
    return _marked(given(with_conditions(offer, standing), standing), standing)


def with_conditions(offer: Offer, standing: StandingOffer) -> Offer:
    """The offer with every condition fulfilled: quantities raised (at prices of their breaks), lines taken, terms set."""
    for condition in standing.when:
        if holds(offer, condition):
            continue
        if condition.term:
            terms = (
                replace(term, value=condition.value) if term.key == condition.term else term
                for term in offer.terms
            )
            offer = replace(offer, terms=tuple(terms))
        else:
            wanted = offer.line(condition.line)
            assert wanted is not None
            group = wanted.choice_group
            lines = tuple(
                _fulfilled(line, condition, offer)
                if line is wanted
                else replace(line, selected=False)
                if group and line.choice_group == group
                else line
                for line in offer.lines
            )
            offer = replace(offer, lines=lines)
    return offer


def given(offer: Offer, standing: StandingOffer) -> Offer:
    """The offer with every consequence."""
    wanted = {each.line: each for each in standing.then}
    return replace(
        offer,
        lines=tuple(
            _reduced(line, wanted[line.key], standing, offer.language) if line.key in wanted else line
            for line in offer.lines
        ),
    )


def broken(before: Offer, after: Offer) -> list[StandingOffer]:
    """What was taken and would no longer hold."""
    return [
        each
        for each in before.standing_offers
        if each.taken
        and all(holds(before, condition) for condition in each.when)
        and not all(holds(after, condition) for condition in each.when)
    ]


def misfits(offer: Offer, standing: StandingOffer) -> list[Problem]:
    """Why it can't be published; places are pointers inside the standing offer."""
    found = list(_impossible(offer, standing))
    return found or list(_dearer(with_conditions(offer, standing), standing))


def unfit(offer: Offer, changes: Iterable[Change]) -> list[Problem]:
    """Why changes that offer something standing can't be published; at a change's id with the condition or consequence."""
    return [
        Problem(change.id + "/".join(problem.place.split("/")[:3]), problem.message, problem.hint)
        for change in changes
        if change.field == "standing_offer" and (stated := part_codec.read(StandingOffer, change.value))
        for problem in misfits(offer, stated)
    ]


def fits(offer: Offer, standing: StandingOffer) -> bool:
    """Whether it can be taken of this offer: its parts are there, and its conditions can hold."""
    return not any(_impossible(offer, standing))


def _impossible(offer: Offer, standing: StandingOffer) -> Iterator[Problem]:
    found = [
        problem
        for index, condition in enumerate(standing.when)
        for problem in _condition(offer, condition, f"/when/{index}")
    ]
    present = {line.key for line in offer.lines}
    found += [
        _no_such("line", each.line, f"/then/{index}/line")
        for index, each in enumerate(standing.then)
        if each.line not in present
    ]
    yield from found
    if not found:
        fulfilled = with_conditions(offer, standing)
        if not all(holds(fulfilled, condition) for condition in standing.when):
            yield Problem("/when", "These conditions exclude each other.", "Keep one of them.")


def _condition(offer: Offer, condition: Condition, place: str) -> Iterator[Problem]:
    if condition.term:
        term = offer.term(condition.term)
        if term is None:
            yield _no_such("term", condition.term, f"{place}/term")
        elif term.options and condition.value not in (*term.options, term.value):
            yield Problem.of(
                f"{place}/value",
                "“%(value)s” is not one of the options of %(name)s.",
                Sentence("Possible: %(options)s.", options=", ".join(term.options)),
                value=condition.value,
                name=term.name,
            )
        return
    line = offer.line(condition.line)
    if line is None:
        yield _no_such("line", condition.line, f"{place}/line")
    elif condition.min_quantity is not None:
        yield from _quantity(line, condition, f"{place}/min_quantity")


def _quantity(line: Line, condition: Condition, place: str) -> Iterator[Problem]:
    least, most, step = line.bounds.min_quantity, line.bounds.max_quantity, line.bounds.step
    wanted = condition.min_quantity
    assert wanted is not None
    if most is not None and wanted > most:
        yield Problem.of(
            place,
            "%(wanted)s is more than the upper bound of %(name)s.",
            "Lower it.",
            wanted=wanted,
            name=line.name,
        )
    elif (least is not None and wanted < least) or (step and (wanted - (least or 0)) % step):
        yield Problem.of(
            place,
            "%(wanted)s is not a quantity that %(name)s can have.",
            "Mind its bounds and steps.",
            wanted=wanted,
            name=line.name,
        )


def _dearer(offer: Offer, standing: StandingOffer) -> Iterator[Problem]:
    for index, each in enumerate(standing.then):
        line = offer.line(each.line)
        assert line is not None
        if _priced(line, each).net_unit_price >= line.net_unit_price:
            field = "unit_price" if each.unit_price is not None else "discount_percent"
            yield Problem.of(
                f"/then/{index}/{field}",
                "%(name)s costs no more than that once the conditions hold.",
                "A standing offer lowers prices.",
                name=line.name,
            )


def _no_such(kind: str, key: str, place: str) -> Problem:
    messages = {
        "line": Sentence("There is no line “%(key)s” in this quote.", key=key),
        "term": Sentence("There is no term “%(key)s” in this quote.", key=key),
    }
    return Problem(place, messages[kind], "Name one by its key.")


def _fulfilled(line: Line, condition: Condition, offer: Offer) -> Line:
    line = replace(line, selected=True)
    if condition.min_quantity is not None and line.quantity < condition.min_quantity:
        line = pricing.at_quantity(line, condition.min_quantity, language=offer.language)
    return line


def _priced(line: Line, consequence: Consequence) -> Line:
    return replace(
        line,
        unit_price=line.unit_price if consequence.unit_price is None else consequence.unit_price,
        discount_percent=(
            line.discount_percent if consequence.discount_percent is None else consequence.discount_percent
        ),
    )


def _reduced(line: Line, consequence: Consequence, standing: StandingOffer, language: str) -> Line:
    priced = _priced(line, consequence)
    if priced.net_unit_price >= line.net_unit_price:
        return line
    return pricing.at_price(
        line,
        unit_price=priced.unit_price,
        discount_percent=priced.discount_percent,
        concession=True,
        round_number=None,
        language=language,
        reason=build_up.standing_offer(standing.key, standing.label),
    )


def _marked(offer: Offer, standing: StandingOffer) -> Offer:
    return replace(
        offer,
        standing_offers=tuple(
            replace(each, taken=True) if each.key == standing.key else each for each in offer.standing_offers
        ),
    )
