"""What lies outside the limits that the page tells: quantities, days, options.

Only published limits stand here: nothing in this file knows of a private figure, so no reply can betray one.
"""

from datetime import date
from decimal import Decimal

from portal.domain.change.field_spec import Reason
from portal.domain.change.items import Wanted
from portal.domain.offer import money, spelling
from portal.domain.offer.revision import Line, Term
from portal.errors import Sentence, either


def outside_bounds(line: Line, value: str, _today: date | None) -> list[Reason]:
    quantity = Decimal(value)
    low, high = line.bounds.min_quantity, line.bounds.max_quantity
    if low is not None and quantity < low:
        message = Sentence("The smallest quantity of %(name)s is %(bound)s.", name=line.name, bound=low)
        return [Reason(message, "Ask for that or more.")]
    if high is not None and quantity > high:
        message = Sentence("The largest quantity of %(name)s is %(bound)s.", name=line.name, bound=high)
        return [Reason(message, "Ask for that or less.")]
    return _between_steps(line, quantity)


def in_the_past(_line: Line, value: str, today: date | None) -> list[Reason]:
    if today is None or date.fromisoformat(value) >= today:
        return []
    return [Reason("This day is in the past.", Sentence("Today is %(today)s.", today=today))]


def outside_options(term: Term, value: str, _today: date | None) -> list[Reason]:
    if not term.options or value in {spelling.plain(option) for option in term.options}:
        return []
    return [
        Reason(
            Sentence("“%(value)s” is not one of the options of %(name)s.", value=value, name=term.name),
            Sentence("Possible: %(options)s.", options=", ".join(term.options)),
        )
    ]


def there_already(wanted: Wanted, _value: str, _today: date | None) -> list[Reason]:
    if wanted.line is None:
        return []
    message = Sentence("%(name)s is in the proposal already.", name=wanted.line.name)
    return [Reason(message, "Change that line instead.")]


def _between_steps(line: Line, quantity: Decimal) -> list[Reason]:
    start, step, high = line.bounds.min_quantity or money.ZERO, line.bounds.step, line.bounds.max_quantity
    over = (quantity - start) % step if step else money.ZERO
    if not step or not over:
        return []
    below = quantity - over
    near = [value for value in (below, below + step) if value > 0 and (high is None or value <= high)]
    hint = Sentence("Nearest: %(nearest)s.", nearest=either(near)) if near else ""
    message = Sentence(
        "%(name)s comes in steps of %(step)s from %(start)s.",
        name=line.name,
        step=step,
        start=start,
    )
    return [Reason(message, hint)]
