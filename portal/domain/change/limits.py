"""What a buyer may ask of one line or term: what is negotiable, within the limits told on the page.

Only published limits stand here: nothing in this file knows of a private figure, so no reply can betray one.
"""

from datetime import date
from decimal import Decimal

from portal.domain.change.change import Change, buyer_fields, current, field_name, spell
from portal.domain.change.items import Item, Total, Wanted, item
from portal.domain.offer import money, spelling
from portal.domain.offer.revision import Line, Offer, Term
from portal.errors import Invalid, Problem, Sentence, either


def problems(offer: Offer, change: Change, *, today: date | None = None) -> list[Problem]:
    """What keeps a buyer from asking this; the place is the change's id. `today` refuses days in the past."""
    try:
        change = spell(offer, change.subject, change.field, change.value)
    except Invalid as error:
        return list(error.problems)
    found = item(offer, change.subject)
    assert found is not None
    if change.field not in buyer_fields(found):
        return [_fixed(found, change)]
    if isinstance(found, Total):
        # Whether it is less than the rest comes to is for the whole ask to say.
        return []
    if isinstance(found, Wanted):
        return [Problem(change.id, *reason) for reason in _there(found)]
    if change.value == current(offer, change):
        name = field_name(change.field)
        return [
            Problem(
                change.id,
                Sentence("Nothing changes: this is the %(name)s already.", name=Sentence(name)),
                "Ask for another value.",
            )
        ]
    return [Problem(change.id, *reason) for reason in _outside(found, change, today)]


def _there(wanted: Wanted) -> list[tuple[str, str]]:
    if wanted.line is None:
        return []
    return [
        (Sentence("%(name)s is in the proposal already.", name=wanted.line.name), "Change that line instead.")
    ]


def _fixed(item: Item, change: Change) -> Problem:
    open_fields = [Sentence(field_name(field)) for field in buyer_fields(item)]
    hint = (
        Sentence("Open on it: %(open_fields)s.", open_fields=either(open_fields))
        if open_fields
        else "A comment on it reaches the seller."
    )
    return Problem(
        change.id,
        Sentence(
            "The seller has fixed the %(field)s of %(name)s.",
            field=Sentence(field_name(change.field)),
            name=item.name,
        ),
        hint,
    )


def _outside(item: Item, change: Change, today: date | None) -> list[tuple[str, str]]:
    """Sentences and hints on a value that lies outside its limits."""
    if isinstance(item, Term):
        return _outside_options(item, change.value)
    if not isinstance(item, Line):
        return []
    if change.field == "quantity":
        return _outside_bounds(item, Decimal(change.value))
    if change.field == "delivery_date" and today is not None and date.fromisoformat(change.value) < today:
        return [("This day is in the past.", Sentence("Today is %(today)s.", today=today))]
    return []


def _outside_options(term: Term, value: str) -> list[tuple[str, str]]:
    if not term.options or value in {spelling.plain(option) for option in term.options}:
        return []
    return [
        (
            Sentence("“%(value)s” is not one of the options of %(name)s.", value=value, name=term.name),
            Sentence("Possible: %(options)s.", options=", ".join(term.options)),
        )
    ]


def _outside_bounds(line: Line, quantity: Decimal) -> list[tuple[str, str]]:
    low, high = line.bounds.min_quantity, line.bounds.max_quantity
    if low is not None and quantity < low:
        return [
            (
                Sentence("The smallest quantity of %(name)s is %(bound)s.", name=line.name, bound=low),
                "Ask for that or more.",
            )
        ]
    if high is not None and quantity > high:
        return [
            (
                Sentence("The largest quantity of %(name)s is %(bound)s.", name=line.name, bound=high),
                "Ask for that or less.",
            )
        ]
    return _between_steps(line, quantity)


def _between_steps(line: Line, quantity: Decimal) -> list[tuple[str, str]]:
    start, step, high = line.bounds.min_quantity or money.ZERO, line.bounds.step, line.bounds.max_quantity
    over = (quantity - start) % step if step else money.ZERO
    if not step or not over:
        return []
    below = quantity - over
    near = [value for value in (below, below + step) if value > 0 and (high is None or value <= high)]
    hint = Sentence("Nearest: %(nearest)s.", nearest=either(near)) if near else ""
    return [
        (
            Sentence(
                "%(name)s comes in steps of %(step)s from %(start)s.",
                name=line.name,
                step=step,
                start=start,
            ),
            hint,
        )
    ]
