"""How answers meet what was asked: one line's price, what several people ask, and a package are one question each."""

from collections.abc import Iterable, Mapping, Sequence

from msgspec.structs import replace

from portal.domain.change import change as changing
from portal.domain.change import price_ask
from portal.domain.change.change import Change
from portal.domain.change.counteroffer import Answer, Counteroffer
from portal.domain.offer.revision import Offer
from portal.errors import Invalid, Problem


def completed(offer: Offer, asks: Sequence[Counteroffer], answers: Iterable[Answer]) -> list[Answer]:
    """The answers, with an answer to a line's unit price given to the discount that is asked beside it.

    A counter is then the net unit price: it comes with a discount of 0. One that says what was asked accepts it.
    """
    given = {answer.change_id: answer for answer in answers}
    changes = [change for ask in asks for change in ask.changes]
    for change in changes:
        price = given.get(price_ask.question(change))
        if change.id in given or price is None:
            continue
        meant = _as_asked(offer, [each for each in changes if each.subject == change.subject], price)
        given[price.change_id] = meant
        given[change.id] = replace(meant, change_id=change.id, value="0" if meant.value else None)
    return list(given.values())


def meant_by(offer: Offer, change: Change, answer: Answer) -> Answer:
    """The answer to one change: a counter by the value that was asked accepts it."""
    if answer.verdict != "counter" or not answer.value or not _says(offer, change, answer.value):
        return answer
    return replace(answer, verdict="accept", value=None)


def problems(asks: Sequence[Counteroffer], answers: Iterable[Answer]) -> list[Problem]:
    """What is accepted and was asked in several ways: one answer has one value."""
    asked: dict[str, set[frozenset[tuple[str, str]]]] = {}
    for ask in asks:
        own: dict[str, set[tuple[str, str]]] = {}
        for change in ask.changes:
            own.setdefault(price_ask.question(change), set()).add((change.field, change.value))
        for question, values in own.items():
            asked.setdefault(question, set()).add(frozenset(values))
    return [
        Problem(
            answer.change_id,
            "Several people ask for this, with different values.",
            "Counter with the value that you accept.",
        )
        for answer in answers
        if answer.verdict == "accept" and len(asked.get(answer.change_id, ())) > 1
    ]


def package_problems(counter: Counteroffer, given: Mapping[str, Answer]) -> list[Problem]:
    """Why these answers halve a package. Countered as one, each of its changes has a counter or stays as asked."""
    declined = [change_id for change_id, answer in given.items() if answer.verdict == "decline"]
    if not counter.package or len(declined) in (0, len(given)):
        return []
    return [
        Problem(
            change_id,
            "Declining only a part of a package is not possible.",
            "Counter it, or decline the whole package.",
        )
        for change_id in declined
    ]


def granted(offer: Offer, made: Iterable[Change]) -> list[Change]:
    """What answers change, each once. Granting a net price sets the discount to 0, unless a discount is granted."""
    return price_ask.as_granted(offer, {change.id: change for change in made}.values())


def _as_asked(offer: Offer, changes: Sequence[Change], price: Answer) -> Answer:
    """A counter by the net price that unit price and discount come to accepts both."""
    net = price_ask.asked_nets(offer, {change.id: change for change in changes}.values())
    asked = Change(subject=changes[0].subject, field="unit_price", value=net.get(changes[0].subject, ""))
    return meant_by(offer, asked, price)


def _says(offer: Offer, change: Change, value: str) -> bool:
    try:
        return changing.spell(offer, change.subject, change.field, value).value == change.value
    except Invalid:
        # It is told when the answer is given.
        return False
