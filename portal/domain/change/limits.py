"""What a buyer may ask of one line or term: what is negotiable, within the limits told on the page."""

from datetime import date

from portal.domain.change.change import Change, buyer_fields, current, spell
from portal.domain.change.fields import field_name, spec
from portal.domain.change.items import Item, Total, Wanted, find_item
from portal.domain.offer.revision import Offer
from portal.errors import Invalid, Problem, Sentence, either


def problems(offer: Offer, change: Change, *, today: date | None = None) -> list[Problem]:
    """What keeps a buyer from asking this; the place is the change's id. `today` refuses days in the past."""
    try:
        change = spell(offer, change.subject, change.field, change.value)
    except Invalid as error:
        return list(error.problems)
    found = find_item(offer, change.subject)
    assert found is not None
    if change.field not in buyer_fields(found):
        return [_fixed(found, change)]
    # Whether an overall price is less than the rest comes to is for the whole ask to say.
    if not isinstance(found, Total | Wanted) and change.value == current(offer, change):
        message = Sentence("Nothing changes: this is the %(name)s already.", name=field_name(change.field))
        return [Problem(change.id, message, "Ask for another value.")]
    outside = spec(change.field).outside
    return [Problem(change.id, *reason) for reason in outside(found, change.value, today)] if outside else []


def _fixed(item: Item, change: Change) -> Problem:
    open_fields = [field_name(field) for field in buyer_fields(item)]
    hint = (
        Sentence("Open on it: %(open_fields)s.", open_fields=either(open_fields))
        if open_fields
        else "A comment on it reaches the seller."
    )
    message = Sentence(
        "The seller has fixed the %(field)s of %(name)s.", field=field_name(change.field), name=item.name
    )
    return Problem(change.id, message, hint)
